/**
 * What the clustering of a stream is worth, measured on texts whose subjects are known. The figures asked for hold for every
 * seed, and for two lengths of chunks; `node bench/clusters.ts` prints them for several difficulties.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { measureQuality } from "../../../bench/quality.ts";

const SEEDS = [1, 2, 3, 4, 5];

for (const characters of [1024, 200]) {
  test(`topics are found in a stream of chunks of ${characters} characters, whatever the seed`, (t) => {
    for (const seed of SEEDS) {
      const { streaming, batch } = measureQuality({ topics: 6, characters, seed });
      t.diagnostic(
        `seed ${seed}: NMI ${streaming.nmi.toFixed(3)}, ARI ${streaming.ari.toFixed(3)}, purity ${streaming.purity.toFixed(3)}; batch NMI ${batch.nmi.toFixed(3)}`,
      );
      assert.ok(streaming.nmi >= 0.7, `seed ${seed}: NMI ${streaming.nmi}`);
      assert.ok(streaming.ari >= 0.65, `seed ${seed}: ARI ${streaming.ari}`);
      assert.ok(streaming.purity >= 0.8, `seed ${seed}: purity ${streaming.purity}`);
      assert.ok(streaming.nmi >= batch.nmi - 0.15, `seed ${seed}: NMI ${streaming.nmi}, of batch ${batch.nmi}`);
    }
  });
}

test("the texts are not separable at a glance: what is measured falls as the topics say less", () => {
  const nmi = (topicality: number): number =>
    measureQuality({ topics: 6, characters: 200, seed: 1, topicality, streamed: 500 }).streaming.nmi;
  const [plain, faint, none] = [nmi(0.3), nmi(0.12), nmi(0)];
  assert.ok(plain > faint + 0.1 && faint > none + 0.1, `${plain}, ${faint}, ${none}`);
  assert.ok(none < 0.1, `without topics there is nothing to find, and NMI is ${none}`);
});
