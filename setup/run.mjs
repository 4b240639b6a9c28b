// Runs a program to its end, line by line, and keeps its last lines for the message when it fails.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

const KEPT_LINES = 60;
/** What a program that was asked to end may still take, in milliseconds: `npm ci` finishes all it has begun, for a minute. */
const GRACE = 2000;

/** @typedef {{ code: number | null, signal: NodeJS.Signals | null, lines: string[] }} Ended */

/**
 * @param {readonly string[]} command program and arguments
 * @param {object} [options]
 * @param {string} [options.cwd]
 * @param {NodeJS.ProcessEnv} [options.env]
 * @param {AbortSignal} [options.signal] ends the program
 * @param {(line: string) => void} [options.onLine] each line of standard output and error
 * @returns {Promise<Ended>} how it ended, and its last lines
 */
export function run([program = "", ...given], { cwd, env, signal, onLine } = {}) {
  return new Promise((resolve, reject) => {
    // npm and mvn are scripts on Windows, and these want a shell.
    const shell = /\.(cmd|bat)$/i.test(program);
    const child = spawn(shell ? `"${program}"` : program, given, {
      cwd,
      env,
      shell,
      stdio: ["ignore", "pipe", "pipe"],
    });
    /** @type {NodeJS.Timeout | undefined} */
    let later;
    const kill = () => child.kill("SIGKILL");
    const end = () => {
      child.kill("SIGTERM");
      later = setTimeout(kill, GRACE);
    };
    process.once("exit", kill);
    signal?.addEventListener("abort", end, { once: true });
    if (signal?.aborted) end();
    /** @type {string[]} */
    const lines = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        lines.push(line);
        if (lines.length > KEPT_LINES) lines.shift();
        onLine?.(line);
      });
    }
    child.on("error", reject);
    child.on("close", (code, ended) => {
      clearTimeout(later);
      process.off("exit", kill);
      signal?.removeEventListener("abort", end);
      resolve({ code, signal: ended, lines });
    });
  });
}

/** What programs say when there is no network. */
const NO_NETWORK =
  /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|Unknown host|UnknownHost|Connection refused|Connect(?:ion)? timed out|Network is unreachable|No route to host|Temporary failure in name resolution|offline mode/i;

/**
 * The line that shows that the network failed, if there is one.
 * @param {readonly string[]} lines
 */
export function networkFailure(lines) {
  return lines.find((line) => NO_NETWORK.test(line));
}
