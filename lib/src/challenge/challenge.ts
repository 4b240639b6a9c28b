/** The whole challenge: the program alone, then against the adversary, and its points. */
import { performance } from "node:perf_hooks";
import { delay } from "../async/index.ts";
import { Random } from "../random/index.ts";
import { Arena, type ArenaSettings, type Happening } from "./arena.ts";
import { type Finding, isExact } from "./judge.ts";
import { calm, type Harm, type Scenario, scenariosFor } from "./scenarios.ts";
import { type Outcome, outcomeOf, scoreOf } from "./score.ts";
import type { Step } from "./steps.ts";

/** How a scenario ended. */
export interface ScenarioResult extends Pick<Scenario, "name" | "title" | "points" | "isShared"> {
  readonly outcome: Outcome;
  readonly harm: Harm;
  readonly finding: Finding;
  readonly happenings: readonly Happening[];
  readonly seconds: number;
  /** What the program said last, where it did not pass. */
  readonly said: string;
}

/** How a challenge ended. */
export interface ChallengeResult {
  readonly results: readonly ScenarioResult[];
  /** Of 100, rounded down. */
  readonly score: number;
  /** Messages a second of a program that is left alone; undefined where it does not store them all. */
  readonly rate: number | undefined;
}

/** Options of {@link runChallenge}. */
export interface ChallengeOptions extends ArenaSettings {
  /** Decides what is killed where; equal seeds do equal harm. */
  readonly seed: number;
  /** Only scenarios whose names contain this. @default all */
  readonly only?: string | undefined;
  readonly onBegin?: (scenario: Pick<Scenario, "name" | "title">) => void;
  readonly onEnd?: (result: ScenarioResult) => void;
}

/** Messages for the rate. */
const MANY = 30_000;
/** Longest time for them, in milliseconds. */
const RATE_TIME = 60_000;
/** How often a scenario is tried whose fault finds no step to strike at. */
const TRIES = 3;

/** Puts a program to the test. It takes two to six minutes. */
export async function runChallenge(options: ChallengeOptions): Promise<ChallengeResult> {
  const results: ScenarioResult[] = [];
  const run = async (scenario: Scenario): Promise<ScenarioResult> => {
    options.onBegin?.(scenario);
    let result = await play(scenario, options);
    for (let tries = 1; result.outcome === "missed" && tries < TRIES; tries++) result = await play(scenario, options);
    results.push(result);
    options.onEnd?.(result);
    return result;
  };
  const first = await run(calm());
  const steps = first.happenings.flatMap(({ step }): Step[] => (step === undefined ? [] : [step]));
  if (first.finding.sent > first.finding.lost.length)
    for (const scenario of scenariosFor(steps, new Random(options.seed)))
      if (options.only === undefined || scenario.name.includes(options.only)) await run(scenario);
  return { results, score: scoreOf(results), rate: isExact(first.finding) ? await rateOf(options) : undefined };
}

async function play(scenario: Scenario, options: ChallengeOptions): Promise<ScenarioResult> {
  const started = performance.now();
  await using arena = await Arena.open(options);
  arena.fill(scenario.filling);
  await arena.start();
  const harm = await scenario.harm(arena);
  await arena.settle(scenario.quiet);
  await delay(500, options.signal); // what comes late may double
  const finding = await arena.finding();
  const { name, title, points, isShared = false } = scenario;
  const outcome = outcomeOf(finding, harm);
  return {
    name,
    title,
    points,
    isShared,
    outcome,
    harm,
    finding,
    happenings: arena.happenings,
    seconds: (performance.now() - started) / 1000,
    said: outcome === "passed" ? "" : arena.said.trim(),
  };
}

/** Messages a second, from the first that the program fetches to the last that is stored. */
async function rateOf(options: ChallengeOptions): Promise<number | undefined> {
  await using arena = await Arena.open(options);
  arena.fill({ messages: MANY });
  await arena.enough();
  const bytes = arena.sentBytes;
  await arena.start();
  for (const end = performance.now() + RATE_TIME; performance.now() < end; await delay(100, options.signal)) {
    if ((await arena.storedBytes()) < bytes) continue;
    const first = arena.happenings.find(({ step }) => step?.kind === "Fetch" && step.phase === "answer");
    return first === undefined ? undefined : Math.round(MANY / (arena.second - first.second));
  }
  return undefined;
}
