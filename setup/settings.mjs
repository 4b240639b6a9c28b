// The settings that a user makes by variables of the environment, and what may be in them. A value that is not understood is
// refused where a program begins: passed over in silence, it would be a setting that the user believes to be made.
import { isAbsolute } from "node:path";

/** @typedef {Record<string, string | undefined>} Environment */

/**
 * A variable of the environment, without blanks and line ends around it; one that is empty or blank counts as not set. Set-up and
 * library both ask here, because an empty `STREAMBOOK_HOME` that one of them takes for the current folder is a `reset` that
 * removes it.
 * @param {string} name
 * @param {Environment} [environment]
 * @returns {string | undefined}
 */
export function setting(name, environment = process.env) {
  return environment[name]?.trim() || undefined;
}

/** The values that a variable may have. */
const CHOICES = /** @type {const} */ ({
  STREAMBOOK_PORTS: ["free", "well-known"],
  STREAMBOOK_ARCHIVES: ["build", "use"],
  STREAMBOOK_STACK: ["external"],
});

/** The requirements that `STREAMBOOK_IGNORE` may name. */
const IGNORABLE = ["memory", "disk"];

/** Folders that must be the same ones wherever a command is called. */
const FOLDERS = ["STREAMBOOK_HOME", "STREAMBOOK_JARS", "STREAMBOOK_CACHE"];

/**
 * The requirements that may be unmet.
 * @param {Environment} [environment]
 * @returns {Set<string>}
 */
export function ignoredRequirements(environment = process.env) {
  const names = (setting("STREAMBOOK_IGNORE", environment) ?? "").split(",").map((name) => name.trim());
  return new Set(names.filter(Boolean));
}

/**
 * What is wrong with the settings, and what to do: the first value that would not be understood.
 * @param {Environment} [environment]
 * @returns {string | undefined}
 */
export function settingsProblem(environment = process.env) {
  for (const name of FOLDERS) {
    const folder = setting(name, environment);
    if (folder !== undefined && !isAbsolute(folder)) return notAbsolute(name, folder);
  }
  for (const [name, choices] of Object.entries(CHOICES)) {
    const value = setting(name, environment);
    if (value !== undefined && !choices.some((choice) => choice === value)) return notOneOf(name, value, choices);
  }
  const unknown = [...ignoredRequirements(environment)].find((name) => !IGNORABLE.includes(name));
  return unknown === undefined ? undefined : notOneOf("STREAMBOOK_IGNORE", unknown, IGNORABLE);
}

/**
 * Variables that are set, begin as ours do, and are none of ours: most likely misspelt.
 *
 * @param {readonly string[]} known
 * @param {Environment} [environment]
 * @returns {string[]} a sentence for each
 */
export function misspeltSettings(known, environment = process.env) {
  const unknown = Object.keys(environment).filter((name) => /^STREAMBOOK_/i.test(name) && !known.includes(name));
  return unknown.map((name) => {
    const [nearest] = [...known].sort((a, b) => distance(name.toUpperCase(), a) - distance(name.toUpperCase(), b));
    const isNear = nearest !== undefined && distance(name.toUpperCase(), nearest) <= 4;
    return `the variable ${name} is not known${isNear ? `; did you mean ${nearest}?` : " (docs/environment.md lists all)"}`;
  });
}

/**
 * How many letters must be changed, added or left out (Levenshtein).
 * @param {string} a
 * @param {string} b
 */
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries())
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + Number(letter !== other)));
    row = next;
  }
  return row[b.length] ?? 0;
}

/**
 * @param {string} name
 * @param {string} folder
 */
function notAbsolute(name, folder) {
  const why = folder.startsWith("~")
    ? ": the shell does not put your home folder in the place of ~ within quotes"
    : ", which is another folder wherever a command is called";
  return `${name} is ${JSON.stringify(folder)}${why}; give a path that begins with /`;
}

/**
 * @param {string} name
 * @param {string} value
 * @param {readonly string[]} choices
 */
function notOneOf(name, value, choices) {
  return `${name} says ${JSON.stringify(value)}, and knows only ${choices.map((choice) => `"${choice}"`).join(" and ")}; correct or unset it`;
}
