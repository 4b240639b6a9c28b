/** What the clustering of a stream is worth, for several difficulties. Run: `node bench/clusters.ts`. */
import { measureQuality, type QualityOptions } from "./quality.ts";

const difficulties: readonly (readonly [string, Partial<QualityOptions>])[] = [
  ["chunks of 1024 characters", {}],
  ["the same, a warm-up of 200 chunks", { warmUp: 200 }],
  ["chunks of 200 characters", { characters: 200 }],
  ["the same, a warm-up of 200 chunks", { characters: 200, warmUp: 200 }],
  ["10 topics", { characters: 200, topics: 10 }],
  ["topics choose 20 % of the words", { characters: 200, topicality: 0.2 }],
  ["topics choose 15 % of the words", { characters: 200, topicality: 0.15 }],
  ["topics choose 10 % of the words", { characters: 200, topicality: 0.1 }],
  ["no topics at all", { characters: 200, topicality: 0 }],
];
const SEEDS = [1, 2, 3, 4, 5];

console.log("worst – median of 5 seeds             NMI            ARI            purity         batch NMI");
for (const [what, options] of difficulties) {
  const found = SEEDS.map((seed) => measureQuality({ topics: 6, characters: 1024, seed, ...options }));
  const range = (values: number[]): string => {
    values.sort((a, b) => a - b);
    return `${values[0]!.toFixed(2)} – ${values[2]!.toFixed(2)}`.padEnd(15);
  };
  const { nmi, ari, purity } = {
    nmi: range(found.map(({ streaming }) => streaming.nmi)),
    ari: range(found.map(({ streaming }) => streaming.ari)),
    purity: range(found.map(({ streaming }) => streaming.purity)),
  };
  console.log(`${what.padEnd(37)} ${nmi}${ari}${purity}${range(found.map(({ batch }) => batch.nmi))}`);
}
