// Which Java runs a program: one of this machine that it accepts. That of JAVA_HOME comes first, then the one on PATH, then those in the
// usual places. Set-up and the launcher ask here.
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { onPath } from "../paths.mjs";
import { setting } from "../settings.mjs";

/** @typedef {import("../paths.mjs").Environment} Environment */

/**
 * Major versions of Java, both ends included.
 * @typedef {{ readonly lowest: number, readonly highest?: number | undefined }} JavaRange
 */

/** The lowest Java that runs the services. */
export const LOWEST_JAVA = 17;

/** What runs the services of the core. @type {JavaRange} */
export const CORE_JAVA = { lowest: LOWEST_JAVA };

/**
 * @typedef {object} Java
 * @property {string} java the program, absolute
 * @property {string} home its own folder, as JAVA_HOME names it
 * @property {string} version "17.0.15"
 * @property {number} major 17
 * @property {string} build vendor and build: distinguishes two releases
 */

/**
 * @typedef {object} JavaSearch
 * @property {Java} [found] a Java that answered; it may be too old or too new
 * @property {string} place where it was looked for: "JAVA_HOME (/usr/lib/jvm/…)" or "PATH"
 * @property {string} [problem] why there is none
 */

/** @param {JavaRange} range @param {number} major */
export function accepts({ lowest, highest = Infinity }, major) {
  return major >= lowest && major <= highest;
}

/** "17 or newer", "17 to 21", "17". @param {JavaRange} range */
export function describeRange({ lowest, highest }) {
  if (highest === undefined) return `${lowest} or newer`;
  return highest === lowest ? String(lowest) : `${lowest} to ${highest}`;
}

/**
 * The Java that a user has chosen: that of JAVA_HOME, else the one on PATH.
 * @param {Environment} [environment]
 * @returns {Promise<JavaSearch>}
 */
export async function findJava(environment = process.env) {
  const home = setting("JAVA_HOME", environment);
  const place = home ? `JAVA_HOME (${home})` : "PATH";
  const java = home ? programOf(home) : onPath("java", environment);
  if (java === undefined) return { place, problem: "there is no `java` on PATH" };
  try {
    return { place, found: await askJava(java) };
  } catch (error) {
    const missing = /** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT";
    return { place, problem: missing ? `${java} does not exist` : `${java} does not answer` };
  }
}

/**
 * A Java of this machine that a program accepts.
 *
 * @param {JavaRange} range
 * @param {Environment} [environment]
 * @param {{ readonly folders?: readonly string[] | undefined, readonly homes?: readonly string[] | undefined }} [places] folders of JDKs, and JDKs,
 *   that are looked at after JAVA_HOME and PATH. Default: the usual folders
 * @returns {Promise<JavaSearch>} the chosen one when none is accepted
 */
export async function findJavaFor(range, environment = process.env, { folders = usualFolders(), homes = [] } = {}) {
  const chosen = await findJava(environment);
  if (chosen.found !== undefined && accepts(range, chosen.found.major)) return chosen;
  // A JAVA_HOME that leads nowhere is a mistake, and one that leads to another version is not.
  if (chosen.found === undefined && setting("JAVA_HOME", environment) !== undefined) return chosen;
  const second = setting("JAVA_HOME", environment) === undefined ? undefined : onPath("java", environment);
  const others = second === undefined ? [] : [{ place: "PATH", java: second }];
  const known = (await Promise.all(folders.map(homesIn))).flat();
  for (const home of [...known, ...homes]) {
    const major = await majorOf(home);
    if (major !== undefined && accepts(range, major)) others.push({ place: home, java: programOf(home) });
  }
  for (const { place, java } of others) {
    const found = await askJava(java).catch(() => undefined);
    if (found !== undefined && accepts(range, found.major)) return { place, found };
  }
  return chosen;
}

/** @param {string} home */
function programOf(home) {
  return join(home, "bin", process.platform === "win32" ? "java.exe" : "java");
}

/** The folders in which systems and their tools keep JDKs. */
function usualFolders() {
  const own = [".sdkman/candidates/java", ".jdks", ".local/share/mise/installs/java", ".asdf/installs/java"];
  const folders = ["/usr/lib/jvm", "/opt/java", ...own.map((folder) => join(homedir(), folder))];
  if (process.platform !== "darwin") return folders;
  return [...folders, "/Library/Java/JavaVirtualMachines", "/opt/homebrew/opt", "/usr/local/opt"];
}

/** The JDKs in a folder. @param {string} folder */
async function homesIn(folder) {
  const names = (await readdir(folder).catch(() => [])).sort();
  const suitable = names.filter((name) => !/^\./.test(name) && (!folder.endsWith("/opt") || /^openjdk/.test(name)));
  return suitable.flatMap((name) => {
    const home = join(folder, name);
    const bundles = [join(home, "Contents", "Home"), join(home, "libexec", "openjdk.jdk", "Contents", "Home")];
    return process.platform === "darwin" ? [home, ...bundles] : [home];
  });
}

/** The version that a JDK's own file names, so that not every one of them must be started. @param {string} home */
async function majorOf(home) {
  const text = await readFile(join(home, "release"), "utf8").catch(() => "");
  const version = /^JAVA_VERSION="(?:1\.)?(\d+)/m.exec(text)?.[1];
  return version === undefined ? undefined : Number(version);
}

/**
 * Asks a Java what it is: about 50 ms.
 * @param {string} java
 * @returns {Promise<Java>}
 */
export async function askJava(java) {
  // Options of the user's environment would be printed in front of the answer, or change it.
  const { JDK_JAVA_OPTIONS: _jdk, JAVA_TOOL_OPTIONS: _tool, ...env } = process.env;
  const options = { timeout: 20_000, env };
  const { stderr } = await promisify(execFile)(java, ["-XshowSettings:properties", "-version"], options);
  const property = (/** @type {string} */ name) =>
    new RegExp(`^\\s*${name.replace(/\./g, "\\.")} = (.*)$`, "m").exec(stderr)?.[1]?.trim() ?? "";
  const version = property("java.version");
  const home = property("java.home");
  const major = Number(/^(?:1\.)?(\d+)/.exec(version)?.[1] ?? Number.NaN);
  if (home === "" || Number.isNaN(major)) throw new Error(`unexpected answer of ${java}`);
  const build = [property("java.vendor"), property("java.vm.version")].filter(Boolean).join(" ");
  return { java: programOf(home), home, version, major, build };
}
