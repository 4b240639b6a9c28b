import assert from "node:assert/strict";
import { test } from "node:test";
import { type Scenario, simulate } from "./simulate.ts";

const calm: Scenario = {
  ...{ partitions: 40, consumers: 4, arrivals: 100, rate: 2000, deaths: 0, restart: 20, session: 10 },
  ...{ revoke: { median: 0.3, spread: 0.9 }, position: 0.02, seconds: 1200, seed: 1 },
};
/** Each consumer dies about ten times in the time of the scenario. */
const restless: Scenario = { ...calm, deaths: (10 * 86_400) / 1200 };

test("a group that nothing happens to is never behind, and never stands", () => {
  const { worst, rebalances, standing } = simulate(calm);
  assert.deepEqual([worst, rebalances, standing], [0, 0, 0]);
});

test("equal seeds give equal simulations, others others", () => {
  assert.deepEqual(simulate(restless), simulate(restless));
  assert.notDeepEqual(simulate(restless).moments, simulate({ ...restless, seed: 2 }).moments);
});

test("what comes in beyond what the group can take adds up, message by message", () => {
  const { moments } = simulate({ ...calm, arrivals: 300, seconds: 100 });
  // 40 · 300 come, 4 · 2000 are taken
  for (const { second, lag } of moments)
    assert.ok(Math.abs(lag - (second + 1) * 4000) < 1e-3, `${lag} in second ${second}`);
});

test("dynamic members: each death is two rebalances, one without the consumer and one with it, or fewer that serve several", () => {
  const { deaths, rebalances, standing } = simulate(restless);
  assert.ok(deaths > 20, `${deaths} deaths`);
  assert.ok(rebalances > deaths * 0.8 && rebalances <= deaths * 2, `${rebalances} rebalances after ${deaths} deaths`);
  assert.ok(standing > 0);
});

test("a dead consumer's partitions wait for the session, and no longer", () => {
  const { worst } = simulate({ ...restless, arrivals: 20, deaths: (2 * 86_400) / 1200, restart: 600 });
  assert.ok(worst >= 10 && worst < 60, `${worst} s behind`);
});

test("static members that are back within their session cost no rebalance, and their partitions wait for them", () => {
  const { rebalances, worst } = simulate({ ...restless, isStatic: true, session: 60 });
  assert.equal(rebalances, 0);
  assert.ok(worst >= 20, `${worst} s behind`);
});

test("static members that stay away longer are missed, too", () => {
  assert.ok(simulate({ ...restless, isStatic: true, session: 10 }).rebalances > 0);
});

test("no partition is nobody's and none has two owners: a group that is large enough always catches up", () => {
  const { moments } = simulate({ ...restless, deaths: (1 * 86_400) / 1200, seconds: 4000 });
  assert.ok(moments.some(({ lag }, index) => lag < 1 && index > 2000));
});

test("a group of which nobody is left waits", () => {
  const { moments } = simulate({ ...calm, deaths: 86_400 * 10, restart: 100, session: 1 });
  assert.ok(moments.every(({ lag }) => Number.isFinite(lag)));
});
