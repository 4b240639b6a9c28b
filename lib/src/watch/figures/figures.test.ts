/** What is made of figures that were seen one after the other: rates, waiting times, faults. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { sample, type Sample } from "../../metrics/index.ts";
import type { ServiceStatus } from "../../stack/index.ts";
import { Faults } from "./faults.ts";
import { Rates } from "./rates.ts";
import { WaitingTimes } from "./waiting-times.ts";

describe("a rate", () => {
  const labels = { topic: "t", partition: "0" };
  const end = (value: number): Sample[] => [sample("streambook_kafka_topic_messages_total", labels, value)];
  const rateOf = (points: readonly (readonly [at: number, value: number])[]): number | undefined => {
    const rates = new Rates();
    for (const [at, value] of points) rates.note(end(value), at);
    return rates.perSecond("streambook_kafka_topic_messages_total", labels);
  };

  test("is unknown until a series was seen twice", () => {
    assert.equal(rateOf([]), undefined);
    assert.equal(rateOf([[1, 5]]), undefined);
    assert.equal(rateOf([[1, 5], [3, 15]]), 5); // prettier-ignore
  });

  test("is of the last seconds, and not of all time", () => {
    const points = Array.from({ length: 40 }, (_, second) => [second, second < 20 ? second * 100 : 2000] as const);
    assert.equal(rateOf(points), 0);
  });

  test("begins anew with what has become less, and is never negative", () => {
    assert.equal(rateOf([[0, 1000], [2, 0]]), undefined); // prettier-ignore
    assert.equal(rateOf([[0, 1000], [2, 0], [4, 20]]), 10); // prettier-ignore
    fc.assert(
      fc.property(fc.array(fc.nat()), (values) => {
        assert.ok((rateOf(values.map((value, index) => [index, value] as const)) ?? 0) >= 0);
      }),
    );
  });

  test("of a series that is seen seldom is that between its last two looks", () => {
    assert.equal(rateOf([[0, 0], [30, 0], [60, 300]]), 10); // prettier-ignore
  });

  test("of what was not seen for a minute is forgotten", () => {
    const rates = new Rates();
    rates.note(end(1), 0);
    rates.note(end(2), 1);
    rates.forget(62);
    assert.equal(rates.perSecond("streambook_kafka_topic_messages_total", labels), undefined);
  });
});

describe("a message waits", () => {
  test("since the partition was first seen to reach beyond it", () => {
    const times = new WaitingTimes();
    for (const [end, at] of [[10, 100], [10, 102], [25, 104], [40, 106]] as const) times.note("t", 0, end, at); // prettier-ignore
    assert.equal(times.since("t", 0, 0, 110), 10, "what was there at the first look counts from then");
    assert.equal(times.since("t", 0, 10, 110), 6);
    assert.equal(times.since("t", 0, 39, 110), 4);
    assert.equal(times.since("t", 0, 40, 110), 0, "that message is not there yet");
    assert.equal(times.since("t", 1, 0, 110), 0, "of another partition nothing is known");
  });

  test("since before the first look, when somebody knows how far the partition reached then", () => {
    const times = new WaitingTimes();
    times.note("t", 0, 100, 5000);
    assert.ok(times.isOlder("t", 0, 99) && !times.isOlder("t", 0, 100) && !times.isOlder("t", 1, 0));
    times.noteEarlier("t", 0, [
      { end: 0, at: 1000 },
      { end: 60, at: 1400 },
      { end: 90, at: 4000 },
      { end: 130, at: 4998 }, // of another clock: no partition ended beyond its end
    ]);
    assert.equal(times.since("t", 0, 0, 5010), 3610);
    assert.equal(times.since("t", 0, 60, 5010), 1010);
    assert.equal(times.since("t", 0, 95, 5010), 10);
    times.note("t", 0, 120, 5005);
    assert.equal(times.since("t", 0, 100, 5010), 5);
    times.noteEarlier("other", 0, [{ end: 1, at: 1 }]);
    assert.equal(times.since("other", 0, 0, 5010), 0);
  });

  test("law: never longer than the watch has run, and longer the older it is, however many looks there were", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50), { minLength: 1, maxLength: 1500 }), (growth) => {
        const times = new WaitingTimes();
        let end = 1;
        growth.forEach((more, second) => times.note("t", 0, (end += more), second));
        const waits = Array.from({ length: 20 }, (_, step) =>
          times.since("t", 0, Math.floor((end * step) / 20), growth.length),
        );
        assert.deepEqual(
          waits,
          [...waits].sort((a, b) => b - a),
        );
        assert.ok((waits[0] ?? 0) <= growth.length);
      }),
      { numRuns: 30 },
    );
  });

  test("anew in a topic that was deleted and made again", () => {
    const times = new WaitingTimes();
    times.note("t", 0, 100, 0);
    times.note("t", 0, 5, 50);
    assert.equal(times.since("t", 0, 0, 60), 10);
    times.keep(new Set());
    assert.equal(times.since("t", 0, 0, 60), 0);
  });
});

describe("faults", () => {
  type State = ServiceStatus["state"];
  const after = (...states: readonly State[]): { kinds: string[]; deaths: number; messages: string[] } => {
    const faults = new Faults();
    states.forEach((state, second) =>
      faults.note([{ name: "kafka", state, log: ["x", "java.io.IOException: disk is full"] }], new Date(second * 1000)),
    );
    const all = [...faults.all].reverse();
    return {
      kinds: all.map(({ kind }) => kind),
      deaths: faults.deaths("kafka"),
      messages: all.map(({ message }) => message),
    };
  };

  const cases: readonly (readonly [
    what: string,
    states: readonly State[],
    kinds: readonly string[],
    deaths: number,
  ])[] = [
    ["nothing happens", ["running", "running"], [], 0],
    ["it dies and comes back", ["running", "died", "died", "silent", "silent", "running"], ["died", "back"], 1],
    [
      "it is on no list while it is started again",
      ["running", "died", "stopped", "silent", "running"],
      ["died", "back"],
      1,
    ],
    ["it dies twice", ["running", "died", "running", "died"], ["died", "back", "died"], 2],
    ["it was dead before", ["died", "died", "running"], ["died", "back"], 0],
    ["it is late once or twice", ["running", "silent", "silent", "running"], [], 0],
    ["it does not answer", ["running", "silent", "silent", "silent", "silent", "running"], ["silent", "back"], 0],
    ["one elsewhere cannot be reached", ["running", "unreachable", "unreachable", "unreachable"], ["silent"], 0],
    ["it is starting when the watch begins", ["silent", "silent", "silent", "silent", "running"], ["started"], 0],
    ["it is stopped and started", ["running", "stopped", "silent", "running"], ["stopped", "started"], 0],
  ];
  for (const [what, states, kinds, deaths] of cases) {
    test(what, () => {
      const found = after(...states);
      assert.deepEqual([found.kinds, found.deaths], [kinds, deaths]);
    });
  }

  test("a death is told with the line of the log that explains it", () => {
    assert.deepEqual(after("running", "died").messages, ["Kafka died: java.io.IOException: disk is full"]);
  });
});
