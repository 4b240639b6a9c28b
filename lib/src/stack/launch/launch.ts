/** Starts the process of a service, detached, with its output in a log of bounded size. */
import { spawn } from "node:child_process";
import { open, rename, stat } from "node:fs/promises";
import { join } from "node:path";
import { makeFolder } from "../../project/index.ts";
import type { Layout } from "../layout.ts";

/** What is started: a program, its arguments, its environment. */
export interface Command {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Where a service's log stands, by the name of the folder that the user knows. */
export function logFile(layout: Layout, name: string): string {
  return join(layout.home, "logs", `${name}.log`);
}

/** Each start begins with a line of this beginning, so that the lines of one run can be distinguished from those before. */
export const START_MARK = "---- ";

/** A log that is larger than this, in bytes, is put aside at the next start. */
const LARGEST_LOG = 8 << 20;

/** How a program was started. */
export interface Launched {
  /** Its process number; undefined when it could not be started at all, and then `ended` says why. */
  readonly pid: number | undefined;
  /** Resolves when it ends, with how it ended: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>;
}

/** Starts a program that outlives this process, in a session of its own, so that Ctrl-C does not reach it. */
export async function launch(layout: Layout, name: string, command: Command): Promise<Launched> {
  await makeFolder(layout.logs);
  const file = logFile(layout, name);
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size > LARGEST_LOG) await rename(file, `${file}.1`);
  const log = await open(file, "a");
  try {
    await log.write(`${START_MARK}${new Date().toISOString()} ${name} starts ----\n`);
    const child = spawn(command.program, command.arguments, {
      cwd: layout.home,
      env: command.environment,
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
    });
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
    });
    child.unref();
    return { pid: child.pid, ended };
  } finally {
    await log.close();
  }
}

/** Waits until a program has ended. What was launched does not keep this process running; a timer does, until then. */
export function endOf({ ended }: Launched): Promise<string> {
  const timer = setInterval(() => undefined, 1000);
  return ended.finally(() => clearInterval(timer));
}
