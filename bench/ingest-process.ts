/** One ingest of several topics in a process of its own, so that its peak memory is its own; prints one line of JSON. */
import { ingest, topicLayout } from "../lib/src/ingest/index.ts";
import { addresses } from "../lib/src/stack/index.ts";
import { clickSchemas, type ClickTopic } from "./clicks.ts";

const { topics, folder } = JSON.parse(process.argv[2] ?? "{}") as {
  topics: Record<ClickTopic, string>;
  folder: string;
};
const report = await ingest({
  addresses: await addresses(),
  topics: Object.entries(topics).map(([kind, topic]) => ({
    topic,
    schema: clickSchemas[kind as ClickTopic],
    timeField: "timestamp",
    folder,
    layout: topicLayout(),
  })),
  group: folder,
  once: true,
});
const usage = process.resourceUsage();
console.log(
  JSON.stringify({
    ...report,
    peakMegabytes: Math.round(usage.maxRSS / 1024),
    cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
  }),
);
process.exit(0);
