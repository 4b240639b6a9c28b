/** The whole challenge: the program alone, then against the adversary, and its points. */
import { performance } from "node:perf_hooks";
import { delay } from "../async/index.ts";
import { Random } from "../random/index.ts";
import { Arena, type ArenaSettings, type Happening } from "./arena.ts";
import { type Finding, isExact } from "./judge.ts";
import { calm, type Scenario, scenariosFor } from "./scenarios.ts";
import type { Step } from "./steps.ts";

/** How a scenario ended. */
export interface ScenarioResult {
  readonly name: string;
  readonly title: string;
  readonly points: number;
  /** All points where every message is stored once; a third where some are stored more than once and none is lost; else none. */
  readonly earned: number;
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

/** Puts a program to the test. It takes two to four minutes. */
export async function runChallenge(options: ChallengeOptions): Promise<ChallengeResult> {
  const results: ScenarioResult[] = [];
  const run = async (scenario: Scenario): Promise<ScenarioResult> => {
    options.onBegin?.(scenario);
    const result = await play(scenario, options);
    results.push(result);
    options.onEnd?.(result);
    return result;
  };
  const first = await run(calm());
  const steps = first.happenings.flatMap(({ step }): Step[] => (step === undefined ? [] : [step]));
  if (first.finding.sent > first.finding.lost.length)
    for (const scenario of scenariosFor(steps, new Random(options.seed)))
      if (options.only === undefined || scenario.name.includes(options.only)) await run(scenario);
  const score = Math.floor(results.reduce((sum, { earned }) => sum + earned, 0) + 1e-6);
  return { results, score, rate: isExact(first.finding) ? await rateOf(options) : undefined };
}

async function play(scenario: Scenario, options: ChallengeOptions): Promise<ScenarioResult> {
  const started = performance.now();
  await using arena = await Arena.open(options);
  arena.fill(scenario.filling);
  await arena.start();
  await scenario.harm(arena);
  await arena.settle(scenario.quiet);
  await delay(500, options.signal); // what comes late may double
  const finding = await arena.finding();
  const { name, title, points } = scenario;
  const isDoubledOnly = finding.lost.length === 0 && finding.strange.length === 0;
  return {
    name,
    title,
    points,
    earned: isExact(finding) ? points : isDoubledOnly ? points / 3 : 0,
    finding,
    happenings: arena.happenings,
    seconds: (performance.now() - started) / 1000,
    said: isExact(finding) ? "" : arena.said.trim(),
  };
}

/** Messages a second, from the first that the program fetches to the last that is stored. */
async function rateOf(options: ChallengeOptions): Promise<number | undefined> {
  await using arena = await Arena.open(options);
  arena.fill({ messages: MANY });
  await arena.filled();
  const bytes = arena.values.reduce((sum, value) => sum + Buffer.byteLength(value) + 1, 0);
  await arena.start();
  for (const end = performance.now() + RATE_TIME; performance.now() < end; await delay(100, options.signal)) {
    if ((await arena.storedBytes()) < bytes) continue;
    const first = arena.happenings.find(({ step }) => step?.kind === "Fetch" && step.phase === "answer");
    return first === undefined ? undefined : Math.round(MANY / (arena.second - first.second));
  }
  return undefined;
}
