import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { isStreambookError } from "../../errors/index.ts";
import { deleteTopics, openConsumer } from "../../kafka/index.ts";
import { addresses } from "../../stack/index.ts";
import { type CaseEvent, take } from "./event.ts";
import { sendEvents } from "./send.ts";

const run = randomUUID().slice(0, 8);
const topics = [
  { topic: `send-a-${run}`, partitions: 3 },
  { topic: `send-b-${run}`, partitions: 1 },
];
let broker = "";
before(async () => {
  broker = (await addresses()).kafka;
});
after(() => deleteTopics({ broker, topics: topics.map(({ topic }) => topic) }));

function* events(seed = 1): Generator<CaseEvent> {
  for (let n = 0; ; n++) yield { topic: topics[n % 5 === 0 ? 1 : 0]!.topic, key: `k${n % 11}`, value: `${seed}:${n}` };
}

/** What stands in a topic, partition by partition. */
async function values(topic: string): Promise<string[]> {
  const found: string[] = [];
  await using consumer = await openConsumer({
    ...{ broker, topic, group: randomUUID(), endOffsets: "once" },
    positions: () => Promise.resolve(new Map()),
  });
  for await (const { messages } of consumer) found.push(...messages.map(({ value }) => String(value)));
  return found;
}

test("a generator that is stopped at any moment and started again has sent every event once", async () => {
  let sent = 0;
  for (const stopAt of [500, 1500, 1]) {
    const stop = new AbortController();
    const report = await sendEvents({
      ...{ broker, topics, signal: stop.signal },
      events: (function* () {
        let n = 0;
        for (const event of take(events(), 4000)) {
          if (++n > sent + stopAt) stop.abort();
          yield event;
        }
      })(),
    });
    assert.equal(report.found, sent);
    sent += report.sent;
  }
  assert.ok(sent > 0 && sent < 4000, `${sent} were sent before the last start`);
  const last = await sendEvents({ broker, topics, events: take(events(), 4000) });
  assert.deepEqual([last.found, last.sent], [sent, 4000 - sent]);
  const all = (await Promise.all(topics.map(({ topic }) => values(topic)))).flat();
  assert.equal(all.length, 4000);
  assert.equal(new Set(all).size, 4000);
});

test("other events than those in the topics are refused, and so are fewer", async () => {
  const notOurs = (error: unknown): boolean => isStreambookError(error, "NOT_OURS");
  await assert.rejects(sendEvents({ broker, topics, events: take(events(2), 5000) }), notOurs);
  await assert.rejects(sendEvents({ broker, topics, events: take(events(), 100) }), notOurs);
  assert.equal((await Promise.all(topics.map(({ topic }) => values(topic)))).flat().length, 4000);
});

test("a rate is kept", async () => {
  const { sent, found, seconds } = await sendEvents({ broker, topics, rate: 200, events: take(events(), 4200) });
  assert.deepEqual([sent, found], [200, 4000]);
  assert.ok(seconds > 0.95, `${seconds} s`);
});
