/** Several topics read by one member of a group: fairly, and each with assignments and positions of its own. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, test } from "node:test";
import { until } from "../../async/index.ts";
import { isStreambookError } from "../../errors/index.ts";
import { testBroker } from "../broker-for-test.ts";
import {
  BatchingProducer,
  deleteTopics,
  ensureTopic,
  openConsumers,
  type ConsumersOptions,
  type PartitionConsumer,
} from "../index.ts";
import { fetchLimits } from "./member.ts";

const broker = await testBroker();
const made: string[] = [];
after(() => deleteTopics({ broker, topics: made }));

/** A topic of its own with so many messages. */
async function topicOf(partitions: number, count: number, size = 10): Promise<string> {
  const topic = `several-${randomUUID()}`;
  made.push(topic);
  await ensureTopic({ broker, topic, partitions });
  await fill(topic, count, size);
  return topic;
}

async function fill(topic: string, count: number, size = 10): Promise<void> {
  await using producer = await BatchingProducer.open({ broker, maximumBytes: 100_000 });
  for (let i = 0; i < count; i++) await producer.send({ topic, key: `k${i % 50}`, value: String(i).padEnd(size, ".") });
  await producer.flush();
}

const open = (topics: readonly string[], options: Partial<ConsumersOptions> = {}): Promise<PartitionConsumer[]> =>
  openConsumers({
    broker,
    group: `several-${randomUUID()}`,
    topics: topics.map((topic) => ({ topic, positions: async () => new Map() })),
    ...options,
  });

async function countOf(consumer: PartitionConsumer): Promise<number> {
  let count = 0;
  for await (const { messages } of consumer) count += messages.length;
  return count;
}

test("each topic comes by its own consumer, whole and alone, and each ends by itself", async () => {
  const topics = await Promise.all([topicOf(3, 500), topicOf(1, 20), topicOf(2, 0)]);
  const consumers = await open(topics, { endOffsets: "once" });
  const values = await Promise.all(
    consumers.map(async (consumer, index) => {
      const seen = new Set<string>();
      for await (const { topic, messages } of consumer) {
        assert.equal(topic, topics[index]);
        for (const { value } of messages) seen.add(String(value));
      }
      return seen.size;
    }),
  );
  assert.deepEqual(values, [500, 20, 0]);
  await consumers[1]?.close();
  assert.deepEqual(
    consumers.map(({ assignment }) => assignment),
    [[], [], []],
    "they leave their group together",
  );
});

test("each topic goes on where its own positions say", async () => {
  const topics = await Promise.all([topicOf(1, 30), topicOf(1, 30)]);
  const asked: string[] = [];
  const consumers = await open([], {
    endOffsets: "once",
    topics: topics.map((topic, index) => ({
      topic,
      positions: async (partitions) => {
        asked.push(`${index}: ${partitions.join()}`);
        return new Map([[0, 10n * BigInt(index)]]);
      },
    })),
  });
  assert.deepEqual(await Promise.all(consumers.map(countOf)), [30, 20]);
  assert.deepEqual(asked.sort(), ["0: 0", "1: 0"]);
  await consumers[0]?.close();
});

test("a topic that nobody reads holds up none of the others, and nothing of it is lost", async () => {
  const topics = await Promise.all([topicOf(3, 4000, 1000), topicOf(3, 3000, 1000)]);
  const [slow, quick] = (await open(topics, { endOffsets: "once", maximumBytes: 100_000 })) as [
    PartitionConsumer,
    PartitionConsumer,
  ];
  await until("the topic that is not read to be set aside", async () =>
    slow.lag().some(({ position }) => position > 0n),
  );
  assert.equal(await countOf(quick), 3000);
  const waiting = slow.lag().reduce((sum, { position }) => sum + Number(position), 0);
  assert.ok(waiting > 0 && waiting < 1500, `${waiting} messages of 1 KB wait`);
  assert.equal(await countOf(slow), 4000);
  await slow.close();
});

test("a topic with a backlog does not keep a small one from being fetched", async () => {
  const topics = await Promise.all([topicOf(4, 20_000, 1000), topicOf(1, 10)]);
  const [large, small] = (await open(topics, { endOffsets: "once" })) as [PartitionConsumer, PartitionConsumer];
  let read = 0;
  const reading = (async () => {
    for await (const { messages } of large) {
      read += messages.length;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  })();
  assert.equal(await countOf(small), 10);
  const readBefore = read;
  await reading;
  assert.equal(read, 20_000);
  assert.ok(readBefore < 15_000, `the small topic had to wait for ${readBefore} messages of the large one`);
  await small.close();
});

test("two members share the partitions of all topics; when one leaves, the other reads on, nothing lost or doubled", async () => {
  const topics = await Promise.all([topicOf(2, 800), topicOf(2, 800)]);
  const stored = topics.map(() => new Map<number, bigint>());
  const values = topics.map((): string[] => []);
  const group = `several-${randomUUID()}`;
  const begin = async (stop: AbortSignal): Promise<{ done: Promise<void>; consumers: PartitionConsumer[] }> => {
    const consumers = await open([], {
      group,
      signal: stop,
      maximumBytes: 2000,
      topics: topics.map((topic, index) => ({ topic, positions: async () => new Map(stored[index]) })),
    });
    const take = async (consumer: PartitionConsumer, index: number): Promise<void> => {
      for await (const { partition, generation, firstOffset, nextOffset, messages } of consumer) {
        try {
          await consumer.whileOwned(partition, generation, async () => {
            await new Promise((resolve) => setTimeout(resolve, 3));
            assert.equal(firstOffset, stored[index]?.get(partition) ?? 0n, "the range joins the one before");
            stored[index]?.set(partition, nextOffset);
            values[index]?.push(...messages.map(({ value, offset }) => `${partition}/${offset} ${String(value)}`));
          });
          await consumer.commit(partition, nextOffset);
        } catch (error) {
          if (!isStreambookError(error, "PARTITION_LOST")) throw error;
        }
      }
    };
    const done = Promise.all(consumers.map(take)).then(() => consumers[0]?.close());
    return { done, consumers };
  };
  const stops = [new AbortController(), new AbortController()] as const;
  const first = await begin(stops[0].signal);
  const second = await begin(stops[1].signal);
  const share = (consumers: readonly PartitionConsumer[]): number =>
    consumers.reduce((sum, { assignment }) => sum + assignment.length, 0);
  await until("both to have half", async () => share(first.consumers) === 2 && share(second.consumers) === 2);
  await Promise.all(topics.map((topic) => fill(topic, 200)));
  stops[1].abort();
  await second.done;
  await until("all to be read", async () => values.every(({ length }) => length >= 1000), { timeout: 60_000 });
  stops[0].abort();
  await first.done;
  for (const one of values) assert.deepEqual([one.length, new Set(one).size], [1000, 1000]);
});

test("members of one group that read different topics all get theirs", async () => {
  const [both, own] = await Promise.all([topicOf(2, 100), topicOf(2, 60)]);
  const group = `several-${randomUUID()}`;
  const stop = new AbortController();
  const leader = await open([both], { group, signal: stop.signal });
  const other = await open([both, own], { group, signal: stop.signal });
  const read = new Set<string>();
  const reading = [...leader, ...other].map(async (consumer) => {
    for await (const { topic, partition, messages } of consumer)
      for (const { offset } of messages) read.add(`${topic}[${partition}] ${offset}`);
  });
  await until("all to be read", async () => read.size === 160);
  const shares = [...leader, ...other].map(({ assignment }) => assignment.length);
  assert.deepEqual([shares.reduce((sum, one) => sum + one), shares[2]], [4, 2]);
  stop.abort();
  await Promise.all(reading);
  await Promise.all([...leader, ...other].map((consumer) => consumer.close()));
});

test("a topic that is not there, that is given twice, or none at all is refused", async () => {
  const topic = await topicOf(1, 0);
  await assert.rejects(open([topic, "several-not-there"]), { code: "NOT_FOUND", message: /several-not-there/ });
  await assert.rejects(open([topic, topic]), { code: "USAGE", message: /is given twice/ });
  await assert.rejects(open([]), { code: "USAGE", message: /needs a topic/ });
});

test("a fetch has room for every partition of several topics, within a limit; of one topic it is as large as asked for", () => {
  const megabyte = 1 << 20;
  assert.deepEqual(fetchLimits(1, 4, 2 * megabyte), { fetch: 2 * megabyte, partition: megabyte });
  assert.deepEqual(fetchLimits(3, 9, 2 * megabyte), { fetch: 9 * megabyte, partition: megabyte });
  assert.deepEqual(fetchLimits(10, 64, 2 * megabyte), { fetch: 16 * megabyte, partition: megabyte / 4 });
});
