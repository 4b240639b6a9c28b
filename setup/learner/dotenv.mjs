// The file `.env` of the project, which VS Code's Jupyter extension reads: with JUPYTER_PATH in it, `code .` finds the kernel, and
// nothing has to be set in a shell. The file is the user's as well, and docker compose reads it: every other line stays as it is.
import { readFile, rename, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { jupyterFolder } from "./kernel.mjs";
import { PROJECT } from "../paths.mjs";

const NAME = "JUPYTER_PATH";

/**
 * The text of a `.env` with a folder among those of JUPYTER_PATH.
 *
 * @param {string} text what is there, "" for nothing
 * @param {string} folder
 * @returns {string} the same text if the folder is in it
 */
export function withJupyterPath(text, folder) {
  const lines = text === "" ? [] : text.replace(/\n$/, "").split("\n");
  // The last one counts, as in a shell.
  const at = lines.findLastIndex((line) => new RegExp(`^\\s*(?:export\\s+)?${NAME}\\s*=`).test(line));
  const folders = at === -1 ? [] : foldersOf(lines[at] ?? "");
  if (folders.includes(folder)) return text;
  const value = [...folders, folder].join(delimiter);
  const line = `${NAME}=${/[\s#'"$]/.test(value) ? `'${value}'` : value}`;
  if (at === -1) lines.push(line);
  else lines[at] = line;
  return `${lines.join("\n")}\n`;
}

/** The folders of a line `JUPYTER_PATH="/a:/b" # why`. @param {string} line */
function foldersOf(line) {
  const value = line.slice(line.indexOf("=") + 1).trim();
  const quoted = /^(["'])(.*?)\1/.exec(value)?.[2];
  return (quoted ?? value.replace(/\s+#.*$/, "")).split(delimiter).filter((folder) => folder !== "");
}

/** @param {string} project */
async function read(project) {
  return readFile(join(project, ".env"), "utf8").catch((/** @type {NodeJS.ErrnoException} */ error) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
}

/**
 * Whether VS Code would not find the kernel.
 * @param {string} [project]
 */
export async function dotEnvIsOld(project = PROJECT) {
  const text = await read(project);
  return withJupyterPath(text, jupyterFolder(project)) !== text;
}

/**
 * Adds the kernel's folder to `.env` if it is not there.
 *
 * @param {object} [options]
 * @param {import("../board.mjs").Board} [options.board]
 * @param {string} [options.project]
 * @returns {Promise<boolean>} whether it was added
 */
export async function writeDotEnv({ board, project = PROJECT } = {}) {
  const text = await read(project);
  const wanted = withJupyterPath(text, jupyterFolder(project));
  if (wanted === text) return false;
  const file = join(project, ".env");
  // In place and not renamed over it: the file may be a link, and its rights are the user's.
  await (text === ""
    ? writeFile(`${file}.new`, wanted).then(() => rename(`${file}.new`, file))
    : writeFile(file, wanted));
  board?.done("VS Code", `finds the kernel by ${NAME} in .env`);
  return true;
}
