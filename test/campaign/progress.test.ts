import assert from "node:assert/strict";
import { test } from "node:test";
import { FaultLog } from "./faults.ts";
import { standstillsOf } from "./progress.ts";

const samples = (sent: readonly number[], stored: readonly number[]) =>
  stored.map((value, second) => ({ second, sent: sent[second] ?? sent.at(-1) ?? 0, stored: value }));

test("the pipeline stands while nothing is stored for some seconds, though there is something to store", () => {
  assert.deepEqual(standstillsOf(samples([9], [1, 1, 1, 1, 1, 1, 2, 3])), [{ from: 0, to: 6 }]);
});

test("short pauses are those between two flushes; having nothing to do is no standstill; one that lasts ends with the look", () => {
  assert.deepEqual(standstillsOf(samples([9], [1, 1, 1, 2, 2, 2, 3])), []);
  assert.deepEqual(standstillsOf(samples([5], [5, 5, 5, 5, 5, 5, 5, 5])), []);
  assert.deepEqual(standstillsOf(samples([9], [1, 2, 2, 2, 2, 2, 2])), [{ from: 1, to: 6 }]);
});

test("faults are counted by kind, the most frequent first, each in its number", () => {
  const log = new FaultLog();
  assert.equal(log.summary, "0 faults");
  log.note({ one: "kill of the producer", many: "kills of the producer" }, "producer");
  for (let count = 0; count < 2; count++) log.note({ one: "freeze", many: "freezes" }, "consumer-1", 1, 2);
  assert.equal(log.summary, "3 faults: 2 freezes, 1 kill of the producer");
});
