/** What the adversary does: each scenario begins with an empty folder, and ends when all is stored, or nothing comes any more. */
import { delay } from "../async/index.ts";
import type { Random } from "../random/index.ts";
import type { Arena, Filling } from "./arena.ts";
import { isWork, type ServiceName, type Step } from "./steps.ts";

/** One test of a program. */
export interface Scenario {
  readonly name: string;
  /** What happens, one line. */
  readonly title: string;
  readonly points: number;
  /** Longest silence before it is over, in milliseconds. */
  readonly quiet: number;
  readonly filling: Filling;
  /** Does its harm, while the program works. */
  harm(arena: Arena): Promise<void>;
}

/** Enough for several files, in waves, so that there is always work. */
const FILLING: Filling = { messages: 600, wave: 30 };
const QUIET = 12_000;
/** Longest wait for a step to come, in milliseconds. */
const LONGEST = 10_000;

/** A program that is left alone. */
export function calm(): Scenario {
  const title = "nothing happens: every message once";
  return { name: "calm", title, points: 10, quiet: QUIET, filling: FILLING, harm: async () => undefined };
}

/** A kind of step that is worth a kill, and how often it was seen. */
interface Kind {
  readonly service: ServiceName;
  readonly kind: string;
  readonly seen: number;
}

/** What a program was seen to do in peace. */
export function kindsOf(steps: readonly Step[]): Kind[] {
  const kinds = new Map<string, Kind>();
  for (const { service, kind } of steps.filter((step) => isWork(step) && step.phase === "request")) {
    const name = `${service} ${kind}`;
    kinds.set(name, { service, kind, seen: (kinds.get(name)?.seen ?? 0) + 1 });
  }
  return [...kinds.values()];
}

/** The first or the second time: a step that comes but once at each start has no second. */
function place(random: Random, { seen }: Kind): number {
  return 1 + random.below(Math.min(2, seen));
}

/** All further scenarios for a program, given what it does in peace. Equal seeds give equal harm. */
export function scenariosFor(steps: readonly Step[], random: Random): Scenario[] {
  const kinds = kindsOf(steps);
  const common = { quiet: QUIET, filling: FILLING };
  const kills = kinds.map((one): Scenario => {
    const { service, kind } = one;
    const [before, after] = [place(random, one), place(random, one)];
    return {
      ...common,
      name: `kill at ${service} ${kind}`,
      title: `killed before ${service} sees its ${kind}, and once more when it is done and the program does not know`,
      points: 36 / kinds.length,
      async harm(arena) {
        await killAt(arena, service, kind, "request", before);
        await killAt(arena, service, kind, "answer", after);
      },
    };
  });
  return [
    ...kills,
    randomKills(random),
    lostAnswers(kinds, random),
    frozen(kinds),
    away("Kafka", random),
    away("HDFS", random),
  ];
}

/** Resolves at the n-th step of a kind, which then waits for what is done about it. */
function stepOf(
  arena: Arena,
  isMeant: (step: Step) => boolean,
  count: number,
  act: (step: Step) => Promise<"pass" | "cut">,
): Promise<boolean> {
  let seen = 0;
  return new Promise((resolve) => {
    const given = setTimeout(() => finish(false), LONGEST);
    const finish = (came: boolean): void => {
      clearTimeout(given);
      arena.watch = async () => "pass";
      resolve(came);
    };
    arena.watch = async (step) => {
      if (!isMeant(step) || ++seen !== count) return "pass";
      finish(true);
      return act(step);
    };
  });
}

async function killAt(
  arena: Arena,
  service: ServiceName,
  kind: string,
  phase: Step["phase"],
  count: number,
): Promise<void> {
  const when = phase === "request" ? `before ${service} sees ${kind}` : `after ${kind}, which it does not know is done`;
  let killed: Promise<void> = Promise.resolve();
  const isMeant = (step: Step): boolean =>
    step.service === service && step.kind === kind && step.phase === phase && step.run === arena.program.run;
  await stepOf(arena, isMeant, count, async () => {
    killed = arena.kill(when);
    await killed;
    return "cut";
  });
  await killed;
}

function randomKills(random: Random): Scenario {
  const counts = Array.from({ length: 5 }, () => 3 + random.below(25));
  return {
    name: "random kills",
    title: "killed five times, at any step",
    points: 12,
    quiet: QUIET,
    filling: FILLING,
    async harm(arena) {
      for (const count of counts) {
        let killed: Promise<void> = Promise.resolve();
        await stepOf(
          arena,
          (step) => step.run === arena.program.run,
          count,
          async (step) => {
            killed = arena.kill(`at ${step.service} ${step.kind} (${step.phase})`);
            await killed;
            return "cut";
          },
        );
        await killed;
      }
    },
  };
}

/** What was done, and nobody said so: the connection breaks on the answer. The program lives. */
function lostAnswers(kinds: readonly Kind[], random: Random): Scenario {
  const chosen = kinds.filter(({ kind }) => kind !== "Fetch").map((one) => ({ ...one, count: place(random, one) }));
  return {
    name: "lost answers",
    title: "answers are lost: what was asked is done, and the program is not told",
    points: 12,
    quiet: QUIET,
    filling: FILLING,
    async harm(arena) {
      for (const { service, kind, count } of chosen) {
        const isMeant = (step: Step): boolean =>
          step.service === service && step.kind === kind && step.phase === "answer";
        await stepOf(arena, isMeant, count, async (step) => {
          arena.note("fault", `the answer to ${kind} is lost`, step.run);
          return "cut";
        });
      }
    },
  };
}

/** The last step that writes, before which a program is frozen: it believes that the partition is still its own. */
function decisive(kinds: readonly Kind[]): string {
  const order = ["RENAME", "CREATE bytes", "APPEND bytes", "CREATE", "APPEND"];
  return order.find((name) => kinds.some(({ kind }) => kind === name)) ?? "Fetch";
}

function frozen(kinds: readonly Kind[]): Scenario {
  const kind = decisive(kinds);
  return {
    name: "freeze",
    title: `frozen just before a ${kind}; another one takes over, then it thaws and goes on`,
    points: 12,
    quiet: 30_000,
    filling: FILLING,
    async harm(arena) {
      const thaw = new AbortController();
      const sleeper = arena.program;
      const isMeant = (step: Step): boolean =>
        step.kind === kind && step.phase === "request" && step.run === sleeper.run;
      const came = await stepOf(arena, isMeant, 2, async () => {
        sleeper.signal("SIGSTOP");
        arena.note("fault", `frozen before ${kind}`, sleeper.run);
        await new Promise((resolve) => thaw.signal.addEventListener("abort", resolve, { once: true }));
        return "pass";
      });
      if (!came) return;
      await arena.start();
      await arena.settle(25_000);
      arena.note("fault", "it thaws", sleeper.run);
      sleeper.signal("SIGCONT");
      thaw.abort();
      await delay(3000);
    },
  };
}

function away(service: ServiceName, random: Random): Scenario {
  const count = 6 + random.below(10);
  return {
    name: `${service} away`,
    title: `${service} is away for four seconds`,
    points: 9,
    quiet: 20_000,
    filling: FILLING,
    async harm(arena) {
      await stepOf(
        arena,
        (step) => step.service === service && isWork(step),
        count,
        async () => "cut",
      );
      await arena.takeAway(service, 4000);
    },
  };
}
