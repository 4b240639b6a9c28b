/**
 * The processes of the machine: which there are, what they take, and how they end.
 */
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { readdir, readFile, readlink, realpath } from "node:fs/promises";
import { promisify } from "node:util";
import { delay } from "../../async/index.ts";
import { argumentsFile, type Layout } from "../layout.ts";

export interface ProcessEntry {
  readonly pid: number;
  readonly command: string;
}

/** Whether a process runs. One that belongs to somebody else runs too. */
export function processRuns(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * What works for jobs, started by YARN or as its client: a killed NodeManager, or a killed program, leaves it behind. People look
 * into the folders of tasks too, with a shell or an editor, so on Linux the environment decides: YARN sets CONTAINER_ID, and
 * whatever a task starts inherits it.
 */
export async function findTasks(layout: Layout): Promise<number[]> {
  const folder = `${layout.data}/yarn/local/`;
  const called = ["task", "client"].map((name) => `@${argumentsFile(layout, name)}`);
  const real = `${await realpath(layout.home).catch(() => layout.home)}/data/yarn/local/`;
  const found: number[] = [];
  for (const { pid, command } of await listProcesses()) {
    const place = process.platform === "linux" ? `${await readlink(`/proc/${pid}/cwd`).catch(() => "")}/` : "";
    const isInside = command.includes(folder) || place.startsWith(real);
    if (called.some((mark) => command.includes(mark)) || (isInside && (await isOfContainer(pid)))) found.push(pid);
  }
  return found.filter((pid) => pid !== process.pid);
}

/** Whether YARN started a process, or one of its tasks did. What may not be read is not ours; elsewhere than on Linux nothing shows it. */
async function isOfContainer(pid: number): Promise<boolean> {
  if (process.platform !== "linux") return true;
  const variables = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
  return `\0${variables}`.includes("\0CONTAINER_ID=container_");
}

/** Kills what works for jobs: tasks would look for their NodeManager for minutes, clients for their ResourceManager. */
export async function endTasks(layout: Layout): Promise<void> {
  for (const pid of await findTasks(layout)) {
    try {
      send(pid, "SIGKILL");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EPERM") throw error; // somebody else's, which only names our folder
    }
  }
}

/** Every process that can be seen, with its arguments joined by spaces; those that have ended and are not collected have none. */
export async function listProcesses(): Promise<ProcessEntry[]> {
  if (process.platform !== "linux") return listByPs();
  const numbers = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  return numbers.map((name) => ({ pid: Number(name), command: joined(readProc(Number(name), "cmdline")) }));
}

/** The arguments of a process joined by spaces; undefined where only a look at all processes would say it, which is everywhere but on Linux. */
export async function commandOf(pid: number): Promise<string | undefined> {
  if (process.platform !== "linux") return undefined;
  return joined(readProc(pid, "cmdline"));
}

/** Arguments as the kernel keeps them, joined by spaces. */
function joined(line: string): string {
  return line.replaceAll("\0", " ");
}

/**
 * A file of the kernel about a process; empty if the process is gone. No disk is waited for, and a hundred such reads cost a tenth of what
 * they cost as promises.
 */
function readProc(pid: number, file: "cmdline" | "status" | "stat"): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, file === "stat" ? "latin1" : "utf8");
  } catch {
    return "";
  }
}

async function listByPs(): Promise<ProcessEntry[]> {
  const { stdout } = await promisify(execFile)("ps", ["-axww", "-o", "pid=,command="], { maxBuffer: 64 << 20 });
  return stdout.split("\n").flatMap((line) => {
    const [, pid, command] = /^\s*(\d+) (.*)$/.exec(line) ?? [];
    return pid === undefined || command === undefined ? [] : [{ pid: Number(pid), command: `${command} ` }];
  });
}

/** Memory a process holds (resident set size), in bytes; 0 if it is gone. */
export async function memoryOf(pid: number): Promise<number> {
  if (process.platform === "linux") {
    const text = readProc(pid, "status");
    return Number(/^VmRSS:\s+(\d+)/m.exec(text)?.[1] ?? 0) * 1024;
  }
  const { stdout } = await promisify(execFile)("ps", ["-o", "rss=", "-p", String(pid)]).catch(() => ({ stdout: "0" }));
  return Number(stdout.trim() || 0) * 1024;
}

/** Ticks of a second in which Linux counts processor time; the same on every machine that Node runs on. */
const TICKS = 100;

/** Processor time that a process has taken, in seconds; 0 if it is gone. */
export async function processorTimeOf(pid: number): Promise<number> {
  if (process.platform === "linux") {
    const text = readProc(pid, "stat");
    // the name of the program stands in brackets, and may hold blanks; `utime` and `stime` are the 12th and 13th behind it
    const [user, system] = text
      .slice(text.lastIndexOf(")") + 2)
      .split(" ")
      .slice(11, 13);
    return (Number(user ?? 0) + Number(system ?? 0)) / TICKS;
  }
  const { stdout } = await promisify(execFile)("ps", ["-o", "time=", "-p", String(pid)]).catch(() => ({ stdout: "" }));
  return parseProcessorTime(stdout.trim());
}

/** The seconds of `[[days-]hours:]minutes:seconds`, as `ps` writes processor time. */
export function parseProcessorTime(text: string): number {
  const [, days = "0", rest = ""] = /^(?:(\d+)-)?([\d:.]+)$/.exec(text) ?? [];
  return rest.split(":").reduce((sum, part) => sum * 60 + Number(part), 0) + Number(days) * 86_400;
}

/** Asks a process to end, and kills it when it has not ended in time. Looks at what it is before each.
 *
 * @param stopTimeout how long it may take to end by itself, in seconds
 */
export async function endProcess(
  find: () => Promise<number | undefined>,
  stopTimeout: number,
): Promise<"ended" | "killed"> {
  const pid = await find();
  if (pid === undefined) return "ended";
  send(pid, "SIGTERM");
  const end = performance.now() + stopTimeout * 1000;
  while (performance.now() < end) {
    if (!processRuns(pid) || (await isZombie(pid))) return "ended";
    await delay(50);
  }
  if ((await find()) !== pid) return "ended";
  send(pid, "SIGKILL");
  while (processRuns(pid) && !(await isZombie(pid))) await delay(20);
  return "killed";
}

/** Sends a signal to a process that may be gone by now. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** A process that has ended, all its threads, but whose parent has not asked how: it does nothing any more. */
async function isZombie(pid: number): Promise<boolean> {
  if (process.platform !== "linux") return false;
  const text = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
  if (!text.slice(text.lastIndexOf(")") + 2).startsWith("Z")) return false;
  return (await readdir(`/proc/${pid}/task`).catch(() => [])).length <= 1;
}
