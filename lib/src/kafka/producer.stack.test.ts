import assert from "node:assert/strict";
import { test } from "node:test";
import { isStreambookError } from "../errors/index.ts";
import { createLogger } from "../log/index.ts";
import { testBroker, Wire, withTopic } from "./broker-for-test.ts";
import {
  BatchingProducer,
  compressions,
  deadLetter,
  deadLetterTopic,
  ensureTopic,
  openConsumer,
  partitionForKey,
  type ConsumedMessage,
} from "./index.ts";

interface Read extends ConsumedMessage {
  readonly partition: number;
}

async function readAll(broker: string, topic: string): Promise<Read[]> {
  const consumer = await openConsumer({
    broker,
    topic,
    group: `${topic}-${Math.random()}`,
    endOffsets: "once",
    positions: async () => new Map(),
  });
  const all: Read[] = [];
  for await (const { partition, messages } of consumer)
    for (const message of messages) all.push({ ...message, partition });
  await consumer.close();
  return all;
}

for (const compression of compressions) {
  test(`messages arrive once, in order, in the partition of their key, unchanged (${compression})`, async () => {
    await withTopic({ partitions: 3 }, async ({ broker, topic }) => {
      const producer = await BatchingProducer.open({ broker, compression, maximumBytes: 2000, lingerMilliseconds: 1 });
      const count = 500;
      for (let i = 0; i < count; i++) await producer.send({ topic, key: `k${i % 7}`, value: `${i} “é漢😀”\n` });
      await producer.close();
      assert.equal(producer.stats.messages, count);
      assert.ok(producer.stats.batches > 1);
      const read = await readAll(broker, topic);
      assert.equal(read.length, count);
      const latest = new Map<string, number>();
      for (const { key, value, partition } of read) {
        const number = Number.parseInt(String(value));
        assert.equal(String(value), `${number} “é漢😀”\n`);
        assert.equal(String(key), `k${number % 7}`);
        assert.equal(partition, partitionForKey(String(key), 3));
        assert.ok(number > (latest.get(String(key)) ?? -1));
        latest.set(String(key), number);
      }
    });
  });
}

test("messages without a key go round, and a message may have no value", async () => {
  await withTopic({ partitions: 2 }, async ({ broker, topic }) => {
    const producer = await BatchingProducer.open({ broker });
    for (let i = 0; i < 6; i++) await producer.send({ topic, value: null, headers: { n: String(i) } });
    await producer.close();
    const read = await readAll(broker, topic);
    assert.deepEqual(
      [0, 1].map((partition) => read.filter((message) => message.partition === partition).length),
      [3, 3],
    );
    assert.ok(read.every(({ value, key, headers }) => value === null && key === null && headers?.["n"] !== undefined));
  });
});

test("a message that is too large is refused with what to do, and the others go on", async () => {
  await withTopic({ partitions: 1, config: { "max.message.bytes": "2000" } }, async ({ broker, topic }) => {
    const producer = await BatchingProducer.open({ broker });
    await assert.rejects(producer.send({ topic, value: "x".repeat(2000) }), {
      code: "MESSAGE_TOO_LARGE",
      message: /2000 bytes.*smaller chunks/,
      hint: { change: ["chunkSize"] },
    });
    await producer.send({ topic, value: "x".repeat(1700) });
    await producer.close();
    assert.equal((await readAll(broker, topic)).length, 1);
  });
});

test("what only the broker finds too large is reported by the next flush", async () => {
  await withTopic({ partitions: 1, config: { "max.message.bytes": "2000" } }, async ({ broker, topic }) => {
    const producer = await BatchingProducer.open({ broker, compression: "gzip" });
    const noise = Buffer.from(Array.from({ length: 5000 }, () => Math.floor(Math.random() * 256)));
    await producer.send({ topic, value: noise });
    await assert.rejects(producer.flush(), (error) => isStreambookError(error, "MESSAGE_TOO_LARGE"));
    await assert.rejects(producer.send({ topic, value: "x" }), (error) =>
      isStreambookError(error, "MESSAGE_TOO_LARGE"),
    );
    await producer.close();
  });
});

test("a batch never makes a request larger than the topic takes", async () => {
  await withTopic({ partitions: 1 }, async ({ broker, topic }) => {
    const producer = await BatchingProducer.open({ broker, lingerMilliseconds: 50 });
    for (let i = 0; i < 40; i++) await producer.send({ topic, key: "k", value: "x".repeat(300_000) });
    await producer.close();
    assert.equal((await readAll(broker, topic)).length, 40);
  });
});

test("a topic that is not there, a broker that is not there: says so", async () => {
  const broker = await testBroker();
  const producer = await BatchingProducer.open({ broker });
  await assert.rejects(
    producer.send({ topic: "test-not-there", value: "x" }),
    (error) => isStreambookError(error, "NOT_FOUND") && /test-not-there/.test(error.message),
  );
  await assert.rejects(producer.send({ topic: "../x", value: "x" }), (error) => isStreambookError(error, "USAGE"));
  await producer.close();
  await assert.rejects(producer.send({ topic: "x", value: "x" }), /closed/);
  for (const open of [
    () => BatchingProducer.open({ broker: "127.0.0.1:1" }),
    () => ensureTopic({ broker: "127.0.0.1:1", topic: "x" }),
  ]) {
    await assert.rejects(open(), {
      code: "UNREACHABLE",
      message: /127\.0\.0\.1:1 /,
      hint: { start: ["kafka"], change: ["broker"] },
    });
  }
});

test("a topic is made once, and stays as it is", async () => {
  await withTopic({ partitions: 3 }, async ({ broker, topic }) => {
    assert.deepEqual(await ensureTopic({ broker, topic, partitions: 7 }), { partitions: 3, created: false });
  });
});

test("a broker that goes away in the middle is waited for: nothing is lost, nothing doubled", async () => {
  await withTopic({ partitions: 2 }, async ({ broker, topic }) => {
    const wire = new Wire();
    const warnings: string[] = [];
    const logger = createLogger("test", { console: "silent" });
    logger.warn = (text: unknown) => void warnings.push(String(text));
    const producer = await BatchingProducer.open({
      broker,
      socketFactory: wire.socketFactory,
      logger,
      maximumBytes: 5000,
      lingerMilliseconds: 1,
    });
    const count = 4000;
    for (let i = 0; i < count; i++) {
      if (i === 1500) {
        wire.cut(); // with batches on their way
        setTimeout(() => wire.restore(), 600);
      }
      await producer.send({ topic, key: `k${i % 5}`, value: String(i) });
    }
    await producer.close();
    const read = (await readAll(broker, topic)).map(({ value }) => Number(String(value)));
    assert.equal(read.length, count);
    assert.equal(new Set(read).size, count);
    assert.ok(producer.stats.retries > 0);
    assert.match(warnings[0] ?? "", /did not take messages .*trying again in \d+ ms/);
  });
});

test("a broker that stays away is given up in the end, and the sender gets the error", async () => {
  await withTopic({ partitions: 1 }, async ({ broker, topic }) => {
    const wire = new Wire();
    const producer = await BatchingProducer.open({ broker, socketFactory: wire.socketFactory, deliveryTimeout: 300 });
    await producer.send({ topic, value: "a" });
    await producer.flush();
    wire.cut();
    await producer.send({ topic, value: "b" });
    await assert.rejects(producer.flush(), {
      code: "UNREACHABLE",
      hint: { start: ["kafka"], change: ["broker"] },
    });
    await producer.close();
  });
});

test("dead letters keep key and value, and say where they come from and why", async () => {
  await withTopic({ partitions: 1 }, async ({ broker, topic }) => {
    const producer = await BatchingProducer.open({ broker });
    const value = Buffer.from([0xff, 0x00, 0x7b]);
    await deadLetter(
      producer,
      { topic, partition: 3, offset: 2n ** 60n, key: Buffer.from("k"), value, error: "is not JSON" },
      { topic, partition: 0, offset: 0n, key: null, value: null, error: "is empty" },
    );
    const [first, second] = await readAll(broker, deadLetterTopic(topic));
    assert.deepEqual([first?.key, first?.value, second?.key, second?.value], [Buffer.from("k"), value, null, null]);
    const headers = Object.fromEntries(
      Object.entries(first?.headers ?? {}).map(([name, text]) => [name, String(text)]),
    );
    assert.deepEqual(headers, { topic, partition: "3", offset: String(2n ** 60n), error: "is not JSON" });
    await producer.close();
  });
});

test("a message that came compressed and is too large for a dead letter is cut, and says so", async () => {
  await withTopic({ partitions: 1 }, async ({ broker, topic }) => {
    const sender = await BatchingProducer.open({ broker, compression: "gzip" });
    const size = 3_000_000; // a few kilobytes on its way
    await sender.send({ topic, key: "k".repeat(100_000), value: "not JSON, ".padEnd(size, "x") });
    await sender.close();
    const [message] = await readAll(broker, topic);
    assert.equal(message?.value?.length, size);
    await using producer = await BatchingProducer.open({ broker });
    await deadLetter(producer, { topic, ...message, error: "is not JSON" });
    await deadLetter(producer, { topic, ...message, value: Buffer.from("small"), error: "is not JSON" });
    const [cut, whole] = await readAll(broker, deadLetterTopic(topic));
    assert.deepEqual([cut?.key?.length, cut?.value?.length], [64 << 10, 512 << 10]);
    assert.ok(cut?.value?.toString().startsWith("not JSON, x"));
    const headers = Object.entries(cut?.headers ?? {}).map(([name, text]) => [name, String(text)]);
    assert.deepEqual(Object.fromEntries(headers), {
      ...{ topic, partition: "0", offset: "0", error: "is not JSON" },
      ...{ truncated: "true", size: String(size) },
    });
    assert.deepEqual(
      [whole?.key?.length, String(whole?.value), whole?.headers?.["truncated"]],
      [100_000, "small", undefined],
    );
  });
});
