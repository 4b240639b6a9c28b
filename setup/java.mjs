// Which Java runs the services: that of JAVA_HOME, else the one on PATH. Set-up and the launcher ask here.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { onPath } from "./paths.mjs";
import { setting } from "./settings.mjs";

/** The lowest Java that runs the services. */
export const LOWEST_JAVA = 17;

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
 * @property {Java} [found] a Java that answered; it may be too old
 * @property {string} place where it was looked for: "JAVA_HOME (/usr/lib/jvm/…)" or "PATH"
 * @property {string} [problem] why there is none
 */

/**
 * Looks for Java.
 * @param {import("./paths.mjs").Environment} [environment]
 * @returns {Promise<JavaSearch>}
 */
export async function findJava(environment = process.env) {
  const home = setting("JAVA_HOME", environment);
  const program = process.platform === "win32" ? "java.exe" : "java";
  const place = home ? `JAVA_HOME (${home})` : "PATH";
  const java = home ? join(home, "bin", program) : onPath("java", environment);
  if (java === undefined) return { place, problem: "there is no `java` on PATH" };
  try {
    return { place, found: await askJava(java) };
  } catch (error) {
    const missing = /** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT";
    return { place, problem: missing ? `${java} does not exist` : `${java} does not answer` };
  }
}

/**
 * Asks a Java what it is: about 50 ms.
 * @param {string} java
 * @returns {Promise<Java>}
 */
async function askJava(java) {
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
  const program = process.platform === "win32" ? "java.exe" : "java";
  const build = [property("java.vendor"), property("java.vm.version")].filter(Boolean).join(" ");
  return { java: join(home, "bin", program), home, version, major, build };
}
