// `npm run setup`: makes a clone ready to run. Does what is missing and nothing else; a second call takes a moment.
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { callersFolder } from "../lib/bin/find-node.mjs";
import { createBoard } from "./board.mjs";
import { onInterruption, outliveOutput } from "../lib/bin/signals.mjs";
import { buildLibrary, distIsOld } from "./build.mjs";
import { demandOwnJars, jarsProblem, resolveJars } from "./jars.mjs";
import { kernelIsOld, writeKernel } from "./kernel.mjs";
import { withLock } from "./lock.mjs";
import { claimHome } from "./owned.mjs";
import { installPackages, missingPackage } from "./packages.mjs";
import { homeFolder, jarsFolder } from "./paths.mjs";
import { SetupProblem } from "./problem.mjs";
import { checkRequirements } from "./requirements.mjs";
import { setting, settingsProblem } from "./settings.mjs";
import { newerVersions, prepareWork } from "./work.mjs";

/**
 * Makes everything ready: checks the machine, installs the packages, resolves the jars, builds the library, copies the lessons.
 *
 * @param {object} [options]
 * @param {AbortSignal} [options.signal]
 * @param {import("./board.mjs").Board} [options.board]
 * @param {import("./paths.mjs").Environment} [options.environment] STREAMBOOK_HOME, STREAMBOOK_JARS, STREAMBOOK_STACK=external
 * @returns {Promise<boolean>} whether anything had to be done
 * @throws {SetupProblem} what is missing, and what to do
 */
export async function setUp({ signal, board = createBoard(), environment = process.env } = {}) {
  const unclear = settingsProblem(environment);
  if (unclear !== undefined) throw new SetupProblem(unclear, { exitCode: 2 });
  const home = homeFolder(environment);
  const jars = jarsFolder(environment);
  const external = setting("STREAMBOOK_STACK", environment) === "external";
  try {
    const jarsMissing = !external && (await jarsProblem(jars)) !== undefined;
    await demandRequirements({ environment, home, jarsMissing, external });
    const problem = await claimHome(home);
    if (problem !== undefined) throw new SetupProblem(problem);
    if (jarsMissing) await demandOwnJars(jars, environment);
    const complete =
      !jarsMissing && (await missingPackage()) === undefined && !(await distIsOld()) && !(await kernelIsOld());
    const lock = { ...(signal && { signal }), onWait: waiting(board) };
    if (!complete)
      await withLock(
        join(home, "setup.lock"),
        "npm run setup",
        () => install({ board, jars, external, environment, signal }),
        lock,
      );
    const newer = newerVersions(await prepareWork({ board }));
    if (newer !== undefined) board.say(`setup: ${newer}`);
    return !complete;
  } finally {
    board.close();
  }
}

/** @param {import("./board.mjs").Board} board */
function waiting(board) {
  return (/** @type {import("./lock.mjs").Holder} */ { pid }) =>
    board.say(`setup: another set-up (process ${pid}) is using this folder; waiting for it`);
}

/**
 * @param {{ environment: import("./paths.mjs").Environment, home: string, jarsMissing: boolean, external: boolean }} options
 */
async function demandRequirements({ environment, home, jarsMissing, external }) {
  // A stack that runs has taken its memory already; one that runs elsewhere takes none, and no Java.
  const stackRunning = external || existsSync(join(home, "state.json"));
  const requirements = await checkRequirements({ environment, home, jarsMissing, stackRunning });
  const unmet = requirements.filter(({ met, name }) => !met && !(external && (name === "Java" || name === "System")));
  if (unmet.length === 0) return;
  const lines = unmet.flatMap(({ name, problem, remedy = [] }) => [
    `  ${name}: ${problem}`,
    ...remedy.map((line) => `      ${line}`),
  ]);
  throw new SetupProblem(`this machine is not ready yet:\n${lines.join("\n")}`);
}

/** @param {{ board: import("./board.mjs").Board, jars: string, external: boolean, environment: import("./paths.mjs").Environment, signal: AbortSignal | undefined }} options */
async function install({ board, jars, external, environment, signal }) {
  // Packages and jars come from different places, so they come at the same time; the first failure ends the other.
  const controller = new AbortController();
  const both = signal === undefined ? controller.signal : anySignal(signal, controller);
  const steps = [installPackages({ board, signal: both })];
  if (!external) steps.push(resolveJars({ board, signal: both, folder: jars, environment }));
  const endOthers = (/** @type {unknown} */ error) => {
    controller.abort(error);
    throw error;
  };
  const results = await Promise.allSettled(steps.map((step) => step.catch(endOthers)));
  const failed = results.find(rejected);
  if (failed !== undefined) throw failed.reason;
  await buildLibrary({ board, ...(signal && { signal }) });
  await writeKernel({ board });
  return true;
}

/** AbortSignal.any, which Node 18 lacks. @param {AbortSignal} signal @param {AbortController} controller */
function anySignal(signal, controller) {
  if (signal.aborted) controller.abort(signal.reason);
  signal.addEventListener("abort", () => controller.abort(signal.reason), { once: true });
  return controller.signal;
}

/**
 * @param {PromiseSettledResult<unknown>} result
 * @returns {result is PromiseRejectedResult}
 */
function rejected(result) {
  return result.status === "rejected";
}

/**
 * Runs a program of set-up, in the folder where the user stands: one plain message for a problem, and Ctrl-C, a closed terminal or
 * the end of npm end what is under way.
 *
 * @param {(signal: AbortSignal) => Promise<void>} program
 * @returns {Promise<boolean>} whether it succeeded; if not, the exit code is set
 */
export async function main(program) {
  const interruption = new AbortController();
  outliveOutput();
  const stopListening = onInterruption(
    () => {
      console.error("\nstreambook: stopping … (Ctrl-C again ends at once)");
      interruption.abort(new SetupProblem("stopped; run it again, and it goes on from here"));
    },
    () => process.exit(130),
  );
  try {
    process.chdir(callersFolder());
    await program(interruption.signal);
    return true;
  } catch (error) {
    console.error(error instanceof SetupProblem ? `streambook: ${error.message}` : error);
    process.exitCode = interruption.signal.aborted ? 130 : error instanceof SetupProblem ? error.exitCode : 1;
    return false;
  } finally {
    stopListening();
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(async (signal) => {
    const done = await setUp({ signal });
    console.error(done ? "setup: ready; `npm start` runs the whole pipeline" : "setup: everything is in place");
  });
}
