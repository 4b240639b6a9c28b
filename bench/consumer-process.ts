/** One consumer in a process of its own, so that its peak memory is its own; prints one line of JSON. */
import { loadSchema } from "../lib/src/schema/index.ts";
import { addresses } from "../lib/src/stack/index.ts";
import { openHive } from "../lib/src/hive/index.ts";
import { consume } from "../lib/src/texts/index.ts";

const { topic, table, stem, threads } = JSON.parse(process.argv[2] ?? "{}") as {
  topic: string;
  table: string;
  stem: boolean;
  threads?: number;
};
const at = await addresses();
const report = await consume({
  addresses: at,
  schema: await loadSchema("schemas/chunks.json"),
  topic,
  table,
  group: table,
  stem,
  warmUp: 2000,
  once: true,
  ...(threads === undefined ? {} : { threads }),
});
await using hive = await openHive({ address: at.hive });
const first = await hive.query(`SELECT chunk, cluster FROM ${table} LIMIT 1`);
const queryable = performance.now() / 1000;
const usage = process.resourceUsage();
console.log(
  JSON.stringify({
    ...report,
    queryableSeconds: queryable, // since the process began
    rowsSeen: first.length,
    peakMegabytes: Math.round(usage.maxRSS / 1024),
    cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
  }),
);
process.exit(0);
