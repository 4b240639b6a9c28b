/** The hand-made Python program on a real Kafka: a peer that lost rows would be compared with nothing. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { BatchingProducer, deleteTopics, ensureTopic } from "../../lib/src/kafka/index.ts";
import { addresses } from "../../lib/src/stack/index.ts";
import { needsPackages } from "../../lib/src/stack/fetch/needs-for-test.ts";
import { benchMessages } from "../messages.ts";
import type { ReadyEngine, Where } from "./engine.ts";
import { peerPackages, python, pythonWords } from "./peers.ts";
import { runMeasured } from "./process-tree.ts";
import { countRows } from "./rows.ts";

const { skip } = await needsPackages(await peerPackages("python"));

describe("the hand-made Python program", { skip }, () => {
  const topic = `peers-test-${process.pid}`;
  let where: Where;

  before(async () => {
    const at = await addresses();
    const folder = await mkdtemp(join(tmpdir(), "streambook-peers-"));
    where = { addresses: at, topic, folder, report: () => undefined };
    await fill(topic, 2000);
  });
  after(async () => {
    await deleteTopics({ broker: where.addresses.kafka, topics: [topic, `${topic}-wrong`] });
    await rm(where.folder, { recursive: true, force: true });
  });

  async function fill(name: string, count: number, last?: string): Promise<void> {
    await ensureTopic({ broker: where.addresses.kafka, topic: name, partitions: 4 });
    await using producer = await BatchingProducer.open({ broker: where.addresses.kafka });
    for (const { key, value } of benchMessages(count)) await producer.send({ topic: name, key, value });
    if (last !== undefined) await producer.send({ topic: name, key: "last", value: last });
    await producer.flush();
  }

  for (const engine of [python, pythonWords]) {
    test(`${engine.name}: each message is one row, with one of five clusters`, async () => {
      const one: ReadyEngine = await engine.prepare(where);
      const measured = await runMeasured(await one.command(engine.name));
      assert.ok(measured.seconds > 0);
      assert.deepEqual(await countRows(one.files(engine.name)), { rows: 2000, distinct: 2000, clusters: 5 });
      await one.remove(engine.name);
      await assert.rejects(countRows(one.files(engine.name)), { code: "ENOENT" });
    });
  }

  test("a topic that is not there is named", async () => {
    const one = await python.prepare({ ...where, topic: "peers-test-none" });
    await assert.rejects(runMeasured(await one.command("none")), {
      name: "EngineFailure",
      message: /peer: the topic peers-test-none cannot be read from .*Unknown topic/,
    });
  });

  test("a message that is none of the course's is named by its place", async () => {
    await fill(`${topic}-wrong`, 10, `{"chunk": 5}`);
    const one = await python.prepare({ ...where, topic: `${topic}-wrong` });
    await assert.rejects(runMeasured(await one.command("wrong")), {
      message: /peer: message \d+ of partition \d is none of the course's: ValueError: its chunk is no text/,
    });
  });
});
