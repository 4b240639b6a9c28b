import assert from "node:assert/strict";
import { test } from "node:test";
import { reportOf, type RunFacts } from "./report-of.ts";
import { sampleRun } from "./sample.test.ts";
import { judge } from "./verdict.ts";

/** The facts that the sample run is the report of. */
function factsOf(change: Partial<RunFacts> = {}): RunFacts {
  const {
    startedAt,
    counts,
    identical: _,
    rates = [],
    machine,
    clusters,
    points,
    heatMap,
    quality,
    ...facts
  } = sampleRun();
  const { sent, ...counted } = counts;
  return {
    ...facts,
    startedAt: new Date(startedAt),
    sent,
    table: { counts: counted, clusters, points, heatMap, quality },
    rates,
    jdk: machine.jdk,
    ...change,
  };
}

test("the facts of a run make its report: each stands there once, and what follows from them is worked out", () => {
  const { machine, ...report } = reportOf(factsOf());
  const { machine: sample, ...expected } = sampleRun();
  assert.deepEqual(report, expected);
  assert.equal(machine.jdk, sample.jdk);
  assert.equal(machine.node, process.version);
  assert.ok(judge({ ...report, machine }).passed);
});

test("one text that differs makes the run differ", () => {
  const texts = factsOf().texts.map((text, index) => (index === 3 ? { ...text, identical: false } : text));
  assert.equal(reportOf(factsOf({ texts })).identical, false);
});

test("a rate of a few moments is no curve", () => {
  const rate = (moments: number) => ({
    name: "sent",
    seconds: Array.from({ length: moments }, (_, second) => second),
    messagesPerSecond: Array.from({ length: moments }, () => 1),
  });
  const { rates } = reportOf(factsOf({ rates: [rate(4), rate(5), rate(0)] }));
  assert.deepEqual(
    rates?.map(({ seconds }) => seconds.length),
    [5],
  );
});
