import assert from "node:assert/strict";
import { test } from "node:test";
import kafkajs from "kafkajs";
import { until, withTimeout } from "../../async/index.ts";
import { isStreambookError } from "../../errors/index.ts";
import { createLogger, type Logger } from "../../log/index.ts";
import { testBroker, Wire, withTopic } from "../broker-for-test.ts";
import {
  BatchingProducer,
  deleteTopics,
  ensureTopic,
  openConsumer,
  topicOffsets,
  type ConsumerOptions,
  type PartitionBatch,
  type PartitionConsumer,
} from "../index.ts";

interface At {
  readonly broker: string;
  readonly topic: string;
}

/** Sends numbers, in batches so small that a fetch does not get all of them. */
async function fill(
  { broker, topic }: At,
  count: number,
  text: (i: number) => string = String,
  from = 0,
): Promise<void> {
  const producer = await BatchingProducer.open({ broker, maximumBytes: 2000 });
  for (let i = from; i < from + count; i++) await producer.send({ topic, key: `k${i % 50}`, value: text(i) });
  await producer.close();
}

const fromStart = (): Promise<ReadonlyMap<number, bigint>> => Promise.resolve(new Map());
const open = (at: At, options: Partial<ConsumerOptions> = {}): Promise<PartitionConsumer> =>
  openConsumer({ ...at, group: `${at.topic}-group`, positions: fromStart, ...options });

async function readBatches(consumer: PartitionConsumer): Promise<PartitionBatch[]> {
  const batches: PartitionBatch[] = [];
  for await (const batch of consumer) batches.push(batch);
  await consumer.close();
  return batches;
}

const valuesOf = (batches: readonly PartitionBatch[]): string[] =>
  batches.flatMap(({ messages }) => messages.map(({ value }) => String(value)));

/** A logger that keeps its warnings. */
function listening(): { logger: Logger; warnings: string[] } {
  const warnings: string[] = [];
  const logger = createLogger("test", { console: "silent" });
  logger.warn = (text: unknown) => void warnings.push(String(text));
  return { logger, warnings };
}

/**
 * What a table would be: ranges of offsets by partition, where two that overlap or leave a gap are an error. Its positions
 * are what a consumer goes on from.
 */
class Store {
  readonly #next = new Map<number, bigint>();
  readonly values: string[] = [];
  lost = 0;

  readonly positions = (): Promise<ReadonlyMap<number, bigint>> => Promise.resolve(new Map(this.#next));

  /** Takes a batch as the pipeline does: time passes between the check that it is owned and the commit. */
  async take(
    consumer: PartitionConsumer,
    { partition, generation, firstOffset, nextOffset, messages }: PartitionBatch,
    slowness = 1,
  ): Promise<void> {
    try {
      await consumer.whileOwned(partition, generation, async () => {
        const next = this.#next.get(partition) ?? 0n;
        await new Promise((resolve) => setTimeout(resolve, slowness));
        assert.equal(this.#next.get(partition) ?? 0n, next, "another consumer has written the partition meanwhile");
        assert.equal(firstOffset, next, "the range joins the one before");
        this.#next.set(partition, nextOffset);
        for (const { value } of messages) this.values.push(String(value));
      });
      await consumer.commit(partition, nextOffset);
    } catch (error) {
      if (!isStreambookError(error, "PARTITION_LOST")) throw error;
      this.lost++;
    }
  }

  check(count: number): void {
    assert.equal(this.values.length, count);
    assert.equal(new Set(this.values).size, count);
  }
}

test("once: reads everything there is, in ranges that join, and ends; what comes later is not read", async () => {
  await withTopic({ partitions: 3 }, async (at) => {
    await fill(at, 3000);
    const consumer = await open(at, { endOffsets: "once", maximumBytes: 30_000 });
    await fill(at, 100, String, 3000);
    const batches = await readBatches(consumer);
    assert.deepEqual(
      valuesOf(batches)
        .map(Number)
        .sort((a, b) => a - b),
      Array.from({ length: 3000 }, (_, i) => i),
    );
    const next = new Map<number, bigint>();
    for (const { topic, partition, firstOffset, nextOffset, messages, generation, highWatermark } of batches) {
      assert.deepEqual([topic, generation], [at.topic, 1]);
      assert.equal(firstOffset, next.get(partition) ?? 0n);
      assert.deepEqual(
        messages.map(({ offset }) => offset),
        messages.map((_, i) => firstOffset + BigInt(i)),
      );
      assert.ok(nextOffset <= highWatermark);
      next.set(partition, nextOffset);
    }
  });
});

test("once: an empty topic, and empty partitions, end at once", async () => {
  await withTopic({ partitions: 4 }, async (at) => {
    assert.deepEqual(await readBatches(await open(at, { endOffsets: "once" })), []);
    await fill(at, 1);
    assert.deepEqual(valuesOf(await readBatches(await open(at, { endOffsets: "once" }))), ["0"]);
  });
});

test("reads on where its user says, whatever was committed, and from the earliest where nothing is said", async () => {
  await withTopic({ partitions: 2 }, async (at) => {
    await fill(at, 400);
    const first = await open(at, { endOffsets: "once" });
    for await (const { partition, nextOffset } of first) await first.commit(partition, nextOffset);
    await first.close();
    const asked: number[][] = [];
    const positions = async (partitions: readonly number[]): Promise<ReadonlyMap<number, bigint>> => {
      asked.push([...partitions]);
      return new Map([[1, 7n]]);
    };
    const batches = await readBatches(await open(at, { endOffsets: "once", positions }));
    const firsts = [0, 1].map((partition) => batches.find((batch) => batch.partition === partition)?.firstOffset);
    assert.deepEqual(firsts, [0n, 7n]);
    assert.equal(valuesOf(batches).length, 393);
    assert.deepEqual(asked, [[0, 1]]);
  });
});

test("a position after the end of the partition means another topic of that name: an error, not a fresh start", async () => {
  await withTopic({ partitions: 1 }, async (at) => {
    await fill(at, 5);
    const consumer = await open(at, { positions: async () => new Map([[0, 6n]]) });
    await assert.rejects(
      readBatches(consumer),
      (error) =>
        isStreambookError(error, "KAFKA_FAILED") && /ends at offset 5.*read up to 6.*made again/.test(error.message),
    );
    await consumer.close();
  });
});

test("messages that have expired are reported, and reading goes on after them", async () => {
  await withTopic({ partitions: 1 }, async (at) => {
    await fill(at, 10);
    const admin = new kafkajs.Kafka({ brokers: at.broker.split(","), logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.fetchTopicOffsets(at.topic); // makes it look up who leads the partitions
    await admin.deleteTopicRecords({ topic: at.topic, partitions: [{ partition: 0, offset: "4" }] });
    await admin.disconnect();
    const { logger, warnings } = listening();
    const batches = await readBatches(
      await open(at, { endOffsets: "once", logger, positions: async () => new Map([[0, 2n]]) }),
    );
    assert.equal(batches[0]?.firstOffset, 4n);
    assert.deepEqual(valuesOf(batches), ["4", "5", "6", "7", "8", "9"]);
    assert.match(warnings.join("\n"), /from offset 2 to 3 have expired/);
  });
});

async function withAdmin(broker: string, operation: (admin: kafkajs.Admin) => Promise<unknown>): Promise<void> {
  const admin = new kafkajs.Kafka({ brokers: broker.split(","), logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  await operation(admin).finally(() => admin.disconnect());
}

test("messages that expire before they are fetched are reported, and reading goes on after them", async () => {
  await withTopic({ partitions: 1 }, async (at) => {
    await fill(at, 200);
    const { logger, warnings } = listening();
    const consumer = await open(at, { endOffsets: "once", logger, maximumBytes: 1000 });
    const batches: PartitionBatch[] = [];
    for await (const batch of consumer) {
      if (batches.push(batch) > 1) continue;
      await withAdmin(at.broker, async (admin) => {
        await admin.fetchTopicOffsets(at.topic);
        await admin.deleteTopicRecords({ topic: at.topic, partitions: [{ partition: 0, offset: "190" }] });
      });
    }
    await consumer.close();
    const values = valuesOf(batches);
    assert.ok(values.length < 200, "some were fetched already, the others have expired");
    assert.deepEqual(
      values.slice(-10),
      Array.from({ length: 10 }, (_, i) => String(190 + i)),
    );
    assert.match(warnings.join("\n"), /to 189 have expired/);
  });
});

test("a topic that is deleted and made again under its reader is an error, and not read in part", async () => {
  await withTopic({ partitions: 1 }, async (at) => {
    await fill(at, 50);
    let read = 0;
    // What was read is stored, as far as the consumer knows: asked again, its user says where that ends.
    const positions = async (): Promise<ReadonlyMap<number, bigint>> => new Map([[0, BigInt(read)]]);
    const consumer = await open(at, { partitionRefresh: 1000, positions });
    const reading = withTimeout("the consumer to notice", 60_000, async () => {
      for await (const { messages } of consumer) {
        read += messages.length;
        if (read !== 50) continue;
        await deleteTopics({ broker: at.broker, topics: [at.topic] });
        await until("the topic to be made", async () => (await ensureTopic({ ...at, partitions: 1 })).created);
        await fill(at, 20);
      }
    });
    // On a busy machine it may notice while there is no topic of that name at all.
    const isNoticed = (error: unknown): boolean =>
      (isStreambookError(error, "KAFKA_FAILED") && /deleted and made again/.test(error.message)) ||
      isStreambookError(error, "NOT_FOUND");
    await assert.rejects(reading, isNoticed).finally(() => consumer.close());
    assert.equal(read, 50);
  });
});

test("holes of transactions are part of the ranges: what was aborted is not read, and the end is reached", async () => {
  await withTopic({ partitions: 1 }, async (at) => {
    const kafka = new kafkajs.Kafka({ brokers: at.broker.split(","), logLevel: kafkajs.logLevel.NOTHING });
    const producer = kafka.producer({
      transactionalId: at.topic,
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    for (const [value, end] of [
      ["a", "commit"],
      ["b", "abort"],
      ["c", "commit"],
      ["d", "abort"],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic: at.topic, messages: [{ value }, { value }] });
      await transaction[end]();
    }
    await producer.disconnect();
    // 8 messages and 4 markers; the broker writes the last marker after it has answered.
    await until("the last marker", async () => (await topicOffsets(at)).get(0)?.high === 12n);
    const batches = await readBatches(await open(at, { endOffsets: "once" }));
    assert.deepEqual(valuesOf(batches), ["a", "a", "c", "c"]);
    let next = 0n;
    for (const { firstOffset, nextOffset } of batches) {
      assert.equal(firstOffset, next);
      next = nextOffset;
    }
    assert.equal(next, 12n);
  });
});

test("a reader that takes its time is not run over: little waits for it, and it stays a member", async () => {
  await withTopic({ partitions: 2 }, async (at) => {
    await fill(at, 1500, (i) => `${i} ${"x".repeat(1000)}`);
    const limit = 200_000;
    const consumer = await open(at, { endOffsets: "once", maximumBytes: limit, sessionTimeout: 6000 });
    const read: string[] = [];
    let slept = false;
    for await (const { generation, messages } of consumer) {
      assert.equal(generation, 1);
      for (const { value } of messages) read.push(String(value));
      if (slept) continue;
      slept = true;
      await new Promise((resolve) => setTimeout(resolve, 8000)); // longer than the session
      const ahead = consumer.lag().reduce((sum, { position }) => sum + Number(position), 0) - read.length;
      assert.ok(ahead > 0 && ahead * 1000 < 3 * limit, `${ahead} messages ahead`);
    }
    await consumer.close();
    assert.equal(new Set(read).size, 1500);
  });
});

test("two consumers of a group share the partitions; when they come and go nothing is lost or doubled", async () => {
  await withTopic({ partitions: 4 }, async (at) => {
    const [count, more] = [5000, 1000];
    await fill(at, count);
    const store = new Store();
    const done = new AbortController();
    const begin = (stop: AbortSignal = done.signal) => {
      const seen = { partitions: new Set<number>(), generations: new Set<number>() };
      const opened = Promise.withResolvers<void>();
      const run = async (): Promise<void> => {
        const consumer = await open(at, {
          positions: store.positions,
          maximumBytes: 2000,
          signal: AbortSignal.any([stop, done.signal]),
        });
        opened.resolve();
        for await (const batch of consumer) {
          await store.take(consumer, batch, 40);
          seen.partitions.add(batch.partition);
          seen.generations.add(batch.generation);
          if (store.values.length >= count + more) done.abort();
        }
        await consumer.close();
      };
      return { ...seen, opened: opened.promise, ended: run() };
    };
    const first = begin();
    await until("the first consumer to have all partitions", () => first.partitions.size === 4);
    const stop = new AbortController();
    const second = begin(stop.signal);
    await until("the second one to have some", () => second.partitions.size > 0);
    stop.abort();
    await second.ended;
    const before = first.generations.size;
    await fill(at, more / 2, String, count); // however quick it was
    await until("the first one to have all again", () => first.generations.size > before);
    const third = begin();
    await third.opened;
    await fill(at, more / 2, String, count + more / 2);
    await Promise.all([first.ended, third.ended]);
    store.check(count + more);
    assert.ok(first.generations.size >= 3, "the first one was given partitions again and again");
    assert.ok(second.partitions.size <= 2, "the second one had half of them");
  });
});

test("a consumer that vanishes is replaced, and it knows that it has lost its partitions", async () => {
  await withTopic({ partitions: 2 }, async (at) => {
    await fill(at, 600);
    const store = new Store();
    const wire = new Wire();
    const zombie = await open(at, {
      positions: store.positions,
      maximumBytes: 2000,
      sessionTimeout: 6000,
      socketFactory: wire.socketFactory,
    });
    let last: PartitionBatch | undefined;
    for await (const batch of zombie) {
      await store.take(zombie, batch);
      last = batch;
      if (store.values.length > 100) break;
    }
    assert.ok(last !== undefined);
    wire.cut(); // it goes on living, but nobody hears from it
    const heir = await open(at, { positions: store.positions, endOffsets: "once", sessionTimeout: 6000 });
    for await (const batch of heir) await store.take(heir, batch, 0);
    store.check(600);
    const { partition, generation } = last;
    assert.throws(
      () => zombie.ensureOwned(partition, generation),
      (error) => isStreambookError(error, "PARTITION_LOST"),
    );
    await assert.rejects(
      zombie.whileOwned(partition, generation, () => Promise.resolve()),
      (error) => isStreambookError(error, "PARTITION_LOST"),
    );
    await assert.rejects(zombie.commit(partition, 1n), (error) => isStreambookError(error, "PARTITION_LOST"));
    assert.deepEqual(zombie.assignment, []);
    await Promise.all([zombie.close(), heir.close()]);
  });
});

test("a process that was asleep knows that its time is over, and reads again what it had not committed", async () => {
  await withTopic({ partitions: 2 }, async (at) => {
    const count = 600;
    await fill(at, count);
    const store = new Store();
    const consumer = await open(at, {
      positions: store.positions,
      endOffsets: "once",
      maximumBytes: 2000,
      sessionTimeout: 6000,
    });
    let slept = false;
    for await (const batch of consumer) {
      if (!slept) {
        slept = true;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5600);
        assert.throws(
          () => consumer.ensureOwned(batch.partition, batch.generation),
          (error) => isStreambookError(error, "PARTITION_LOST"),
        );
        assert.equal(consumer.generation, 0);
      }
      await store.take(consumer, batch, 0);
    }
    await consumer.close();
    store.check(count);
    assert.equal(store.lost, 1);
  });
});

test("a broker that goes away in the middle is waited for, and nothing is left out", async () => {
  await withTopic({ partitions: 2 }, async (at) => {
    const count = 2000;
    await fill(at, count);
    const store = new Store();
    const wire = new Wire();
    const { logger, warnings } = listening();
    const consumer = await open(at, {
      positions: store.positions,
      endOffsets: "once",
      maximumBytes: 4000,
      sessionTimeout: 6000,
      socketFactory: wire.socketFactory,
      logger,
    });
    let cuts = 0;
    for await (const batch of consumer) {
      await store.take(consumer, batch, 0);
      if (store.values.length > 700 * (cuts + 1) && cuts < 2) {
        wire.cut();
        setTimeout(() => wire.restore(), [100, 2500][cuts]); // shorter and longer than the retries of kafkajs itself
        cuts++;
      }
    }
    await consumer.close();
    assert.equal(cuts, 2);
    store.check(count);
    for (const warning of warnings) assert.match(warning, /went away .*trying again in \d+ ms/);
  });
});

test("partitions that a topic gets later are read as well", async () => {
  await withTopic({ partitions: 1 }, async (at) => {
    await fill(at, 10);
    const done = new AbortController();
    const consumer = await open(at, { partitionRefresh: 200, signal: done.signal });
    const read = new Set<string>();
    const partitions = new Set<number>();
    const reading = (async () => {
      for await (const { partition, messages } of consumer) {
        partitions.add(partition);
        for (const { value } of messages) read.add(String(value));
        if (read.size === 210 && partitions.size === 3) done.abort();
      }
    })();
    const admin = new kafkajs.Kafka({ brokers: at.broker.split(","), logLevel: kafkajs.logLevel.NOTHING }).admin();
    await admin.connect();
    await admin.createPartitions({ topicPartitions: [{ topic: at.topic, count: 3 }] });
    await admin.disconnect();
    await fill(at, 200, String, 10);
    await reading;
    assert.deepEqual(consumer.assignment, [0, 1, 2]);
    await consumer.close();
  });
});

test("ends when its signal aborts, still owning what it has read, and can commit that", async () => {
  await withTopic({ partitions: 1 }, async (at) => {
    await fill(at, 10);
    const stop = new AbortController();
    const consumer = await open(at, { signal: stop.signal });
    const batches: PartitionBatch[] = [];
    for await (const batch of consumer) {
      batches.push(batch);
      stop.abort();
    }
    const [batch] = batches;
    assert.ok(batch !== undefined);
    await consumer.whileOwned(batch.partition, batch.generation, () =>
      consumer.commit(batch.partition, batch.nextOffset),
    );
    assert.deepEqual(consumer.lag(), [{ partition: 0, position: 10n, highWatermark: 10n, lag: 0n }]);
    await Promise.all([consumer.close(), consumer.close()]);
    assert.throws(() => consumer.ensureOwned(batch.partition, batch.generation), /PARTITION_LOST|another consumer/);
  });
});

test("the holder of a partition is notified and waited for when the consumer closes", async () => {
  await withTopic({ partitions: 1 }, async (at) => {
    await fill(at, 1);
    const order: string[] = [];
    const consumer = await open(at, { onRevoked: (partitions) => void order.push(`revoked ${partitions.join()}`) });
    for await (const { partition, generation } of consumer) {
      const holding = consumer.whileOwned(partition, generation, async () => {
        await new Promise((resolve) => setTimeout(resolve, 50));
        order.push("held");
      });
      await consumer.close();
      order.push("closed");
      await holding;
    }
    assert.deepEqual(order, ["revoked 0", "held", "closed"]);
  });
});

test("what keeps the positions from being known ends the reading", async () => {
  await withTopic({ partitions: 1 }, async (at) => {
    const consumer = await open(at, { positions: () => Promise.reject(new Error("no table")) });
    await assert.rejects(readBatches(consumer), /no table/);
    await consumer.close();
  });
});

test("says what is missing: the topic, the broker, the group", async () => {
  const broker = await testBroker();
  const cases: readonly (readonly [Partial<ConsumerOptions>, string, RegExp])[] = [
    [{ topic: "test-not-there" }, "NOT_FOUND", /no topic "test-not-there" at .*the producer creates it/],
    [{ broker: "127.0.0.1:1" }, "UNREACHABLE", /no Kafka broker answers at 127\.0\.0\.1:1 /],
    [{ group: "" }, "USAGE", /group/],
    [{ topic: "a b" }, "USAGE", /topic name/],
  ];
  for (const [options, code, message] of cases) {
    await assert.rejects(
      open({ broker, topic: "test-any" }, options),
      (error) => isStreambookError(error) && error.code === code && message.test(error.message),
    );
  }
});
