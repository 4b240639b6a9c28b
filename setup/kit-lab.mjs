// JupyterLab's part of an offline kit: which Python, which requirements, and how it is installed.
import { findPython, installLab, REQUIREMENTS } from "./python.mjs";
import { pythonEnvironment } from "./environment.mjs";
import { run } from "./run.mjs";

/** @typedef {import("./paths.mjs").Environment} Environment */

/** The record of JupyterLab's packages, each with its hashes. */
export const LAB_REQUIREMENTS = REQUIREMENTS;

/**
 * The Python that runs JupyterLab here.
 *
 * @param {Environment} [environment]
 * @returns {Promise<{ program: string, version: string }>} version: `3.11`
 * @throws {import("./problem.mjs").SetupProblem} when there is none that is new enough
 */
export async function labPython(environment = process.env) {
  const program = await findPython(environment);
  const question = "import sys; print('%d.%d' % sys.version_info[:2])";
  const { lines } = await run([program, "-c", question], { env: pythonEnvironment(environment) });
  return { program, version: lines.at(-1) ?? "" };
}

/**
 * Installs JupyterLab now, so that `npm run lab` finds it in place.
 * @param {{ board: import("./board.mjs").Board, environment: Environment, signal?: AbortSignal }} options
 */
export async function installLabNow(options) {
  await installLab(options);
}
