/** Processes of the pipeline are killed, asked to end, and frozen for longer than their group waits for them; several at once. */
import { setTimeout as sleep } from "node:timers/promises";
import { SESSION_TIMEOUT } from "../../lib/src/kafka/index.ts";
import type { Random } from "../../lib/src/random/index.ts";
import type { Adversary, Category, FaultLog } from "./faults.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Worker } from "./worker.ts";

/** What is done to a process, and how often, in relation to the others. */
const ACTS = [
  { name: "kill -9", weight: 6 },
  { name: "SIGTERM", weight: 2 },
  { name: "freeze", weight: 2 },
] as const;
type Act = (typeof ACTS)[number]["name"];

/** Strikes of a volley; some find nothing to strike at. */
const AT_ONCE = { least: 4, most: 9 };
/** The producer is struck half as often as a consumer: it has to come to an end now and then. */
const WEIGHT_OF_PRODUCER = 0.5;

/** Of the strikes at a process that is still starting, so many are done. */
const SHARE_OF_STARTING = 0.2;

export class Kills implements Adversary {
  readonly #pipeline: Pipeline;
  readonly #random: Random;
  readonly #log: FaultLog;

  constructor(pipeline: Pipeline, random: Random, log: FaultLog) {
    [this.#pipeline, this.#random, this.#log] = [pipeline, random, log];
  }

  async volley(): Promise<void> {
    const random = this.#random;
    const strikes: Promise<void>[] = [];
    for (let left = AT_ONCE.least + random.below(AT_ONCE.most - AT_ONCE.least + 1); left > 0; left--) {
      strikes.push(this.strike());
      await sleep(random.next() * 800);
    }
    await Promise.all(strikes);
  }

  /** Strikes one process, whichever the lot falls on. */
  async strike(): Promise<void> {
    const random = this.#random;
    const { consumers, producer } = this.#pipeline;
    const weights = [...consumers.map(() => 1), consumers.length * WEIGHT_OF_PRODUCER];
    const victim = [...consumers, producer][random.weighted(weights)] as Worker;
    // Now and then one that is still starting: it has nothing to lose, but its group has.
    const isStarting = !victim.isAtWork;
    if (isStarting && random.next() > SHARE_OF_STARTING) return void this.#log.missed++;
    const act = ACTS[random.weighted(ACTS.map(({ weight }) => weight))]?.name ?? "kill -9";
    const seconds = SESSION_TIMEOUT / 1000 + 1 + random.next() * 3;
    const from = this.#log.second;
    const isHit = act === "freeze" ? await victim.freeze(seconds) : await end(victim, act);
    if (!isHit) return void this.#log.missed++;
    const until = act === "freeze" ? from + seconds : undefined;
    const detail = isStarting ? `${victim.name}, while it started` : victim.name;
    this.#log.note(categoryOf(act, victim === producer), detail, from, until);
  }

  async heal(): Promise<void> {
    while (this.#pipeline.workers.some(({ isFrozen, runs }) => isFrozen && runs)) await sleep(200);
  }
}

/** A frozen process does not hear that it is to end. */
function end(victim: Worker, act: Exclude<Act, "freeze">): Promise<boolean> {
  if (act === "SIGTERM") return victim.isFrozen ? Promise.resolve(false) : victim.end("SIGTERM");
  return victim.end("SIGKILL");
}

function categoryOf(act: Act, isProducer: boolean): Category {
  const whom = isProducer ? "the producer" : "a consumer";
  if (act === "freeze") return { one: `freeze of ${whom}`, many: `freezes of ${whom}` };
  if (act === "SIGTERM") return { one: `SIGTERM to ${whom}`, many: `SIGTERMs to ${whom}` };
  return { one: `kill of ${whom}`, many: `kills of ${whom}` };
}
