import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { isStreambookError } from "../../errors/index.ts";
import { deleteTopics, openConsumer, partitionForKey } from "../../kafka/index.ts";
import { addresses } from "../../stack/index.ts";
import { startStreamSource } from "../../stream/index.ts";
import { produce } from "./produce.ts";

test("the topic and the log get the same messages, each keyed by its address", async () => {
  const { kafka: broker } = await addresses();
  const topic = `test-${randomUUID()}`;
  const folder = await mkdtemp(join(tmpdir(), "streambook-produce-"));
  for (let i = 0; i < 12; i++) await writeFile(join(folder, `${i}.txt`), `“${i}” é漢😀\r\n`.repeat(i * 20));
  const source = await startStreamSource({ folder, chunkSize: 7, port: 0 });
  try {
    const result = await produce({
      source: source.url,
      broker,
      topic,
      logFolder: join(folder, "log"),
      compression: "zstd",
    });
    const consumer = await openConsumer({
      broker,
      topic,
      group: topic,
      endOffsets: "once",
      positions: async () => new Map(),
    });
    const inTopic: string[] = [];
    for await (const { partition, messages } of consumer) {
      for (const { key, value } of messages) {
        assert.equal((JSON.parse(String(value)) as { destination_uri: string }).destination_uri, String(key));
        assert.equal(partition, partitionForKey(String(key), 4));
        inTopic.push(String(value));
      }
    }
    await consumer.close();
    const inLog = (await readFile(result.logFile as string, "utf8")).split("\n").slice(0, -1);
    assert.equal(result.messages, inLog.length);
    assert.deepEqual(inTopic.toSorted(), inLog.toSorted());
  } finally {
    await source.close();
    await deleteTopics({ broker, topics: [topic] });
    await rm(folder, { recursive: true });
  }
});

test("a chunk that the topic does not take: says what to do, and nothing is left open", async () => {
  const { kafka: broker } = await addresses();
  const topic = `test-${randomUUID()}`;
  const folder = await mkdtemp(join(tmpdir(), "streambook-produce-"));
  await writeFile(join(folder, "a.txt"), "x".repeat(3 << 20));
  const source = await startStreamSource({ folder, chunkSize: 2 << 20, port: 0 });
  try {
    await assert.rejects(
      produce({ source: source.url, broker, topic }),
      (error) => isStreambookError(error, "MESSAGE_TOO_LARGE") && /use smaller chunks/.test(error.message),
    );
  } finally {
    await source.close();
    await deleteTopics({ broker, topics: [topic] });
    await rm(folder, { recursive: true });
  }
});

test("a broker that is not there is said at once, with the command that starts one", async () => {
  const folder = await mkdtemp(join(tmpdir(), "streambook-produce-"));
  await writeFile(join(folder, "a.txt"), "a");
  const source = await startStreamSource({ folder, port: 0 });
  try {
    await assert.rejects(produce({ source: source.url, broker: "127.0.0.1:1", topic: "chunks" }), {
      code: "UNREACHABLE",
      message: /127\.0\.0\.1:1 /,
      hint: { start: ["kafka"], change: ["broker"] },
    });
  } finally {
    await source.close();
    await rm(folder, { recursive: true });
  }
});
