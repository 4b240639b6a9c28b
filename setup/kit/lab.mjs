// JupyterLab's part of an offline kit: which Python, which requirements, and how it is installed.
import { join } from "node:path";
import { findNode, NODE_FLAGS } from "../../lib/bin/find-node.mjs";
import { PROJECT } from "../paths.mjs";
import { SetupProblem } from "../problem.mjs";
import { findPython } from "../machine/python.mjs";
import { run } from "../run.mjs";

/** @typedef {import("../paths.mjs").Environment} Environment */

/** The record of JupyterLab's packages, each with its hashes. */
export const LAB_REQUIREMENTS = join(PROJECT, "stack", "jupyterlab", "requirements.txt");

/**
 * The Python that runs JupyterLab here.
 *
 * @param {Environment} [environment]
 * @throws {SetupProblem} when there is none that is new enough
 */
export function labPython(environment = process.env) {
  return findPython({ name: "JupyterLab" }, environment);
}

/**
 * Installs JupyterLab now, so that `npm run lab` finds it in place. The packages must be installed: it is TypeScript that does it.
 *
 * @param {{ board: import("../board.mjs").Board, environment: Environment, signal?: AbortSignal }} options
 * @throws {SetupProblem} when it cannot be installed
 */
export async function installLabNow({ board, environment, signal }) {
  const program = [findNode() ?? process.execPath, ...NODE_FLAGS, join(PROJECT, "lib", "src", "cli", "main.ts")];
  board.show("JupyterLab", "making its environment");
  const { code, lines } = await run([...program, "fetch", "jupyterlab"], {
    env: environment,
    ...(signal && { signal }),
    onLine: (line) => board.show("JupyterLab", line.trim()),
  });
  signal?.throwIfAborted();
  if (code !== 0) throw new SetupProblem(`JupyterLab cannot be installed:\n  ${lines.slice(-6).join("\n  ")}`);
  board.done("JupyterLab", "installed");
}
