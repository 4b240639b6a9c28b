/**
 * A consumer in a process of its own, until it is asked to end (SIGTERM). Prints a line of JSON for each file that a question to Hive would
 * find from then on: `{partition, first, last, at}`, milliseconds since 1970; at its end `{files}`, those that it has written.
 */
import { loadSchema } from "../lib/src/schema/index.ts";
import { addresses } from "../lib/src/stack/index.ts";
import { consume } from "../lib/src/texts/index.ts";

const { topic, table, flushSeconds, compactAt } = JSON.parse(process.argv[2] ?? "{}") as {
  topic: string;
  table: string;
  flushSeconds: number;
  compactAt?: number;
};
const stop = new AbortController();
process.once("SIGTERM", () => stop.abort());
const { files } = await consume({
  ...{ addresses: await addresses(), schema: await loadSchema("schemas/chunks.json"), topic, table, group: table },
  ...{ stem: false, flushSeconds, compactAt, signal: stop.signal },
  onStep(step, range) {
    if (step !== "partition-added") return;
    const [, partition, first, last] = (/\[(\d+)\] (\d+)…(\d+)$/.exec(range) ?? []).map(Number);
    console.log(JSON.stringify({ partition, first, last, at: Date.now() }));
  },
});
console.log(JSON.stringify({ files }));
process.exit(0);
