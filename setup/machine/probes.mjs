// How the machine is asked what it is and has. Tests give their own answers.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import * as files from "node:fs/promises";
import { freemem, userInfo } from "node:os";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { authorityProblem } from "./certificates.mjs";
import { CORE_JAVA, findJavaFor } from "../java/java.mjs";
import { canWrite, onPath } from "../paths.mjs";

/** @typedef {"debian" | "fedora" | "macos" | "windows" | "other"} Family */

/**
 * How the machine is asked; tests give their own answers.
 * @typedef {object} Probes
 * @property {() => string} node version of the running Node, "20.1.0"
 * @property {() => string} platform
 * @property {() => string} arch
 * @property {() => Promise<Family>} family
 * @property {() => Promise<import("../java/java.mjs").JavaSearch>} java
 * @property {(name: string) => string | undefined} onPath
 * @property {() => Promise<number>} memory bytes that are free to use
 * @property {() => number} openFiles how many files a process may open at most
 * @property {() => string | undefined} user the name of this user, if the system knows one
 * @property {() => Promise<string | undefined>} certificates what is wrong with the authority that STREAMBOOK_CA names
 * @property {(folder: string) => Promise<number | undefined>} owner the number of the user whose folder it is
 * @property {(folder: string) => Promise<boolean>} writable whether this user may make files in a folder, or make it
 * @property {(folder: string) => Promise<number | undefined>} disk bytes free where a folder is or will be
 */

/**
 * @param {import("../paths.mjs").Environment} [environment]
 * @returns {Probes}
 */
export function machine(environment = process.env) {
  return {
    node: () => process.versions.node,
    platform: () => process.platform,
    arch: () => process.arch,
    family: findFamily,
    java: () => findJavaFor(CORE_JAVA, environment),
    onPath: (name) => onPath(name, environment),
    memory: availableMemory,
    openFiles: openFilesLimit,
    user: userName,
    certificates: () => authorityProblem(environment),
    owner: (folder) =>
      files.stat(folder).then(
        ({ uid }) => uid,
        () => undefined,
      ),
    writable: canWrite,
    disk: freeDisk,
  };
}

/** The hard limit, where the system shows it. */
function openFilesLimit() {
  try {
    const hard = /^Max open files\s+\S+\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
    return hard === undefined ? Infinity : Number(hard);
  } catch {
    return Infinity;
  }
}

/** @returns {string | undefined} */
function userName() {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

/** @returns {Promise<Family>} */
async function findFamily() {
  if (process.platform === "darwin") return "macos";
  if (process.platform === "win32") return "windows";
  const text = await files.readFile("/etc/os-release", "utf8").catch(() => "");
  const ids = [...text.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)"?$/gm)].flatMap((match) => (match[1] ?? "").split(" "));
  if (ids.some((id) => id === "debian" || id === "ubuntu")) return "debian";
  if (ids.some((id) => id === "fedora" || id === "rhel" || id === "centos")) return "fedora";
  return "other";
}

/** Memory a new program can have without swapping, in bytes; the limit of a container counts. */
export async function availableMemory() {
  if (process.platform === "darwin") return macMemory().catch(() => freemem());
  const text = await files.readFile("/proc/meminfo", "utf8").catch(() => "");
  const available = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  const free = available === undefined ? freemem() : Number(available) * 1024;
  const limit = readNumber("/sys/fs/cgroup/memory.max");
  const used = readNumber("/sys/fs/cgroup/memory.current");
  return limit === undefined || used === undefined ? free : Math.min(free, limit - used);
}

/** On macOS most free memory is called inactive or purgeable. */
async function macMemory() {
  const { stdout } = await promisify(execFile)("vm_stat");
  const size = Number(/page size of (\d+)/.exec(stdout)?.[1] ?? 4096);
  const pages = [...stdout.matchAll(/^Pages (?:free|inactive|speculative|purgeable):\s+(\d+)/gm)];
  return pages.reduce((sum, match) => sum + Number(match[1]), 0) * size;
}

/** @param {string} file */
function readNumber(file) {
  try {
    const value = Number(readFileSync(file, "utf8"));
    return Number.isFinite(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Bytes free on the disk where a folder is, or will be.
 * @param {string} folder
 * @returns {Promise<number | undefined>}
 */
async function freeDisk(folder) {
  for (let at = folder; ; at = dirname(at)) {
    try {
      if (files.statfs === undefined) return undefined; // Node 18 before 18.15
      const { bavail, bsize } = await files.statfs(at);
      return bavail * bsize;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ENOENT" || at === dirname(at)) return undefined;
    }
  }
}
