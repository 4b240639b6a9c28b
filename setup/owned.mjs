// Which folders are ours. A mark file in a folder says so, and only a folder with its mark is ever emptied, replaced or removed:
// a variable or an option may name any folder, and what stands in it may be somebody's work.
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { OWN_HOME } from "./paths.mjs";

/**
 * A mark.
 * @typedef {object} Mark
 * @property {string} name of the file
 * @property {string} text what it says to the one who finds it
 */

/** @type {Mark} */
export const HOME_MARK = {
  name: ".streambook-home",
  text: "This folder belongs to streambook: `npx streambook reset` removes what it keeps here. Keep nothing of your own in it.\n",
};

/** @type {Mark} */
export const JARS_MARK = {
  name: ".streambook-jars",
  text: "This folder belongs to streambook: set-up replaces the jars in it. Keep nothing of your own in it.\n",
};

/** @type {Mark} */
export const CACHE_MARK = {
  name: ".streambook-cache",
  text: "This folder belongs to streambook: what it fetches for all its clones. Remove it whenever no service runs; what is needed is fetched again.\n",
};

/** What a new disk, or a desktop that looked into a folder, leaves there by itself. */
const NOTHING = new Set(["lost+found", ".DS_Store"]);

/**
 * What stands in a folder that is not ours.
 *
 * @param {string} folder
 * @param {Mark} mark
 * @returns {Promise<string | undefined>} the first name; undefined for a folder that has the mark, is empty, or is not there
 */
export async function strangerIn(folder, mark) {
  /** @type {string[]} */
  let names = [];
  try {
    names = await readdir(folder);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "ENOENT") throw error;
  }
  if (names.includes(mark.name)) return undefined;
  return names.sort().find((name) => !NOTHING.has(name));
}

/**
 * Makes a folder ours, if it may be: one that has the mark is; one that is new or empty gets it.
 *
 * @param {string} folder made if it is missing
 * @param {Mark} mark
 * @param {{ trusted?: boolean }} [options] trusted: nobody else can have made it, so it gets the mark whatever is in it
 * @returns {Promise<string | undefined>} undefined when it is ours now; otherwise the name of something in it that is not
 */
export async function claimFolder(folder, mark, { trusted = false } = {}) {
  const stranger = trusted ? undefined : await strangerIn(folder, mark);
  if (stranger !== undefined) return stranger;
  await makeFolder(folder);
  await writeFile(join(folder, mark.name), mark.text, { flag: "wx" }).catch(unlessThere);
  return undefined;
}

/**
 * Makes a folder, and those it is in. Node's own recursive way tries for ever where the system says of a folder that is there that
 * it is not, as below /proc.
 *
 * @param {string} folder absolute
 */
export async function makeFolder(folder) {
  try {
    await mkdir(folder);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === "EEXIST" && (await stat(folder)).isDirectory()) return;
    if (code !== "ENOENT" || folder === dirname(folder)) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder).catch(unlessThere);
  }
}

/** @param {NodeJS.ErrnoException} error */
function unlessThere(error) {
  if (error.code !== "EEXIST") throw error;
}

/**
 * Makes the home ours. The project's own is ours without a mark, because earlier versions made it so.
 *
 * @param {string} home
 * @returns {Promise<string | undefined>} why it cannot be, and what to do
 */
export async function claimHome(home) {
  return claimed("STREAMBOOK_HOME", home, HOME_MARK, home === OWN_HOME);
}

/**
 * Why a home cannot be ours; changes nothing.
 *
 * @param {string} home
 * @returns {Promise<string | undefined>}
 */
export async function homeProblem(home) {
  if (home === OWN_HOME) return undefined;
  try {
    const stranger = await strangerIn(home, HOME_MARK);
    return stranger === undefined ? undefined : strangerProblem("STREAMBOOK_HOME", home, HOME_MARK, stranger);
  } catch (error) {
    return unusable("STREAMBOOK_HOME", home, error);
  }
}

/**
 * Makes the folder of jars ours. One in a home is as much ours as that, and one with a stamp was filled by set-up before there
 * were marks.
 *
 * @param {string} folder
 * @param {boolean} trusted
 * @returns {Promise<string | undefined>} why it cannot be, and what to do
 */
export async function claimJars(folder, trusted) {
  return claimed("STREAMBOOK_JARS", folder, JARS_MARK, trusted);
}

/**
 * Makes the cache ours.
 *
 * @param {string} folder
 * @returns {Promise<string | undefined>} why it cannot be, and what to do
 */
export async function claimCache(folder) {
  return claimed("STREAMBOOK_CACHE", folder, CACHE_MARK, false);
}

/**
 * @param {string} variable
 * @param {string} folder
 * @param {Mark} mark
 * @param {boolean} trusted
 */
async function claimed(variable, folder, mark, trusted) {
  try {
    const stranger = await claimFolder(folder, mark, { trusted });
    return stranger === undefined ? undefined : strangerProblem(variable, folder, mark, stranger);
  } catch (error) {
    return unusable(variable, folder, error);
  }
}

/**
 * @param {string} variable
 * @param {string} folder
 * @param {Mark} mark
 * @param {string} stranger
 */
function strangerProblem(variable, folder, mark, stranger) {
  return (
    `${variable} is ${folder}, which holds things that are not streambook's (${stranger}), and nothing is written there; ` +
    `set it to a new or an empty folder (if an earlier streambook made this one: touch '${join(folder, mark.name)}')`
  );
}

/**
 * @param {string} variable
 * @param {string} folder
 * @param {unknown} error
 */
function unusable(variable, folder, error) {
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
  const why = code === "ENOTDIR" || code === "EEXIST" ? "it is not a folder" : message;
  return `${folder} cannot be used (${why}); set ${variable} to a folder that this user may write in`;
}
