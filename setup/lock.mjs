// One at a time: a lock file that names the process that holds it. A lock whose process is gone counts for nothing.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

/**
 * A process that does something: its number, its start as {@link processStart} has it, what it does, and since when (ISO 8601, UTC).
 * @typedef {{ pid: number, start: string, what: string, since: string }} Holder
 */

/**
 * Whether a process runs. One that belongs to somebody else runs too.
 * @param {number} pid
 */
export function processRuns(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/**
 * When a process started, as a text that differs for another process of the same number; "" if there is none, or it has ended and nobody
 * has asked how.
 * @param {number} pid
 * @returns {string}
 */
export function processStart(pid) {
  try {
    if (process.platform === "linux") {
      const text = readFileSync(`/proc/${pid}/stat`, "latin1");
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" "); // from field 3, the state, on: proc(5)
      return /[ZX]/.test(fields[0] ?? "") ? "" : (fields[19] ?? ""); // field 22, starttime
    }
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "";
  }
}

/**
 * This process as a {@link Holder}.
 * @param {string} what
 * @returns {Holder}
 */
export function holderOf(what) {
  return { pid: process.pid, start: processStart(process.pid), what, since: new Date().toISOString() };
}

/**
 * Does something while holding a lock; waits while another process holds it, unless `onWait` throws.
 *
 * @template T
 * @param {string} file made, and removed at the end
 * @param {string} what what is done, for the one who waits
 * @param {() => Promise<T>} operation
 * @param {{ signal?: AbortSignal, onWait?: (holder: Holder) => void }} [options]
 * @returns {Promise<T>}
 */
export async function withLock(file, what, operation, { signal, onWait } = {}) {
  await mkdir(dirname(file), { recursive: true });
  const me = holderOf(what);
  let reported = false;
  while (!(await take(file, me))) {
    signal?.throwIfAborted();
    const holder = await readHolder(file);
    if (holder === undefined) await discardEmpty(file);
    else if (!lives(holder)) await discard(file, holder);
    else if (!reported) {
      reported = true;
      onWait?.(holder);
    }
    await delay(100);
  }
  try {
    return await operation();
  } finally {
    await rm(file, { force: true });
  }
}

/**
 * Whether the process still runs that a file names, and not another one of its number.
 * @param {Pick<Holder, "pid" | "start">} holder
 */
export function lives({ pid, start }) {
  return processRuns(pid) && (start === "" || processStart(pid) === start);
}

/**
 * @param {string} file
 * @param {Holder} me
 */
async function take(file, me) {
  try {
    const handle = await open(file, "wx");
    await handle.writeFile(JSON.stringify(me));
    await handle.close();
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * @param {string} file
 * @returns {Promise<Holder | undefined>} undefined when it is gone, or just being written
 */
async function readHolder(file) {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch {
    return undefined;
  }
}

/** Removes a lock whose holder died before it wrote its name. @param {string} file */
async function discardEmpty(file) {
  const age = await stat(file).then(
    ({ mtimeMs }) => Date.now() - mtimeMs,
    () => 0,
  );
  if (age > 5000) await rm(file, { force: true });
}

/**
 * Removes the lock of a process that is gone. By a rename, and looking at what was renamed: of two who discard at once,
 * one could otherwise remove the lock that the other has just taken.
 * @param {string} file
 * @param {Holder} holder
 */
async function discard(file, holder) {
  const aside = `${file}.${process.pid}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  const moved = await readHolder(aside);
  if (moved !== undefined && (moved.pid !== holder.pid || moved.start !== holder.start)) await rename(aside, file);
  else await rm(aside, { force: true });
}
