/**
 * Runs a program as a whole process, from its start to its end, and measures it from outside with all that it starts: wall-clock time,
 * CPU time, memory. What it is measured by is Linux's /proc; elsewhere only the time is known.
 */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";

/** What is run. */
export interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** Processes that work for it and that run already: what they use meanwhile counts too. @default none */
  readonly servers?: readonly number[];
}

/** What a run took. */
export interface Measured {
  readonly seconds: number;
  /** Seconds of CPU of all processes together; undefined where nothing shows it. */
  readonly cpuSeconds: number | undefined;
  /** The largest sum of their resident memory, in bytes; pages that processes share count for each. */
  readonly peakBytes: number | undefined;
}

/** How often the processes are looked at, in milliseconds. */
const INTERVAL = 200;
/** How long a run may take, in seconds. */
const LIMIT = 1800;
/** How long what a program has left behind may take to end, in milliseconds. */
const GRACE = 10_000;
const KEPT_LINES = 12;
/** Of a second: the unit of /proc for CPU time, the same on every Linux that Node runs on. */
const TICK = 0.01;

/**
 * Runs a program to its end. What it leaves running is waited for, so that it does not disturb the next one.
 *
 * @param limit longest time, in seconds @default 1800
 * @throws EngineFailure when it fails or takes longer, with its last lines
 */
export async function runMeasured(
  command: Command,
  { signal, limit = LIMIT }: { readonly signal?: AbortSignal | undefined; readonly limit?: number } = {},
): Promise<Measured> {
  signal?.throwIfAborted();
  const watch = await TreeWatch.begin(command.servers ?? []);
  const collected = collectedTicks();
  const stop = AbortSignal.any([AbortSignal.timeout(limit * 1000), ...(signal === undefined ? [] : [signal])]);
  const begin = performance.now();
  const child = spawn(command.program, command.arguments, {
    env: command.environment ?? process.env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines = lastLines(child);
  let running = true;
  const ended = ending(child, stop).finally(() => (running = false));
  const watching = (async () => {
    while (running) {
      if (child.pid !== undefined) watch.look(child.pid);
      await Promise.race([delay(INTERVAL), ended.catch(() => undefined)]);
    }
    if (child.pid !== undefined) watch.look(child.pid); // what servers have used since the last look
  })();
  try {
    const code = await ended.catch((error: Error) => {
      throw failure(command, `cannot be started: ${error.message}`, lines);
    });
    const seconds = (performance.now() - begin) / 1000;
    await watching;
    signal?.throwIfAborted();
    if (stop.aborted) throw failure(command, `did not end within ${limit} s:`, lines);
    if (code !== 0) throw failure(command, `ended with exit code ${code}:`, lines);
    await watch.waitForRest();
    // What a parent has collected is known to the tick; what was left behind only as it was last seen.
    const seen = watch.ticks;
    const exact = collectedTicks() - collected;
    return {
      seconds,
      cpuSeconds: seen === undefined ? undefined : Math.max(seen.own, exact) * TICK + seen.servers * TICK,
      peakBytes: watch.peakBytes,
    };
  } finally {
    await watching;
    watch.killRest();
  }
}

/** A program that did not do what it was started for: the others still run. */
export class EngineFailure extends Error {
  override readonly name = "EngineFailure";
}

function failure({ program, arguments: given }: Command, how: string, lines: readonly string[]): EngineFailure {
  const what = [program, ...given].join(" ");
  return new EngineFailure([`${what} ${how}`, ...lines.map((line) => `  ${line}`)].join("\n"));
}

/** The exit code. What the program has left behind may keep its output open, so its end is not waited for. */
function ending(child: ChildProcess, signal: AbortSignal): Promise<number | string> {
  const { promise, resolve, reject } = Promise.withResolvers<number | string>();
  const kill = (): void => void child.kill("SIGKILL");
  const stop = (): void => {
    child.kill("SIGTERM");
    setTimeout(kill, 2000).unref();
  };
  child.once("error", reject);
  child.once("exit", (code, by) => resolve(code ?? by ?? ""));
  process.once("exit", kill);
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  return promise.finally(() => {
    process.off("exit", kill);
    signal.removeEventListener("abort", stop);
  });
}

function lastLines({ stdout, stderr }: ChildProcess): string[] {
  const lines: string[] = [];
  for (const stream of [stdout, stderr])
    if (stream !== null)
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (lines.length > KEPT_LINES) lines.shift();
      });
  return lines;
}

// ── /proc ────────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A line of `/proc/PID/stat`, as far as it matters here. */
interface Stat {
  readonly pid: number;
  readonly parent: number;
  /** When it started: with the number, it names a process for good. */
  readonly started: number;
  readonly ticks: number;
  readonly pages: number;
  readonly isZombie: boolean;
}

/** Follows a process and all that descend from it, also those whose parents have ended. */
class TreeWatch {
  readonly #servers: ReadonlySet<number>;
  readonly #pageSize: number;
  /** What the servers had used before. */
  readonly #before = new Map<string, number>();
  readonly #seen = new Map<string, { readonly stat: Stat; readonly isServer: boolean }>();
  #peakBytes = 0;
  #hasLooked = false;

  private constructor(servers: readonly number[], pageSize: number) {
    this.#servers = new Set(servers);
    this.#pageSize = pageSize;
  }

  static async begin(servers: readonly number[]): Promise<TreeWatch> {
    const watch = new TreeWatch(servers, await pageSize());
    for (const stat of descendants(readStats(), watch.#servers)) watch.#before.set(keyOf(stat), stat.ticks);
    return watch;
  }

  look(root: number): void {
    const stats = readStats();
    if (stats.length === 0) return;
    this.#hasLooked = true;
    const known = [...this.#seen.values()].filter(({ isServer }) => !isServer).map(({ stat }) => stat);
    const alive = new Set(stats.map(keyOf));
    const left = known.filter((stat) => alive.has(keyOf(stat))).map(({ pid }) => pid);
    const own = descendants(stats, new Set([root, ...left]));
    const servers = descendants(stats, this.#servers);
    for (const stat of own) this.#seen.set(keyOf(stat), { stat, isServer: false });
    for (const stat of servers) this.#seen.set(keyOf(stat), { stat, isServer: true });
    this.#peakBytes = Math.max(
      this.#peakBytes,
      [...own, ...servers].reduce((sum, { pages }) => sum + pages, 0) * this.#pageSize,
    );
  }

  get ticks(): { readonly own: number; readonly servers: number } | undefined {
    if (!this.#hasLooked) return undefined;
    const sums = { own: 0, servers: 0 };
    for (const [key, { stat, isServer }] of this.#seen)
      sums[isServer ? "servers" : "own"] += stat.ticks - (this.#before.get(key) ?? 0);
    return sums;
  }

  get peakBytes(): number | undefined {
    return this.#hasLooked ? this.#peakBytes : undefined;
  }

  /** Waits until all that the program started has ended. */
  async waitForRest(): Promise<void> {
    const until = performance.now() + GRACE;
    while (performance.now() < until && this.#left().length > 0) await delay(INTERVAL);
  }

  /** Kills what the program started and what is still there. */
  killRest(): void {
    for (const { pid } of this.#left())
      try {
        process.kill(pid, "SIGKILL");
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error; // it has ended
      }
  }

  #left(): Stat[] {
    const stats = readStats().filter(({ isZombie }) => !isZombie);
    return stats.filter((stat) => this.#seen.get(keyOf(stat))?.isServer === false);
  }
}

function keyOf({ pid, started }: Stat): string {
  return `${pid}-${started}`;
}

function descendants(stats: readonly Stat[], roots: ReadonlySet<number>): Stat[] {
  const children = Map.groupBy(stats, ({ parent }) => parent);
  const found = new Map<number, Stat>();
  const visit = (stat: Stat): void => {
    if (found.has(stat.pid)) return;
    found.set(stat.pid, stat);
    for (const child of children.get(stat.pid) ?? []) visit(child);
  };
  for (const stat of stats) if (roots.has(stat.pid)) visit(stat);
  return [...found.values()];
}

/** All processes that can be seen; none elsewhere than on Linux. Some milliseconds: read at once, so that the picture is of one moment. */
function readStats(): Stat[] {
  if (process.platform !== "linux") return [];
  const names = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return names.flatMap((name) => {
    const text = readStat(name);
    return text === undefined ? [] : [parseStat(text)];
  });
}

/** @returns undefined of one that has ended */
function readStat(pid: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html; the name of the program may hold blanks and parentheses. */
export function parseStat(text: string): Stat {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const field = (number: number): number => Number(fields[number - 3]);
  return {
    pid: Number.parseInt(text, 10),
    isZombie: fields[0] === "Z",
    parent: field(4),
    ticks: field(14) + field(15),
    started: field(22),
    pages: field(24),
  };
}

/** Bytes of a page of memory. */
async function pageSize(): Promise<number> {
  const asked = await promisify(execFile)("getconf", ["PAGESIZE"]).catch(() => ({ stdout: "" }));
  return Number(asked.stdout.trim()) || 4096;
}

/** CPU time of the processes that have ended and were children of this one, or of such: in ticks. */
function collectedTicks(): number {
  const text = readStat("self") ?? "";
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return Number(fields[16 - 3] ?? 0) + Number(fields[17 - 3] ?? 0);
}
