/** Another cluster's Kafka takes the port of ours: with two real ones, one after the other. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { isStreambookError } from "../errors/index.ts";
import { addresses, down, homeFolder, reset, up } from "../stack/index.ts";
import { Wire } from "./broker-for-test.ts";
import { BatchingProducer, ensureTopic, KafkaCluster, openConsumer, topicOffsets } from "./index.ts";
import { ownServices } from "../stack/own-services-for-test.ts";

const topic = "shared-name";

suite("a stranger at the port", () => {
  let home = "";
  let environment: NodeJS.ProcessEnv = {};

  before(async () => {
    home = await mkdtemp(join(tmpdir(), "streambook-stranger-"));
    const jars = process.env["STREAMBOOK_JARS"] ?? join(homeFolder({}), "jars");
    // Not any free port: the second Kafka is to have the port of the first.
    const { STREAMBOOK_PORTS: _ports, ...rest } = ownServices();
    environment = { ...rest, STREAMBOOK_HOME: home, STREAMBOOK_JARS: jars };
    await upKafka();
  });
  after(async () => {
    await reset({ environment });
    await rm(home, { recursive: true, force: true });
  });

  async function upKafka(): Promise<string> {
    await up({ services: ["kafka"], environment });
    return (await addresses(environment)).kafka;
  }

  /** Ends the Kafka that runs, and starts one with a storage of its own at the same address. */
  async function takePort(): Promise<void> {
    const before = (await addresses(environment)).kafka;
    await down({ environment });
    await rm(join(home, "data", "kafka"), { recursive: true });
    assert.equal(await upKafka(), before);
  }

  async function fill(broker: string, ...values: string[]): Promise<void> {
    await ensureTopic({ broker, topic, partitions: 1 });
    const producer = await BatchingProducer.open({ broker });
    for (const value of values) await producer.send({ topic, value });
    await producer.close();
  }

  test("consumer, producer and admin refuse it: nothing is read from it, and nothing written", async () => {
    const broker = (await addresses(environment)).kafka;
    await fill(broker, "ours 0", "ours 1");
    const cluster = new KafkaCluster();
    const wire = new Wire(); // they come back when the other Kafka is ready, and not before
    const { socketFactory } = wire;
    await topicOffsets({ broker, topic, cluster });
    const producer = await BatchingProducer.open({ broker, socketFactory });
    await producer.prepareTopic(topic);
    const consumer = await openConsumer({
      broker,
      topic,
      socketFactory,
      group: "strangers",
      positions: async () => new Map(),
    });
    const read: string[] = [];
    const reading = (async () => {
      for await (const { messages } of consumer) {
        read.push(...messages.map(({ value }) => String(value)));
        if (read.some((value) => value.startsWith("theirs"))) break;
      }
    })();
    reading.catch(() => undefined);
    while (read.length < 2) await new Promise((resolve) => setTimeout(resolve, 20));

    wire.cut();
    await takePort();
    await fill(broker, "theirs 0", "theirs 1", "theirs 2", "theirs 3");
    const theirs = new KafkaCluster();
    await topicOffsets({ broker, topic, cluster: theirs });
    wire.restore();

    assert.notEqual(theirs.id, cluster.id);
    const isRefusal = (error: unknown): boolean => {
      assert.ok(isStreambookError(error, "WRONG_CLUSTER"), String(error));
      assert.ok(error.message.includes(`${theirs.id}`) && error.message.includes(`${cluster.id}`), error.message);
      return !error.retriable;
    };
    await assert.rejects(reading, isRefusal);
    await consumer.close();
    assert.deepEqual(read, ["ours 0", "ours 1"]);
    await assert.rejects(async () => {
      await producer.send({ topic, value: "ours 2" });
      await producer.flush();
    }, isRefusal);
    await producer.close();
    await assert.rejects(ensureTopic({ broker, topic: "ours", cluster }), isRefusal);
    assert.deepEqual(await topicOffsets({ broker, topic }), new Map([[0, { low: 0n, high: 4n }]]));
    await assert.rejects(topicOffsets({ broker, topic: "ours" }), (error) => isStreambookError(error, "NOT_FOUND"));
  });
});
