/** One way to read a topic to its end, in a process of its own: what it takes is the figure, what it reads is only counted. */
import kafkajs from "kafkajs";
import { openConsumer } from "../lib/src/kafka/index.ts";
import { addresses } from "../lib/src/stack/index.ts";

const { topic, count, way } = JSON.parse(process.argv[2] ?? "{}") as {
  topic: string;
  count: number;
  way: "raw" | "ours";
};
const broker = (await addresses()).kafka;
const group = `${way}-${topic}-${process.pid}`;
let read = 0;
let begin = 0;

async function raw(): Promise<void> {
  const kafka = new kafkajs.Kafka({ brokers: broker.split(","), logLevel: kafkajs.logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: group });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const eachBatch = async ({ batch }: kafkajs.EachBatchPayload): Promise<void> => {
      begin ||= performance.now();
      read += batch.messages.length;
      if (read >= count) resolve();
    };
    consumer.run({ autoCommit: false, eachBatch }).catch(reject);
  });
}

async function ours(): Promise<void> {
  const consumer = await openConsumer({ broker, topic, group, endOffsets: "once", positions: async () => new Map() });
  for await (const { messages } of consumer) {
    begin ||= performance.now();
    read += messages.length;
  }
}

await (way === "raw" ? raw() : ours());
const seconds = (performance.now() - begin) / 1000;
console.log(JSON.stringify({ read, seconds, peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024) }));
process.exit(0);
