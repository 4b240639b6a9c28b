/** The exercise in small, one of each kind with a fixed seed: faults strike, and nothing is lost or doubled. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { plotlySource } from "../lib/src/plot/index.ts";
import { type Guardian, startGuardian } from "../lib/src/stack/index.ts";
import { campaign, lastLine } from "./campaign/campaign.ts";
import type { Kind } from "./campaign/options.ts";
import { campaignPage } from "./campaign/report.ts";

/** Services take their time to come back. */
const killsServices = process.env["STREAMBOOK_STACK"] !== "external" && process.env["STREAMBOOK_TEST_ALL"] === "1";

suite("a campaign", () => {
  let output = "";
  let guardian: Guardian;
  before(async () => {
    output = await mkdtemp(join(tmpdir(), "streambook-campaign-test-"));
    guardian = await startGuardian({ services: "none", remove: [output] });
  });
  after(async () => {
    await guardian[Symbol.asyncDispose]();
    await rm(output, { recursive: true, force: true });
  });

  // The first two strike nothing that the other needs.
  suite("on what is its own", { concurrency: 2 }, () => {
    small("kills", 3);
    small("network", 5);
  });
  small("services", 1, killsServices ? false : "kills services: `npm test -- --all` does, on a stack of its own");

  function small(kind: Kind, faults: number, skip: string | false = false): void {
    test(`${kind}: everything arrives, once`, { skip, timeout: 10 * 60_000 }, async (t) => {
      const outcome = await campaign({
        ...{
          kind,
          faults,
          minutes: 3,
          seed: 7,
          consumers: 2,
          rate: 150,
          id: `test-${kind}-${process.pid}`,
          local: true,
        },
        ...{ output: join(output, kind), victims: ["kafka", "datanode"] },
        watch: (pid) => guardian.watch(pid),
        signal: t.signal,
      });
      t.diagnostic(lastLine(outcome));
      assert.deepEqual(outcome.failures, []);
      assert.ok(outcome.log.count >= faults, "so many have struck");
      const { messages, rows, distinct, identical } = outcome.finding ?? {};
      assert.ok(messages !== undefined && messages > 0 && identical! >= 10);
      assert.deepEqual([rows, distinct], [messages, messages]);
      const page = campaignPage(outcome, await plotlySource(), null);
      assert.ok(page.includes(outcome.log.counts[0]!.category.one));
    });
  }
});
