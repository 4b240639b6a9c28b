/** The same messages through plain kafkajs with JSON.parse and nothing else, in a process of its own: the roof. */
import kafkajs from "kafkajs";
import { addresses } from "../lib/src/stack/index.ts";

const { topic, count } = JSON.parse(process.argv[2] ?? "{}") as { topic: string; count: number };
const kafka = new kafkajs.Kafka({
  clientId: "raw",
  brokers: (await addresses()).kafka.split(","),
  logLevel: kafkajs.logLevel.NOTHING,
});
const consumer = kafka.consumer({
  groupId: `raw-${topic}-${process.pid}`,
  maxBytesPerPartition: 1 << 20,
  maxBytes: 8 << 20,
  maxWaitTimeInMs: 100,
});
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
let read = 0;
let sum = 0;
let begin = 0;
await new Promise<void>((resolve, reject) => {
  consumer
    .run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        begin ||= performance.now();
        for (const { value } of batch.messages) sum += (JSON.parse(String(value)) as { seq: number }).seq;
        read += batch.messages.length;
        if (read >= count) resolve();
      },
    })
    .catch(reject);
});
const end = performance.now();
console.log(
  JSON.stringify({
    read,
    sum,
    seconds: (end - begin) / 1000,
    queryableSeconds: end / 1000,
    peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
  }),
);
process.exit(0);
