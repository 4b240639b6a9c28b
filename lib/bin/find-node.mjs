// Which Node runs the project: the pinned one from the package `node-PLATFORM-ARCH`, else the running one if it is new enough.
import { spawn } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { onEndSignal } from "./signals.mjs";

const lib = dirname(dirname(fileURLToPath(import.meta.url)));

/** The lowest Node that runs the sources as they are. */
export const LOWEST_NODE = 24;

/**
 * How the project runs Node: kafkajs sets timers in the past, which Node 24 warns of; and a small young generation keeps
 * a program that moves much data at once within the memory it needs.
 */
export const NODE_FLAGS = ["--disable-warning=TimeoutNegativeWarning", "--max-semi-space-size=8"];

/** Where Node keeps the sources in compiled form: with them, a command starts in about half the time. */
const COMPILED = join(dirname(lib), ".streambook", "compiled");

/**
 * The name of the npm package that holds Node for a platform; not every platform has one.
 * @param {string} [platform]
 * @param {string} [arch]
 */
export function nodePackage(platform = process.platform, arch = process.arch) {
  return `node-${platform === "win32" ? "win" : platform}-${arch}`;
}

/**
 * The pinned Node of the project; else the running one, if it is new enough; else undefined.
 * @returns {string | undefined} an absolute path
 */
export function findNode(from = lib) {
  const file = process.platform === "win32" ? "node.exe" : "node";
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", nodePackage(), "bin", file);
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) break;
  }
  return Number(process.versions.node.split(".")[0]) >= LOWEST_NODE ? process.execPath : undefined;
}

/**
 * The folder where the user stands, in which paths on the command line are meant. npm goes to the project's folder before it
 * runs a script, and keeps the user's in INIT_CWD. What a script starts inherits that variable, and may stand elsewhere for a
 * reason: so it counts only in the program that npm itself has called.
 *
 * @param {string} [program] the file that Node runs
 * @param {Record<string, string | undefined>} [environment]
 * @param {string} [here] the folder of this process
 * @returns {string}
 */
export function callersFolder(program = process.argv[1] ?? "", environment = process.env, here = process.cwd()) {
  const { INIT_CWD, npm_package_json, npm_lifecycle_script = "" } = environment;
  if (!INIT_CWD || !npm_package_json || !existsSync(INIT_CWD)) return here;
  const folder = dirname(npm_package_json);
  const isProgram = (/** @type {string} */ word) => samePlace(resolve(folder, word), program);
  return samePlace(folder, here) && npm_lifecycle_script.split(/\s+/).some(isProgram) ? INIT_CWD : here;
}

/**
 * @param {string} one
 * @param {string} other
 */
function samePlace(one, other) {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}

/**
 * Runs the command `streambook` under the project's Node and gives its exit code.
 *
 * @param {readonly string[]} words what comes after `streambook`
 * @returns {Promise<number>}
 */
export function runStreambook(words) {
  return runProgram(join(lib, "src", "cli", "main.ts"), words);
}

/**
 * Runs a TypeScript program of the project under the project's Node and gives its exit code.
 *
 * @param {string} main its file
 * @param {readonly string[]} words what comes after it
 * @returns {Promise<number>}
 */
export function runProgram(main, words) {
  const node = findNode();
  if (node === undefined) {
    console.error(
      `streambook: needs Node ${LOWEST_NODE}, and this is ${process.version}; run \`npm run setup\` in the project, or install Node ${LOWEST_NODE}.`,
    );
    return Promise.resolve(1);
  }
  const child = spawn(node, [...NODE_FLAGS, main, ...words], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { NODE_COMPILE_CACHE: COMPILED, ...process.env },
  });
  // The channel carries nothing: its end tells the child that this process was killed (`dieWithParent`).
  // The terminal sends Ctrl-C to the whole group: the child decides when to end, this process only waits for it.
  const stopListening = onEndSignal((signal) => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  });
  return new Promise((resolve) => {
    child.on("error", (error) => {
      console.error(`streambook: cannot start ${node}: ${error.message}; run \`npm run setup\` to install it again.`);
      stopListening();
      resolve(1);
    });
    child.on("exit", (code, signal) => {
      stopListening();
      resolve(code ?? (signal === null ? 1 : 128 + constants.signals[signal]));
    });
  });
}
