// Where things are. Everything that is made stands in one folder (`.streambook`), so that one removal undoes it; only what is large
// and the same for every clone (JDKs, Python environments, archives) stands in a cache of the user.
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { access } from "node:fs/promises";
import { homedir } from "node:os";
import { fileURLToPath } from "node:url";
import { setting } from "./settings.mjs";

/** The folder of the project. */
export const PROJECT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The sets of jars of the core: the modules of stack/pom.xml. Further ones stand beside them, each with a POM of its own that
 * is no module, and are fetched when a service first needs them.
 */
export function coreLibraries() {
  const text = readFileSync(join(PROJECT, "stack", "pom.xml"), "utf8");
  return [...text.matchAll(/<module>([\w-]+)<\/module>/g)].map((match) => String(match[1]));
}

/** The home when `STREAMBOOK_HOME` names no other. */
export const OWN_HOME = join(PROJECT, ".streambook");

/** @typedef {Record<string, string | undefined>} Environment */

/**
 * The folder of everything the stack keeps.
 * @param {Environment} [environment]
 */
export function homeFolder(environment = process.env) {
  return resolve(setting("STREAMBOOK_HOME", environment) ?? OWN_HOME);
}

/**
 * The folder that holds one folder for each set of jars.
 * @param {Environment} [environment]
 */
export function jarsFolder(environment = process.env) {
  return resolve(setting("STREAMBOOK_JARS", environment) ?? join(homeFolder(environment), "jars"));
}

/**
 * The folder of what is fetched once for all clones of a user: JDKs, Python environments, unpacked archives.
 * @param {Environment} [environment]
 */
export function cacheFolder(environment = process.env) {
  const named = setting("STREAMBOOK_CACHE", environment);
  if (named !== undefined) return resolve(named);
  const base = setting("XDG_CACHE_HOME", environment);
  const usual = process.platform === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache");
  const folder = join(base !== undefined && isAbsolute(base) ? base : usual, "streambook");
  return mayBeMade(folder) ? folder : join(homeFolder(environment), "cache");
}

/** Whether this user may write in a folder, or make it. @param {string} folder */
function mayBeMade(folder) {
  for (let at = folder; ; at = dirname(at)) {
    if (!existsSync(at) && at !== dirname(at)) continue;
    try {
      accessSync(at, constants.W_OK | constants.X_OK);
      return true;
    } catch {
      return false;
    }
  }
}

/**
 * Whether this user may make files in a folder, or make the folder if it is not there yet.
 * @param {string} folder
 * @returns {Promise<boolean>}
 */
export async function canWrite(folder) {
  try {
    await access(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch (error) {
    const missing = /** @type {NodeJS.ErrnoException} */ (error).code === "ENOENT";
    return missing && folder !== dirname(folder) && canWrite(dirname(folder));
  }
}

/**
 * The first executable of a name on PATH.
 * @param {string} name
 * @param {Environment} [environment]
 * @returns {string | undefined}
 */
export function onPath(name, environment = process.env) {
  const endings = process.platform === "win32" ? [".cmd", ".exe", ".bat"] : [""];
  for (const folder of (environment.PATH ?? "").split(delimiter)) {
    if (folder === "") continue;
    for (const ending of endings) {
      const candidate = join(folder, name + ending);
      try {
        accessSync(candidate, constants.X_OK);
        if (statSync(candidate).isFile()) return candidate;
      } catch {
        // not here
      }
    }
  }
  return undefined;
}
