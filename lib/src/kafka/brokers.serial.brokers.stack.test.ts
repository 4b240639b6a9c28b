/** Three real brokers, each also a controller: one is killed under load, two are, and what an acknowledgement is worth. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, suite, test } from "node:test";
import { until } from "../async/index.ts";
import { addresses, status, up } from "../stack/index.ts";
import { setForAllBrokers } from "../stack/catalog/parts/kraft.ts";
import { needs } from "../stack/fetch/needs-for-test.ts";
import { withAdmin } from "./client.ts";
import { BatchingProducer, deleteTopics, ensureTopic, openConsumer, topicOffsets } from "./index.ts";

/** A test that waits for what is lost ends, in milliseconds. */
const LIMIT = 180_000;

suite("three brokers", await needs("brokers"), () => {
  let all = "";
  const topics: string[] = [];

  before(async () => {
    await startMissing();
    all = (await addresses()).kafka;
    assert.equal(all.split(",").length, 3, all);
  });
  after(async () => {
    await startMissing();
    await deleteTopics({ broker: all, topics });
  });

  async function startMissing(): Promise<void> {
    await up({ services: ["brokers"] });
  }

  /** A topic whose partitions have their replicas on these nodes, the first one leading. */
  async function makeTopic(partitions: number, config: Readonly<Record<string, string>> = {}): Promise<string> {
    const topic = `test-brokers-${randomUUID()}`;
    topics.push(topic);
    await ensureTopic({ broker: all, topic, partitions, config });
    return topic;
  }

  /** A topic of one partition that a node leads, and the others have. */
  async function topicLedBy(node: number): Promise<string> {
    return topicOn([node, ...[1, 2, 3].filter((other) => other !== node)]);
  }

  /** A topic of one partition that one node has, and no other. */
  async function topicOnlyOn(node: number): Promise<string> {
    return topicOn([node]);
  }

  async function topicOn(replicas: readonly number[]): Promise<string> {
    const topic = `test-brokers-${randomUUID()}`;
    topics.push(topic);
    await withAdmin({ broker: all }, "make a topic", (admin) =>
      admin.createTopics({
        waitForLeaders: false, // kafkajs gives up when the broker that it asks has not heard of the topic yet
        topics: [{ topic, replicaAssignment: [{ partition: 0, replicas: [...replicas] }] }],
      }),
    );
    const isLed = async (): Promise<boolean> => (await partitionsOf(topic).catch(() => []))[0]?.leader === replicas[0];
    await until("the topic to have its leader", isLed);
    return topic;
  }

  interface Partition {
    readonly leader: number;
    readonly replicas: number[];
    readonly isr: number[];
  }

  async function partitionsOf(topic: string): Promise<Partition[]> {
    return withAdmin({ broker: all }, "look at a topic", async (admin) => {
      const { topics: found } = await admin.fetchTopicMetadata({ topics: [topic] });
      return found[0]?.partitions ?? [];
    });
  }

  /** Sends a signal to a node's process. */
  async function signal(node: number, name: NodeJS.Signals): Promise<void> {
    const service = node === 1 ? "kafka" : `kafka-${node}`;
    const { pid } = (await status()).find((one) => one.name === service) ?? {};
    assert.ok(pid !== undefined, `${service} does not run`);
    process.kill(pid, name);
  }

  async function readAll(topic: string): Promise<number[]> {
    const where = { broker: all, topic, group: `${topic}-${randomUUID()}`, positions: async () => new Map() };
    await using consumer = await openConsumer({ ...where, endOffsets: "once" });
    const read: number[] = [];
    for await (const { messages } of consumer) read.push(...messages.map(({ value }) => Number(String(value))));
    return read;
  }

  test("a topic has a replica on each, of which two must have a message; so have Kafka's own", async () => {
    const topic = await makeTopic(3);
    assert.deepEqual(await readAll(topic), []); // by a group, whose place is in a topic of Kafka's own
    for (const name of [topic, "__consumer_offsets"]) {
      const whole = async (): Promise<boolean> =>
        (await partitionsOf(name)).every(({ replicas, isr }) => replicas.length === 3 && isr.length === 3);
      await until(`${name} to be on all brokers`, whole);
    }
  });

  test("what is set for all brokers, and a topic that is gone, are in the log that a killed one begins with", async () => {
    // Kafka 4.1.1 does not start again from such a log while it keeps lists of eligible leaders. The next test kills one of them.
    const [first = ""] = all.split(",");
    await deleteTopics({ broker: all, topics: [await makeTopic(1)] });
    for (const value of ["1", null])
      await setForAllBrokers(first, "min.insync.replicas", value, AbortSignal.timeout(LIMIT));
  });

  test("of several addresses one that answers is enough; when none does, the error names all", async () => {
    const dead = ["127.0.0.1:1", "127.0.0.1:2"].join(",");
    const broker = `${dead},${all}`;
    const topic = await makeTopic(1);
    await using producer = await BatchingProducer.open({ broker });
    await producer.send({ topic, value: "1" });
    await producer.flush();
    assert.deepEqual(await topicOffsets({ broker, topic }), new Map([[0, { low: 0n, high: 1n }]]));
    await assert.rejects(BatchingProducer.open({ broker: dead }), {
      code: "UNREACHABLE",
      message: /127\.0\.0\.1:1, 127\.0\.0\.1:2/,
    });
  });

  test(
    "a leader that is killed under load takes nothing with it, and doubles nothing",
    { timeout: LIMIT },
    async () => {
      const topic = await makeTopic(3);
      const count = 30_000;
      const [first] = await partitionsOf(topic);
      const killed = first?.leader ?? 0;
      await topicOnlyOn(killed); // a topic that is away hinders nobody who wants another
      await using producer = await BatchingProducer.open({ broker: all, maximumBytes: 20_000, lingerMilliseconds: 1 });
      const group = `${topic}-reader`;
      await using consumer = await openConsumer({ broker: all, topic, group, positions: async () => new Map() });
      const read = new Map<string, number>();
      let again = 0;
      const reading = (async () => {
        for await (const { partition, messages } of consumer) {
          for (const { offset, value } of messages) {
            const place = `${partition}/${offset}`;
            if (read.has(place)) again++; // what was fetched and not stored is fetched again
            read.set(place, Number(String(value)));
          }
          if (read.size >= count) break;
        }
      })();
      for (let number = 0; number < count; number++) {
        if (number === count / 3) await signal(killed, "SIGKILL");
        await producer.send({ topic, key: String(number), value: String(number) });
      }
      await producer.flush();
      assert.ok(producer.stats.retries > 0 || (await partitionsOf(topic)).every(({ leader }) => leader !== killed));
      await reading;
      const numbers = [...read.values()];
      assert.equal(numbers.length, count, "written once each");
      assert.equal(new Set(numbers).size, count, `each of them; ${again} were read twice`);

      // One is away: a topic that wants all three takes nothing.
      const strict = await makeTopic(1, { "min.insync.replicas": "3" });
      const lacking = { code: "NOT_ENOUGH_REPLICAS", retriable: true, message: /too few of the brokers/ };
      await assert.rejects(write(strict, 1, 2000), lacking);
      // Two are away: nobody leads the controllers, and no topic takes anything.
      await write(topic, count);
      const [another = 0] = [1, 2, 3].filter((node) => node !== killed);
      await signal(another, "SIGKILL");
      await assert.rejects(write(topic, count + 1, 4000), lacking);
      await startMissing();
      await write(topic, count + 2);
      await write(strict, 2);
      const now = (await readAll(topic)).filter((number) => number !== count + 1); // it was not acknowledged: it may be there or not
      assert.equal(now.length, count + 2);
      assert.equal(new Set(now).size, count + 2);
    },
  );

  async function write(topic: string, number: number, deliveryTimeout = 30_000): Promise<void> {
    const producer = await BatchingProducer.open({ broker: all, deliveryTimeout });
    await producer.send({ topic, value: String(number) });
    await producer.close();
  }

  test("what its leader alone had acknowledged is lost with it; what all had is not", { timeout: LIMIT }, async (t) => {
    await startMissing(); // where the test before has failed
    const leader = 2;
    const followers = [1, 3];
    const topic = { leader: await topicLedBy(leader), all: await topicLedBy(leader) };
    const sent = 200;
    await using careless = await BatchingProducer.open({ broker: all, acks: "leader" });
    await using careful = await BatchingProducer.open({ broker: all });
    const send = async (from: number): Promise<void> => {
      for (let number = from; number < from + sent; number++) {
        await careless.send({ topic: topic.leader, value: String(number) });
        await careful.send({ topic: topic.all, value: String(number) });
      }
    };
    await send(0);
    await Promise.all([careless.flush(), careful.flush()]);
    await until("all to have the first half", async () => (await readAll(topic.leader)).length === sent);
    for (const node of followers) await signal(node, "SIGSTOP");
    let acknowledged = false;
    let second: Promise<void> | undefined;
    try {
      await send(sent);
      await careless.flush();
      second = careful.flush().then(() => void (acknowledged = true));
      assert.equal(careless.stats.messages, 2 * sent, "all of them acknowledged");
      assert.equal(careful.stats.messages, sent, "none of the second half acknowledged");
      await signal(leader, "SIGKILL");
    } finally {
      for (const node of followers) await signal(node, "SIGCONT");
    }
    await second;
    assert.ok(acknowledged, "those who wait for all send again to the one that leads now");
    const kept = new Set(await readAll(topic.leader));
    const lost = careless.stats.messages - kept.size;
    t.diagnostic(`of ${careless.stats.messages} messages that the leader had acknowledged, ${lost} are lost`);
    assert.ok(lost > 0, "nothing was lost");
    assert.equal([...kept].filter((number) => number < sent).length, sent, "what had been copied is there");
    const whole = await readAll(topic.all);
    assert.deepEqual([whole.length, new Set(whole).size], [2 * sent, 2 * sent]);
  });
});
