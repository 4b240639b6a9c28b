// Your consumer. It reads a topic and stores every message on HDFS. It works, as long as nothing happens to it.
// `npx streambook challenge consumer` lets things happen to it; `--hint` helps. The rules are in docs/challenge.md.
//
// What it gets, as environment variables:
//   KAFKA_BROKER  host:port          TOPIC   the topic to read, three partitions
//   WEBHDFS       http://host:port   GROUP   a consumer group, the same at every start
//   OUTPUT        the folder on HDFS for its files
// What it must do: for every message, one line with the message's value in one file in OUTPUT. Names that begin with "_" or "." do not count.
// It never ends by itself. When it is killed, or ends with an error, it is started again.
import kafkajs from "kafkajs";
import { Hdfs } from "streambook/hdfs";

const { KAFKA_BROKER = "", WEBHDFS = "", TOPIC = "", GROUP = "", OUTPUT = "" } = process.env;

const hdfs = new Hdfs({ address: WEBHDFS });
const kafka = new kafkajs.Kafka({ brokers: [KAFKA_BROKER], logLevel: kafkajs.logLevel.ERROR });
const consumer = kafka.consumer({ groupId: GROUP });

let lines: string[] = [];

/** Writes what has been gathered into a new file. */
async function flush(): Promise<void> {
  if (lines.length === 0) return;
  const text = lines.map((line) => `${line}\n`).join("");
  lines = [];
  await hdfs.write(`${OUTPUT}/part-${Date.now()}-${process.pid}.ndjson`, Buffer.from(text));
}

setInterval(() => void flush(), 500);

await consumer.connect();
await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    lines.push(String(message.value)); // kafkajs commits its position now and then
    if (lines.length >= 1000) await flush();
  },
});
