// The kernel specification: how JupyterLab, VS Code and the runner start the notebooks' kernel. It names absolute paths, so
// it is written here, into a folder that git ignores, and never installed for the whole machine.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { findNode, NODE_FLAGS, nodePackage } from "../../lib/bin/find-node.mjs";
import { PROJECT } from "../paths.mjs";

/** The name that the notebooks ask for in their metadata. */
export const KERNEL = "streambook";

/**
 * The folder that JUPYTER_PATH must name.
 * @param {string} [project]
 */
export function jupyterFolder(project = PROJECT) {
  return join(project, ".streambook", "jupyter");
}

/**
 * Where the specification stands.
 * @param {string} [project]
 */
export function kernelFile(project = PROJECT) {
  return join(jupyterFolder(project), "kernels", KERNEL, "kernel.json");
}

/**
 * The specification (https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs).
 * @param {string} [project]
 * @param {string} [node] the Node that runs the kernel
 */
export function kernelSpecification(project = PROJECT, node = findNode(join(project, "lib")) ?? process.execPath) {
  const preload = join(project, "lib", "src", "notebook", "kernel-preload.ts");
  return {
    argv: [
      node,
      ...NODE_FLAGS,
      "--disable-warning=ExperimentalWarning",
      "--import",
      pathToFileURL(preload).href,
      join(project, "node_modules", "tslab", "bin", "tslab"),
      "kernel",
      "--config-path",
      "{connection_file}",
    ],
    display_name: "TypeScript (streambook)",
    language: "typescript",
    interrupt_mode: "signal",
    env: { STREAMBOOK_KERNEL: project },
    metadata: { debugger: false },
  };
}

/**
 * The specification as set-up will write it, for a project whose packages are not installed yet: an editor that opens a notebook
 * before set-up ends has found its kernel then.
 * @param {string} project
 */
export function kernelText(project) {
  const pinned = join(
    project,
    "node_modules",
    nodePackage(),
    "bin",
    process.platform === "win32" ? "node.exe" : "node",
  );
  return `${JSON.stringify(kernelSpecification(project, pinned), undefined, 2)}\n`;
}

/** @param {string} project */
function text(project) {
  return `${JSON.stringify(kernelSpecification(project), undefined, 2)}\n`;
}

/**
 * Whether the specification is missing, or names another Node or another folder: the project was moved, or updated.
 * @param {string} [project]
 */
export async function kernelIsOld(project = PROJECT) {
  const written = await readFile(kernelFile(project), "utf8").catch(() => undefined);
  return written !== text(project);
}

/**
 * Writes the specification if it is old.
 *
 * @param {object} [options]
 * @param {import("../board.mjs").Board} [options.board]
 * @param {string} [options.project]
 * @returns {Promise<boolean>} whether it was written
 */
export async function writeKernel({ board, project = PROJECT } = {}) {
  if (!(await kernelIsOld(project))) return false;
  const file = kernelFile(project);
  await mkdir(dirname(file), { recursive: true });
  const fresh = `${file}.${process.pid}`;
  await writeFile(fresh, text(project));
  await rename(fresh, file); // whole or not at all: Jupyter may be looking
  board?.done("kernel", `written to ${file}`);
  return true;
}
