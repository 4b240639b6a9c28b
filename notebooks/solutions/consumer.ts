// A consumer that stores every message once, whatever happens to it: the challenge after lesson 08.
//
// The files are the only truth. A file's name says its partition and the offset of its first message, so a place can be taken once:
// by one RENAME, which HDFS does whole or not at all, and never over a file that is there. Where a partition goes on follows from its
// last file. Nothing is read from Kafka's committed positions, so there is nothing that could disagree.
import { randomUUID } from "node:crypto";
import { Hdfs } from "streambook/hdfs";
import { openConsumer } from "streambook/kafka";

const { KAFKA_BROKER = "", WEBHDFS = "", TOPIC = "", GROUP = "", OUTPUT = "" } = process.env;

const hdfs = new Hdfs({ address: WEBHDFS });

/** The name of the file that begins with an offset of a partition. */
function fileName(partition: number, first: bigint): string {
  return `${OUTPUT}/${partition}-${String(first).padStart(20, "0")}.ndjson`;
}

/** The first offset of a partition that no file holds: that of its last file, and as many more as it has lines. */
async function nextOffset(partition: number, names: readonly string[]): Promise<bigint> {
  const last = names
    .filter((name) => name.startsWith(`${partition}-`))
    .sort()
    .at(-1);
  if (last === undefined) return 0n;
  const text = (await hdfs.read(`${OUTPUT}/${last}`)).toString();
  return BigInt(last.slice(`${partition}-`.length, -".ndjson".length)) + BigInt(text.split("\n").length - 1);
}

/** Where each partition goes on; asked at every assignment. */
async function positions(partitions: readonly number[]): Promise<Map<number, bigint>> {
  const files = (await hdfs.exists(OUTPUT)) ? await hdfs.list(OUTPUT) : [];
  const names = files.map(({ path }) => path.slice(path.lastIndexOf("/") + 1));
  const found = partitions.map(async (partition) => [partition, await nextOffset(partition, names)] as const);
  return new Map(await Promise.all(found));
}

/** Takes the place of an offset; who comes second with another file gets an error, and begins again from the files. */
async function publish(partition: number, first: bigint, lines: readonly string[]): Promise<void> {
  const staged = `${OUTPUT}/_staged/${randomUUID()}`;
  await hdfs.write(staged, Buffer.from(lines.map((line) => `${line}\n`).join("")));
  const took = await hdfs.renameOnce(staged, fileName(partition, first));
  if (took === "already-there") await hdfs.remove(staged);
}

await hdfs.mkdirs(`${OUTPUT}/_staged`);
const consumer = await openConsumer({ broker: KAFKA_BROKER, topic: TOPIC, group: GROUP, positions });
for await (const { partition, messages } of consumer) {
  const [first] = messages;
  if (first !== undefined)
    await publish(
      partition,
      first.offset,
      messages.map(({ value }) => String(value)),
    );
}
