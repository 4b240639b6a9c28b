/** Batches as Java's producers compress them: the broker does it with their code when the topic says so. */
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { test } from "node:test";
import { isStreambookError } from "../errors/index.ts";
import { withTopic } from "./broker-for-test.ts";
import { registerCodecs } from "./codecs.ts";
import { BatchingProducer, openConsumer, topicOffsets } from "./index.ts";
import kafkajs from "kafkajs";

/** Some that repeat, some that do not, one larger than the blocks of every codec, one empty. */
const values = [
  ...Array.from({ length: 500 }, (_, i) => Buffer.from(`{"chunk":"the same words again and again","seq":${i}}`)),
  ...Array.from({ length: 20 }, () => randomBytes(1000)),
  Buffer.from("a long one ".repeat(30_000)),
  Buffer.alloc(0),
];

async function readAll(broker: string, topic: string): Promise<(Buffer | null)[]> {
  const read: (Buffer | null)[] = [];
  await using consumer = await openConsumer({
    broker,
    topic,
    group: `codecs-${randomUUID()}`,
    endOffsets: "once",
    positions: () => Promise.resolve(new Map()),
  });
  for await (const { messages } of consumer) read.push(...messages.map(({ value }) => value));
  return read;
}

for (const type of ["snappy", "lz4", "zstd", "gzip"]) {
  test(`messages that another producer compressed with ${type} are read`, async () => {
    await withTopic({ partitions: 1, config: { "compression.type": type } }, async ({ broker, topic }) => {
      await using producer = await BatchingProducer.open({ broker });
      for (const value of values) await producer.send({ topic, value });
      await producer.flush();
      const read = await readAll(broker, topic);
      assert.equal(read.length, values.length);
      assert.ok(values.every((value, i) => read[i]?.equals(value)));
    });
  });
}

test("what cannot be decompressed ends the consumer, with the name of the codec and who has to change it", async () => {
  await withTopic({ partitions: 1, config: { "compression.type": "lz4" } }, async ({ broker, topic }) => {
    await using producer = await BatchingProducer.open({ broker });
    for (const value of values) await producer.send({ topic, value });
    await producer.flush();
    assert.equal((await topicOffsets({ broker, topic })).get(0)?.high, BigInt(values.length));
    // As if the package for lz4 were not installed on this machine.
    const codecs: Record<number, unknown> = kafkajs.CompressionCodecs;
    const { LZ4 } = kafkajs.CompressionTypes;
    registerCodecs();
    const lz4 = codecs[LZ4];
    codecs[LZ4] = codecs[7];
    try {
      await assert.rejects(readAll(broker, topic), (error) => {
        assert.ok(isStreambookError(error, "KAFKA_FAILED"), String(error));
        assert.match(
          error.message,
          /compression 7 .* their producer has to send them with another compression\.type: none, gzip, zstd/,
        );
        return !error.retriable;
      });
    } finally {
      codecs[LZ4] = lz4;
    }
  });
});
