/** Services are killed under load, several at once, and started again. */
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../lib/src/async/index.ts";
import { messageOf } from "../../lib/src/errors/index.ts";
import type { Random } from "../../lib/src/random/index.ts";
import { status, titleOf, up } from "../../lib/src/stack/index.ts";
import type { Adversary, FaultLog } from "./faults.ts";

const MOST_AT_ONCE = 3;
/** How often services are started that do not come up: one may die of another that is not there yet. */
const STARTS = 4;

export interface ServicesOptions {
  /** Those that are killed. */
  readonly victims: readonly string[];
  /** What is to run, for `up`. */
  readonly all: readonly string[];
  /** Also struck now and then: whoever starts while services are away. @default nobody */
  readonly beside?: (() => Promise<void>) | undefined;
  readonly signal: AbortSignal;
}

export class Services implements Adversary {
  readonly #options: ServicesOptions;
  readonly #random: Random;
  readonly #log: FaultLog;

  constructor(options: ServicesOptions, random: Random, log: FaultLog) {
    [this.#options, this.#random, this.#log] = [options, random, log];
  }

  async volley(): Promise<void> {
    const { victims, beside } = this.#options;
    const random = this.#random;
    const chosen = random.shuffle([...victims]).slice(0, 1 + random.below(MOST_AT_ONCE));
    const pids = new Map((await status()).map(({ name, pid }) => [name, pid]));
    const strikes: Promise<void>[] = [];
    if (beside !== undefined && random.next() < 0.5) strikes.push(beside());
    for (const name of chosen) {
      strikes.push(this.#kill(name, pids.get(name)));
      await sleep(random.next() * 1000);
    }
    await Promise.all(strikes);
    await sleep(random.next() * 3000);
    await this.heal();
  }

  async #kill(name: string, pid: number | undefined): Promise<void> {
    if (pid === undefined || !isAlive(pid)) return void this.#log.missed++;
    const from = this.#log.second;
    process.kill(pid, "SIGKILL");
    await until(`${name} to be gone`, () => !isAlive(pid), { timeout: 5000, interval: 20 });
    this.#log.note({ one: `kill of ${titleOf(name)}`, many: `kills of ${titleOf(name)}` }, titleOf(name), from);
  }

  /** Starts what does not run. */
  async heal(): Promise<void> {
    const { all: services, signal } = this.#options;
    for (let start = 1; ; start++) {
      try {
        await up({ services, signal, timeout: 600_000 });
        return;
      } catch (error) {
        if (signal.aborted || start === STARTS) throw error;
        console.error(`  not all services came up (${messageOf(error)}); once more`);
      }
    }
  }
}

/** Whether a process is there; one that is dead and not yet waited for by its parent is not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
