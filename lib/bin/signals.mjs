// The ways in which a program of the project is ended from outside: a signal, a terminal that is closed, a parent that is gone.
// Plain JavaScript, because set-up uses it before anything is installed.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Each asks a program to end. SIGHUP is what a program gets whose terminal was closed. */
export const SIGNALS = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);

/** @typedef {(typeof SIGNALS)[number]} EndSignal */

/** Parents between a program and its npm, at most: a shell, and the one that started Node 24. What is farther off lives by itself. */
const FARTHEST = 3;
/** How often the parents are looked at, in milliseconds. */
const INTERVAL = 500;
/** Within this time, in milliseconds, a second signal is the first one heard again: from the terminal, and from the parent. */
const ECHO = 200;

/**
 * Calls a function at every signal that asks to end, and with SIGHUP when the npm that started this program is gone.
 *
 * @param {(signal: EndSignal) => void} callback
 * @returns {() => void} stops listening
 */
export function onEndSignal(callback) {
  for (const signal of SIGNALS) process.on(signal, callback);
  const stopWatching = whenOrphaned(() => callback("SIGHUP"));
  return () => {
    for (const signal of SIGNALS) process.off(signal, callback);
    stopWatching();
  };
}

/**
 * The first signal asks to end in order; a second Ctrl-C, or SIGTERM, to end at once. SIGHUP never does: nobody is left at that
 * terminal who could mean it, and its closing is heard more than once.
 *
 * @param {(signal: EndSignal) => void} first
 * @param {(signal: EndSignal) => void} again
 * @returns {() => void} stops listening
 */
export function onInterruption(first, again) {
  /** @type {number | undefined} */
  let since;
  return onEndSignal((signal) => {
    if (since === undefined) {
      since = Date.now();
      first(signal);
    } else if (signal !== "SIGHUP" && Date.now() - since > ECHO) again(signal);
  });
}

/**
 * Calls a function once when the npm that started this program is gone, or the shell between. npm passes SIGTERM on to that shell
 * alone, so that the program would never hear of it. Without an npm nothing is watched: a program in the background may outlive
 * the shell that started it.
 *
 * @param {() => void} callback
 * @returns {() => void} stops watching
 */
export function whenOrphaned(callback) {
  if (chain.length === 0) return () => undefined;
  const timer = setInterval(() => {
    if (isWhole()) return;
    clearInterval(timer);
    callback();
  }, INTERVAL);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * The process numbers of the parents, from the nearest one to npm; empty when npm is not among them.
 * @returns {number[]}
 */
function chainToNpm() {
  // What npm starts has these variables, and so has what was started from there and left on its own: the parents decide.
  if (process.env.npm_lifecycle_event === undefined && process.env.npm_execpath === undefined) return [];
  const parents = [];
  for (let pid = process.ppid; pid > 1 && parents.length < FARTHEST;) {
    const { parent, command } = lookAt(pid);
    parents.push(pid);
    if (/^(npm|npx)\b|\b(npm|npx)-cli\.js\b/.test(command)) return parents;
    pid = parent;
  }
  return [];
}

/** Looked up at once: a program that asks later may be an orphan by then. */
const chain = chainToNpm();

/** Whether each is still the parent of the one before. A parent that has ended is no parent any more, whoever has its number. */
function isWhole() {
  return chain.every((pid, index) => {
    const child = chain[index - 1];
    if (child === undefined) return process.ppid === pid;
    return process.platform === "linux" ? lookAt(child).parent === pid : runs(pid);
  });
}

/**
 * @param {number} pid
 * @returns {{ parent: number, command: string }} zero and nothing when it is gone
 */
function lookAt(pid) {
  try {
    if (process.platform === "linux") {
      const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ");
      return { parent: Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]), command };
    }
    const text = execFileSync("ps", ["-o", "ppid=,command=", "-p", String(pid)], { encoding: "utf8" });
    const [, parent = "0", command = ""] = /^\s*(\d+) (.*)/.exec(text) ?? [];
    return { parent: Number(parent), command };
  } catch {
    return { parent: 0, command: "" };
  }
}

/** @param {number} pid */
function runs(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}

/**
 * Makes writing to a terminal that was closed (EIO) harmless, so that what must be cleaned up is cleaned up in silence. A reader
 * that has gone away (EPIPE: `… | head`) is told of, once: nobody wants the rest. Nobody gets it either where an output cannot be
 * written (a full disk): that is said, and makes the program fail.
 *
 * @param {() => void} [onReaderGone] @default nothing
 */
export function outliveOutput(onReaderGone = () => undefined) {
  let told = false;
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (/** @type {NodeJS.ErrnoException} */ error) => {
      if (error.code === "EIO") return;
      if (told) return;
      told = true;
      if (error.code !== "EPIPE") {
        process.exitCode = 1;
        if (stream === process.stdout)
          process.stderr.write(
            `streambook: the output cannot be written (${error.message}); free some disk, or name another file\n`,
          );
      }
      onReaderGone();
    });
  }
}

/**
 * `kill -9` hits the process that the shell knows, which passes other signals on (`find-node.mjs`). Killed, it closes the channel
 * to this one, and this one dies the same death.
 */
export function dieWithParent() {
  if (process.channel === undefined || process.channel === null) return;
  const die = () => void process.kill(process.pid, "SIGKILL");
  process.on("disconnect", die);
  process.channel.unref();
  if (!process.connected) die();
}
