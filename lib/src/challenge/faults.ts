/** The single faults: each waits for the step it is meant for, strikes, and reports whether it did. */
import type { Arena } from "./arena.ts";
import { bringsMessages, type Step } from "./steps.ts";

/** Longest wait for a step to come, in milliseconds. */
const LONGEST = 15_000;

/** Which step a fault strikes at. */
export interface Target {
  readonly isMeant: (step: Step) => boolean;
  /** The how many-th of them, from 1. */
  readonly count: number;
}

/**
 * Waits for a step, which is then held up until `act` is done.
 *
 * @returns false when it does not come
 */
export function strike(
  arena: Arena,
  { isMeant, count }: Target,
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

/** Kills the program at a step, and starts it again. */
export async function killAt(arena: Arena, target: Target, why: (step: Step) => string): Promise<boolean> {
  let killed: Promise<void> = Promise.resolve();
  const came = await strike(arena, target, async (step) => {
    killed = arena.kill(why(step));
    await killed;
    return "cut";
  });
  await killed;
  return came;
}

/** The steps of the program that runs now at which it has something to lose: it was given messages, and the step is about some. */
export function withMessages(arena: Arena, isMeant: (step: Step) => boolean): (step: Step) => boolean {
  return (step) =>
    step.run === arena.program.run &&
    arena.hasMessages(step.run) &&
    (step.kind !== "Fetch" || step.phase === "request" || bringsMessages(step)) &&
    isMeant(step);
}
