// The learner's folder `work/`: a copy of each lesson and solution, without outputs, which git ignores. What a learner has changed is
// never written over. A copy says in its own metadata which version of the original it came from, so that a newer one can be offered.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { copyFile, mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { PROJECT } from "../paths.mjs";

/** The folder's name in the project. */
export const WORK = "work";

/** What is not a notebook, by its place in `notebooks/`, and where its copy stands in `work/`. */
const PROGRAMS = new Map([[join("challenge", "consumer.ts"), "consumer.ts"]]);

/**
 * A notebook as far as copies go.
 * @typedef {object} Notebook
 * @property {{ cell_type: string, source: string | string[], outputs?: unknown[], execution_count?: number | null, metadata: Record<string, unknown>, id?: string }[]} cells
 * @property {Record<string, unknown> & { streambook?: { version?: string } }} metadata
 */

/**
 * How a copy stands to its original: `missing`; `fresh`, as it was given; `changed`, with the learner's work in it; `old`, as it was
 * given, and the original has changed since; `behind`, with the learner's work in it, and the original has changed since;
 * `unreadable`, no notebook any more.
 * @typedef {"missing" | "fresh" | "changed" | "old" | "behind" | "unreadable"} CopyState
 */

/**
 * A learner's copy.
 * @typedef {object} Copy
 * @property {string} name its path in `work/`, with `/` and without the ending of a notebook: `03-tokens`, `solutions/03-tokens`, `consumer.ts`
 * @property {string} file
 * @property {string} original
 * @property {CopyState} state
 * @property {string | undefined} from the version it came from, the first digits of a SHA-256; undefined when it does not say
 * @property {string} current the version of the original
 */

/** @param {string} [project] */
export function workFolder(project = PROJECT) {
  return join(project, WORK);
}

/**
 * All copies, in the order of their names, those that are still missing included.
 * @param {string} [project]
 * @returns {Promise<Copy[]>}
 */
export async function copies(project = PROJECT) {
  const found = [];
  for (const folder of ["", "solutions"])
    for (const name of await readdir(join(project, "notebooks", folder)).catch(() => []))
      if (name.endsWith(".ipynb"))
        found.push(
          copyOf(project, join(folder, name), join(folder, name), join(folder, name.slice(0, -".ipynb".length))),
        );
  for (const [original, copy] of PROGRAMS)
    if (existsSync(join(project, "notebooks", original))) found.push(copyOf(project, original, copy, copy));
  return (await Promise.all(found)).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/**
 * @param {string} project
 * @param {string} original
 * @param {string} copy
 * @param {string} name
 * @returns {Promise<Copy>}
 */
async function copyOf(project, original, copy, name) {
  const from = join(project, "notebooks", original);
  const file = join(workFolder(project), copy);
  const current = versionOf(await readFile(from, "utf8"), from);
  const text = await readFile(file, "utf8").catch(() => undefined);
  const about = { name: name.replaceAll("\\", "/"), file, original: from, current };
  if (text === undefined) return { ...about, state: "missing", from: undefined };
  if (!file.endsWith(".ipynb"))
    return { ...about, state: versionOf(text, file) === current ? "fresh" : "changed", from: undefined };
  const notebook = parsed(text);
  if (notebook === undefined) return { ...about, state: "unreadable", from: undefined };
  const given = notebook.metadata.streambook?.version;
  const touched = versionOf(text, file) !== given || notebook.cells.some(hasRun);
  if (given === current) return { ...about, state: touched ? "changed" : "fresh", from: given };
  return { ...about, state: touched ? "behind" : "old", from: given };
}

/** @param {Notebook["cells"][number]} cell */
function hasRun(cell) {
  return (cell.outputs ?? []).length > 0 || (cell.execution_count ?? null) !== null;
}

/**
 * @param {string} text
 * @returns {Notebook | undefined}
 */
function parsed(text) {
  try {
    const notebook = JSON.parse(text);
    return Array.isArray(notebook?.cells) && typeof notebook.metadata === "object" ? notebook : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The version of a lesson: a hash of what its cells say, whatever they have put out. Of another file: of its bytes.
 * @param {string} text
 * @param {string} file
 */
function versionOf(text, file) {
  const notebook = file.endsWith(".ipynb") ? parsed(text) : undefined;
  const said = notebook?.cells.map(({ cell_type, source }) => [cell_type, [source].flat().join("")]);
  return createHash("sha256")
    .update(said === undefined ? text : JSON.stringify(said))
    .digest("hex")
    .slice(0, 12);
}

/**
 * A notebook as a learner gets it: no outputs, no counts, and which version it is.
 * @param {string} text
 * @param {string} version
 */
function withoutOutputs(text, version) {
  const notebook = /** @type {Notebook} */ (JSON.parse(text));
  const cells = notebook.cells.map((cell) =>
    cell.cell_type === "code" ? { ...cell, execution_count: null, outputs: [] } : cell,
  );
  return `${JSON.stringify({ ...notebook, cells, metadata: { ...notebook.metadata, streambook: { version } } }, undefined, 1)}\n`;
}

/**
 * Writes a copy anew, whole or not at all.
 * @param {Copy} copy
 */
async function give({ file, original, current }) {
  await mkdir(dirname(file), { recursive: true });
  const text = await readFile(original, "utf8");
  const fresh = `${file}.${process.pid}.tmp`;
  await writeFile(fresh, file.endsWith(".ipynb") ? withoutOutputs(text, current) : text);
  await rename(fresh, file);
}

/**
 * Makes the copies that are missing, and brings those up to date that nobody has touched. The others stay.
 *
 * @param {object} [options]
 * @param {import("../board.mjs").Board} [options.board]
 * @param {string} [options.project]
 * @returns {Promise<Copy[]>} the copies whose original has changed since the learner began with them
 */
export async function prepareWork({ board, project = PROJECT } = {}) {
  const all = await copies(project);
  const due = all.filter(({ state }) => state === "missing" || state === "old");
  for (const copy of due) await give(copy);
  if (due.length > 0) board?.done("work", `your copies of the lessons are in ${workFolder(project)}`);
  return all.filter(({ state }) => state === "behind");
}

/**
 * What to say of lessons that have a newer version, or undefined when none has.
 * @param {readonly Copy[]} behind
 */
export function newerVersions(behind) {
  if (behind.length === 0) return undefined;
  const names = behind.map(({ name }) => name);
  return `there is a newer version of ${names.join(", ")}; yours is as you left it. To take the newer one: \`npx streambook lesson reset ${names.join(" ")}\` (yours is kept in ${WORK}/backup)`;
}

/**
 * Gives a fresh copy; what stands there is kept as a backup.
 *
 * @param {Copy} copy
 * @param {object} [options]
 * @param {string} [options.project]
 * @param {Date} [options.now]
 * @returns {Promise<string | undefined>} the backup; undefined where there was nothing to keep
 */
export async function resetCopy(copy, { project = PROJECT, now = new Date() } = {}) {
  const kept = copy.state === "missing" || copy.state === "fresh" ? undefined : await backUp(copy, project, now);
  await give(copy);
  return kept;
}

/**
 * @param {Copy} copy
 * @param {string} project
 * @param {Date} now
 */
async function backUp({ name, file }, project, now) {
  const time = now.toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "");
  const ending = file.endsWith(".ipynb") ? ".ipynb" : ".ts";
  const stem = name.replace(/\.ts$/, "");
  for (let n = 0; ; n++) {
    const backup = join(workFolder(project), "backup", `${stem}-${time}${n === 0 ? "" : `-${n}`}${ending}`);
    await mkdir(dirname(backup), { recursive: true });
    if (existsSync(backup)) continue;
    await copyFile(file, backup);
    return backup;
  }
}
