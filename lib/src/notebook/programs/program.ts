/** Programs that run beside a notebook, as processes of their own: they can be killed, and never outlive the kernel. */
import { type ChildProcess, spawn } from "node:child_process";
import { StreambookError } from "../../errors/index.ts";
import { projectFolder } from "../../stack/index.ts";

/** A program that runs beside the notebook. */
export interface Program {
  readonly pid: number;
  /** How it ended: `"SIGKILL"` or another signal, or `"exit code 0"`. */
  readonly ended: Promise<string>;
  /** What it has written to standard output and standard error, the last 64 kB of it. */
  said(): string;
  /** Ends it, and what it has started, with SIGKILL: no handler runs, nothing is flushed. Resolves when it is gone, with how it ended. */
  kill(): Promise<string>;
}

/**
 * What the program does first: its channel to this process carries nothing, and closes when this process is gone. 0 means the program's
 * whole group, so that programs which it has started itself end with it.
 */
const LIFELINE = `process.on("disconnect", () => process.kill(0, "SIGKILL")); process.channel?.unref();`;
const KEPT = 64 * 1024;

const programs = new Map<string, { child: ChildProcess; ended: Promise<string> }>();

/** Kills all programs that {@link startProgram} has started and that still run. Resolves when they are gone. */
export async function killPrograms(): Promise<void> {
  const running = [...programs.values()];
  for (const { child } of running) endGroup(child, "SIGKILL");
  await Promise.all(running.map(({ ended }) => ended));
}

/** Sends a signal to a program and to those that it has started. */
function endGroup({ pid }: ChildProcess, signal: "SIGINT" | "SIGKILL"): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // all of them are gone
  }
}

/**
 * Starts a program under this process's Node, in the project's folder. One of the same name that still runs, from an
 * earlier run of the cell, is killed first. The program ends with this process, however that ends, and so do programs that it starts.
 *
 * @param name what the lesson calls it
 * @param words what comes after `node`: `["lib/src/cli/main.ts", "consume", …]`, or `["--eval", code]`
 * @param options.signal stops the program as Ctrl-C does, and ends it for good if it has not gone 5 s later
 *
 * @example
 * ```ts
 * import { startProgram } from "streambook/notebook";
 * const clock = await startProgram("clock", ["--eval", "setInterval(() => undefined, 1000)"]);
 * console.assert((await clock.kill()) === "SIGKILL");
 * ```
 */
export async function startProgram(
  name: string,
  words: readonly string[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Program> {
  const { signal } = options;
  signal?.throwIfAborted();
  const before = programs.get(name);
  if (before !== undefined) endGroup(before.child, "SIGKILL");
  await before?.ended;
  const lifeline = `data:text/javascript,${encodeURIComponent(LIFELINE)}`;
  const child = spawn(process.execPath, ["--disable-warning=TimeoutNegativeWarning", "--import", lifeline, ...words], {
    cwd: projectFolder(),
    detached: true, // in a group of its own: the stop button ends it by `signal`, or leaves it alone
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-KEPT)));
  const stop = (): void => {
    endGroup(child, "SIGINT");
    setTimeout(() => endGroup(child, "SIGKILL"), 5000).unref();
  };
  signal?.addEventListener("abort", stop, { once: true });
  const ended = new Promise<string>((resolve) => {
    child.on("close", (code, killedBy) => {
      signal?.removeEventListener("abort", stop);
      if (programs.get(name)?.child === child) programs.delete(name);
      resolve(killedBy ?? `exit code ${code}`);
    });
  });
  programs.set(name, { child, ended });
  await new Promise<void>((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", (cause) =>
      reject(new StreambookError("INTERNAL", `${name} could not be started: ${cause.message}`, { cause })),
    );
  });
  return {
    pid: child.pid as number,
    ended,
    said: () => said,
    kill: () => {
      endGroup(child, "SIGKILL");
      return ended;
    },
  };
}
