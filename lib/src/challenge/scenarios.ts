/** What the adversary does: each scenario begins with an empty folder, and ends when all is stored, or nothing comes any more. */
import { delay } from "../async/index.ts";
import type { Random } from "../random/index.ts";
import type { Arena, Filling } from "./arena.ts";
import { killAt, strike, withMessages } from "./faults.ts";
import { isWork, type ServiceName, type Step, stepsWithMessages } from "./steps.ts";

/** What came of the adversary's plan. */
export type Harm = "struck" | "missed" | "not taken over";

/** One test of a program. */
export interface Scenario {
  readonly name: string;
  /** What happens, one line. */
  readonly title: string;
  readonly points: number;
  /** Whether the others of its kind get its points when its fault finds no step to strike at. @default false */
  readonly isShared?: boolean;
  /** Longest silence before it is over, in milliseconds. */
  readonly quiet: number;
  readonly filling: Filling;
  /**
   * Does its harm, while the program works.
   *
   * @returns `missed` when a fault found no step to strike at; `not taken over` when a second start did not store what the first held
   */
  harm(arena: Arena): Promise<Harm>;
}

/** Enough for several files, in waves, so that there is always work. */
const FILLING: Filling = { messages: 600, wave: 30 };
const QUIET = 12_000;
/** The points of all scenarios, 100 together. Little for what a client library does by itself, most for what only the program can. */
const POINTS = { calm: 4, kills: 44, random: 12, starting: 12, freeze: 12, answers: 8, away: 4 };

/** A program that is left alone. */
export function calm(): Scenario {
  const title = "nothing happens: every message once";
  return { name: "calm", title, points: POINTS.calm, quiet: QUIET, filling: FILLING, harm: async () => "struck" };
}

/** A kind of step that is worth a fault, and how often it was seen. */
interface Kind {
  readonly service: ServiceName;
  readonly kind: string;
  readonly seen: number;
}

/** What a program was seen to do in peace once it had been given messages. */
export function kindsOf(steps: readonly Step[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const { service, kind } of stepsWithMessages(steps).filter((step) => isWork(step) && step.phase === "request")) {
    const name = `${service} ${kind}`;
    kinds.set(name, { service, kind, seen: (kinds.get(name)?.seen ?? 0) + 1 });
  }
  return [...kinds.values()];
}

/** The first, second or third time: a step that comes but once has no second. */
function place(random: Random, { seen }: Kind): number {
  return 1 + random.below(Math.min(3, seen));
}

/** All further scenarios for a program, given what it does in peace. Equal seeds give equal harm. */
export function scenariosFor(steps: readonly Step[], random: Random): Scenario[] {
  const kinds = kindsOf(steps);
  return [
    ...kinds.map((kind) => kill(kind, POINTS.kills / kinds.length, random)),
    randomKills(kinds, random),
    killsAtTheStart(kinds, random),
    lostAnswers(kinds, random),
    freeze(kinds),
    away("Kafka", commitOf(kinds), random),
    away("HDFS", writeOf(kinds), random),
  ];
}

/** The step that stores: before it a message is nowhere, after it others can see it. */
function writeOf(kinds: readonly Kind[]): string {
  const order = ["RENAME", "CREATE bytes", "APPEND bytes", "CREATE", "APPEND"];
  return order.find((name) => kinds.some(({ kind }) => kind === name)) ?? "Fetch";
}

/** The step that tells Kafka how far the program is, if it takes one. */
function commitOf(kinds: readonly Kind[]): string {
  const order = ["EndTxn", "TxnOffsetCommit", "OffsetCommit"];
  return order.find((name) => kinds.some(({ kind }) => kind === name)) ?? "Fetch";
}

function kill(one: Kind, points: number, random: Random): Scenario {
  const { service, kind } = one;
  const [before, after] = [place(random, one), place(random, one)];
  return {
    name: `kill at ${service} ${kind}`,
    title: `killed before ${service} sees its ${kind}, and once more when it is done and the program does not know`,
    points,
    isShared: true,
    quiet: QUIET,
    filling: FILLING,
    async harm(arena) {
      if (!(await killAtKind(arena, service, kind, "request", before))) return "missed";
      return (await killAtKind(arena, service, kind, "answer", after)) ? "struck" : "missed";
    },
  };
}

function killAtKind(
  arena: Arena,
  service: ServiceName,
  kind: string,
  phase: Step["phase"],
  count: number,
): Promise<boolean> {
  const when = phase === "request" ? `before ${service} sees ${kind}` : `after ${kind}, before the answer`;
  const isMeant = (step: Step): boolean => step.service === service && step.kind === kind && step.phase === phase;
  return killAt(arena, { isMeant: withMessages(arena, isMeant), count }, () => when);
}

/** Kills in a scenario of random ones. */
const RANDOM_KILLS = 5;

/** Moments are drawn, each once before any comes again: kills that all happen to strike while it waits for messages prove nothing. */
function randomKills(kinds: readonly Kind[], random: Random): Scenario {
  const working = kinds.filter(({ kind }) => kind !== "Fetch");
  const moments = (working.length > 0 ? working : kinds).flatMap((one) =>
    (["request", "answer"] as const).map((phase) => ({ ...one, phase })),
  );
  const drawn = Array.from({ length: Math.ceil(RANDOM_KILLS / Math.max(1, moments.length)) }, () =>
    shuffled(moments, random),
  );
  const kills = drawn.flat().slice(0, RANDOM_KILLS);
  const counts = kills.map((one) => place(random, one));
  return {
    name: "random kills",
    title: "killed five times, at steps drawn by lot",
    points: POINTS.random,
    quiet: QUIET,
    filling: FILLING,
    async harm(arena) {
      for (const [index, { service, kind, phase }] of kills.entries())
        if (!(await killAtKind(arena, service, kind, phase, counts[index] ?? 1))) return "missed";
      return kills.length > 0 ? "struck" : "missed";
    },
  };
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const drawn = items.map((item) => ({ item, by: random.next() }));
  return drawn.sort((a, b) => a.by - b.by).map(({ item }) => item);
}

function nameOf({ service, kind, phase }: Step): string {
  return `at ${service} ${kind} (${phase})`;
}

/** What a start finds is what a kill has left: that it can read it must not depend on being left alone meanwhile. */
function killsAtTheStart(kinds: readonly Kind[], random: Random): Scenario {
  const write = writeOf(kinds);
  const service = write === "Fetch" ? "Kafka" : "HDFS";
  const rounds = (["request", "answer"] as const).map((phase) => ({ phase, count: 1 + random.below(6) }));
  return {
    name: "kills at the start",
    title: `killed at its ${write}, and again while it starts; and both once more`,
    points: POINTS.starting,
    quiet: QUIET,
    filling: FILLING,
    async harm(arena) {
      for (const { phase, count } of rounds) {
        if (!(await killAtKind(arena, service, write, phase, 2))) return "missed";
        const isMeant = (step: Step): boolean => step.run === arena.program.run && isWork(step);
        if (!(await killAt(arena, { isMeant, count }, (step) => `while it starts, ${nameOf(step)}`))) return "missed";
      }
      return "struck";
    },
  };
}

/** What was done, and nobody said so: the connection breaks on the answer. The program lives. */
function lostAnswers(kinds: readonly Kind[], random: Random): Scenario {
  const chosen = kinds.filter(({ kind }) => kind !== "Fetch").map((one) => ({ ...one, count: place(random, one) }));
  return {
    name: "lost answers",
    title: "answers are lost: what was asked for is done, and the program does not know",
    points: POINTS.answers,
    quiet: QUIET,
    filling: FILLING,
    async harm(arena) {
      for (const { service, kind, count } of chosen) {
        const isMeant = (step: Step): boolean =>
          step.service === service && step.kind === kind && step.phase === "answer";
        const came = await strike(arena, { isMeant: withMessages(arena, isMeant), count }, async (step) => {
          arena.note("fault", `the answer to ${kind} is lost`, step.run);
          return "cut";
        });
        if (!came) return "missed";
      }
      return chosen.length > 0 ? "struck" : "missed";
    },
  };
}

/** It believes that the partition is still its own: only a look at what is stored can show it that this is over. */
function freeze(kinds: readonly Kind[]): Scenario {
  const kind = writeOf(kinds);
  return {
    name: "freeze",
    title: `frozen just before its ${kind}; another one takes over and stores all; then it thaws and goes on`,
    points: POINTS.freeze,
    quiet: QUIET,
    filling: FILLING,
    async harm(arena) {
      const thaw = new AbortController();
      const sleeper = arena.program;
      const isMeant = withMessages(arena, (step) => step.kind === kind && step.phase === "request");
      const came = await strike(arena, { isMeant, count: 2 }, async () => {
        sleeper.signal("SIGSTOP");
        arena.note("fault", `frozen before ${kind}`, sleeper.run);
        await new Promise((resolve) => thaw.signal.addEventListener("abort", resolve, { once: true }));
        return "pass";
      });
      if (!came || sleeper !== arena.program) return "missed";
      await sleeper.forget();
      await arena.start();
      const isTakenOver = await arena.settle(QUIET);
      arena.note("fault", isTakenOver ? "it thaws" : "it thaws: the second one did not store all", sleeper.run);
      sleeper.signal("SIGCONT");
      thaw.abort();
      await delay(3000);
      return isTakenOver ? "struck" : "not taken over";
    },
  };
}

function away(service: ServiceName, kind: string, random: Random): Scenario {
  const count = 1 + random.below(3);
  return {
    name: `${service} away`,
    title: `${service} is away for four seconds, from its ${kind} on`,
    points: POINTS.away,
    quiet: 20_000,
    filling: FILLING,
    async harm(arena) {
      const isMeant = withMessages(arena, (step) => step.service === service && step.kind === kind);
      const came = await strike(arena, { isMeant, count }, async () => "cut");
      await arena.takeAway(service, 4000);
      return came ? "struck" : "missed";
    },
  };
}
