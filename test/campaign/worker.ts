/** A process that is started again whenever it ends, as a supervisor would do; and what can be done to it. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, type WriteStream } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { until } from "../../lib/src/async/index.ts";
import { NODE_FLAGS } from "../../lib/bin/find-node.mjs";
import { projectFolder } from "../../lib/src/stack/index.ts";

/** What a worker runs. */
export interface Command {
  readonly arguments: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
}

/** How a worker's process has ended. */
export interface Ending {
  readonly worker: string;
  /** Whether somebody has struck it; else it has ended by itself. */
  readonly struck: boolean;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it said on standard error. */
  readonly said: string;
}

export interface WorkerOptions {
  readonly name: string;
  /** The command of `streambook` that it runs; asked before each start. */
  readonly command: () => Promise<Command>;
  /** Folder that gets `NAME.log`. */
  readonly logs: string;
  /** Sees that the process does not outlive this one. */
  readonly watch: (pid: number) => Promise<void>;
  readonly onEnd: (ending: Ending) => void;
}

/** How much of what a process says is kept, in characters. */
const KEPT = 2000;
/** A process that was struck is started again at once; one that ended by itself, after this time in milliseconds. */
const RESTART = 500;
/** How long a process that was asked to end may take, in milliseconds. */
const LONGEST_END = 45_000;

export class Worker {
  readonly name: string;
  readonly #options: WorkerOptions;
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;
  #ended: Promise<unknown> = Promise.resolve();
  #struck = false;
  #hasSpoken = false;
  #frozenUntil = 0;
  #isStopping = false;

  constructor(options: WorkerOptions) {
    this.name = options.name;
    this.#options = options;
    this.#log = createWriteStream(join(options.logs, `${options.name}.log`), { flags: "a" });
  }

  /** Whether its process runs, frozen or not. */
  get runs(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Whether its process has got as far as saying what it does; before, there is nothing that a fault could cost. */
  get isAtWork(): boolean {
    return this.runs && this.#hasSpoken;
  }

  get isFrozen(): boolean {
    return performance.now() < this.#frozenUntil;
  }

  /** Starts its process. */
  async start(): Promise<void> {
    const { name, command, watch } = this.#options;
    const { arguments: given, environment = {} } = await command();
    if (this.#isStopping) return;
    // The program itself, without the one that looks for a Node: what is killed must be who does the work.
    const program = join(projectFolder(), "lib/src/cli/main.ts");
    const child = spawn(process.execPath, [...NODE_FLAGS, program, ...given], {
      cwd: projectFolder(),
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...environment },
    });
    this.#child = child;
    this.#struck = this.#hasSpoken = false;
    this.#frozenUntil = 0;
    this.#log.write(`── ${new Date().toISOString()} ${name} starts, process ${child.pid}\n`);
    let said = "";
    child.stdout.pipe(this.#log, { end: false });
    child.stderr.pipe(this.#log, { end: false });
    child.stderr.on("data", (part) => {
      said = (said + String(part)).slice(-KEPT);
      this.#hasSpoken = true;
    });
    this.#ended = once(child, "close").then((how) => {
      const [code, signal] = how as [number | null, NodeJS.Signals | null];
      this.#log.write(`── ${new Date().toISOString()} ${name} has ended: ${signal ?? `exit code ${code}`}\n`);
      this.#options.onEnd({ worker: name, struck: this.#struck, code, signal, said: said.trim() });
      if (!this.#isStopping) void this.#again();
    });
    if (child.pid !== undefined) await watch(child.pid);
  }

  async #again(): Promise<void> {
    if (!this.#struck) await sleep(RESTART);
    await this.start().catch((error: unknown) => void this.#log.write(`── not started: ${String(error)}\n`));
  }

  /** Kills its process, or asks it to end, and waits until it is gone. Resolves with whether there was one. */
  async end(signal: "SIGKILL" | "SIGTERM"): Promise<boolean> {
    const child = this.#child;
    if (child === undefined || !this.runs || this.#struck) return false;
    this.#struck = true;
    if (!child.kill(signal)) return false;
    const limit = new AbortController();
    const late = sleep(LONGEST_END, "late", { signal: limit.signal }).catch(() => "");
    if ((await Promise.race([this.#ended, late])) === "late") {
      child.kill("SIGKILL");
      await this.#ended;
      throw new Error(`${this.name} did not end within ${LONGEST_END / 1000} s after ${signal}`);
    }
    limit.abort();
    return signal === "SIGTERM" || child.signalCode === signal;
  }

  /**
   * Freezes its process for a time. It goes on by itself, also when this program is gone.
   *
   * @returns whether it is frozen
   */
  async freeze(seconds: number): Promise<boolean> {
    const pid = this.#child?.pid;
    if (pid === undefined || !this.runs || this.isFrozen || this.#struck) return false;
    this.#frozenUntil = performance.now() + seconds * 1000;
    const script = 'kill -STOP "$0" && sleep "$1"; kill -CONT "$0"';
    spawn("sh", ["-c", script, String(pid), String(seconds)], { stdio: "ignore", detached: true }).unref();
    const isStopped = async (): Promise<boolean> => (await stateOf(pid)).startsWith("T");
    return until(`${this.name} to be frozen`, isStopped, { timeout: 2000, interval: 20 }).catch(() => false);
  }

  /** Resolves when its process has ended by itself, or is none. */
  get ended(): Promise<unknown> {
    return this.#ended;
  }

  /** Starts no process any more. */
  retire(): void {
    this.#isStopping = true;
  }

  /** Ends it for good, in order. Resolves with its ending. */
  async stop(signal: "SIGKILL" | "SIGTERM" = "SIGTERM"): Promise<void> {
    this.retire();
    await this.end(signal).finally(() => this.#log.end());
  }
}

/** The state of a process as `ps` writes it: `T` for one that is stopped. */
async function stateOf(pid: number): Promise<string> {
  const { stdout } = await promisify(execFile)("ps", ["-o", "state=", "-p", String(pid)]);
  return stdout.trim();
}
