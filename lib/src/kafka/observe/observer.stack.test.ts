/** What is seen of a real cluster: ends, sizes, groups, and how far these have read. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { suite, test } from "node:test";
import { Kafka, logLevel } from "kafkajs";
import { withTopic } from "../broker-for-test.ts";
import { BatchingProducer, deleteTopics, KafkaObserver, type ObservedCluster, openConsumer } from "../index.ts";

suite("an observer", () => {
  const topicOf = ({ topics }: ObservedCluster, topic: string) => topics.find((one) => one.topic === topic);

  test("sees where partitions end, what they take on disk, and how far a group has read", async () => {
    await withTopic({ partitions: 2 }, async ({ broker, topic }) => {
      await using observer = new KafkaObserver({ broker });
      const empty = topicOf(await observer.look(), topic);
      assert.deepEqual([...(empty?.ends ?? [])].sort(), [
        [0, 0],
        [1, 0],
      ]);
      assert.equal(empty?.bytes, 0);

      const producer = await BatchingProducer.open({ broker });
      for (let index = 0; index < 30; index++) await producer.send({ topic, value: "x".repeat(100) });
      await producer.close();
      const filled = topicOf(await observer.look(), topic);
      assert.deepEqual([...(filled?.ends ?? [])].sort(), [
        [0, 15],
        [1, 15],
      ]);
      assert.ok((filled?.bytes ?? 0) > 100, `${filled?.bytes} bytes`);

      const group = `observed-${randomUUID()}`;
      const consumer = await openConsumer({
        broker,
        topic,
        group,
        positions: async () => new Map(),
        endOffsets: "once",
      });
      try {
        for await (const { partition } of consumer) if (partition === 0) await consumer.commit(0, 5n);
        const seen = (await observer.look()).groups.find((one) => one.group === group);
        assert.equal(seen?.members, 1);
        assert.deepEqual([...(seen?.committed.get(topic) ?? [])], [[0, 5]], "partition 1 has nothing committed");
      } finally {
        await consumer.close();
      }
      assert.equal((await observer.look()).groups.find((one) => one.group === group)?.members, 0);
    });
  });

  test("knows where partitions ended at a time, by the times of their messages", async () => {
    await withTopic({ partitions: 2 }, async ({ broker, topic }) => {
      const producer = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING }).producer();
      await producer.connect();
      const now = Date.now();
      const messages = Array.from({ length: 60 }, (_, minute) => ({
        value: "x",
        partition: 0,
        timestamp: String(now - (60 - minute) * 60_000),
      }));
      await producer.send({ topic, messages });
      await producer.disconnect();
      await using observer = new KafkaObserver({ broker });
      const endAt = async (minutes: number) =>
        (await observer.endsAt(new Date(now - minutes * 60_000), new Set([topic]))).get(topic);
      assert.deepEqual([...((await endAt(70)) ?? [])], [[0, 0]], "partition 1 has no message");
      assert.deepEqual([...((await endAt(29.5)) ?? [])], [[0, 31]]);
      assert.equal(await endAt(0.5), undefined, "no message since");
    });
  });

  test("sees the others when a topic is deleted after they were listed", async () => {
    await withTopic({ partitions: 1 }, async ({ broker, topic }) => {
      await using observer = new KafkaObserver({ broker });
      await withTopic({ partitions: 2 }, async ({ topic: gone }) => {
        const producer = await BatchingProducer.open({ broker });
        await producer.send({ topic, value: "x" });
        await producer.close();
        await observer.look();
        await deleteTopics({ broker, topics: [gone] });
        const ends = await observer.endsAt(new Date(0), new Set([topic, gone])); // by the list of that look
        assert.deepEqual([...ends], [[topic, new Map([[0, 0]])]]);
      });
    });
  });

  test("says which broker does not answer, and looks again when one does", async () => {
    await using observer = new KafkaObserver({ broker: "127.0.0.1:1" });
    await assert.rejects(observer.look(), { code: "UNREACHABLE", message: /127\.0\.0\.1:1/ });
    await assert.rejects(observer.look(), { code: "UNREACHABLE" });
  });
});
