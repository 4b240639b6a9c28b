// `npm run setup`: makes a clone ready to run. Does what is missing and nothing else; a second call takes a moment.
import { existsSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { callersFolder } from "../lib/bin/find-node.mjs";
import { createBoard } from "./board.mjs";
import { onInterruption, outliveOutput } from "../lib/bin/signals.mjs";
import { buildLibrary, distIsOld } from "./packages/build.mjs";
import { dotEnvIsOld, writeDotEnv } from "./learner/dotenv.mjs";
import { demandOwnJars, jarsProblem, resolveJars } from "./java/jars.mjs";
import { kernelIsOld, writeKernel } from "./learner/kernel.mjs";
import { jarsFromKit, makeKit, openKit } from "./kit/kit.mjs";
import { installLabNow } from "./kit/lab.mjs";
import { withKit } from "./kit/server.mjs";
import { withLock } from "./lock.mjs";
import { claimHome } from "./owned.mjs";
import { installPackages, missingPackage } from "./packages/packages.mjs";
import { homeFolder, jarsFolder } from "./paths.mjs";
import { SetupProblem } from "./problem.mjs";
import { checkRequirements } from "./machine/requirements.mjs";
import { setting, settingsProblem } from "./settings.mjs";
import { newerVersions, prepareWork } from "./learner/work.mjs";

/**
 * Makes everything ready: checks the machine, installs the packages, resolves the jars, builds the library, copies the lessons.
 *
 * @param {object} [options]
 * @param {AbortSignal} [options.signal]
 * @param {import("./board.mjs").Board} [options.board]
 * @param {import("./paths.mjs").Environment} [options.environment] STREAMBOOK_HOME, STREAMBOOK_JARS, STREAMBOOK_STACK=external
 * @param {string} [options.from] folder of an offline kit: everything comes from it, and nothing is asked of any network
 * @returns {Promise<boolean>} whether anything had to be done
 * @throws {SetupProblem} what is missing, and what to do
 */
export async function setUp({ signal, board = createBoard(), environment = process.env, from } = {}) {
  const unclear = settingsProblem(environment);
  if (unclear !== undefined) throw new SetupProblem(unclear, { exitCode: 2 });
  const home = homeFolder(environment);
  const jars = jarsFolder(environment);
  const external = setting("STREAMBOOK_STACK", environment) === "external";
  try {
    const jarsMissing = !external && (await jarsProblem(jars)) !== undefined;
    await demandRequirements({ environment, home, jarsMissing, external, offline: from !== undefined });
    const problem = await claimHome(home);
    if (problem !== undefined) throw new SetupProblem(problem);
    if (jarsMissing) await demandOwnJars(jars, environment);
    const options = { board, home, jars, external, environment, signal };
    const complete = from === undefined && !jarsMissing && (await isInstalled());
    if (from !== undefined) await setUpFrom(from, options);
    else if (!complete) await locked(home, options, () => install(options));
    const newer = newerVersions(await prepareWork({ board }));
    if (newer !== undefined) board.say(`setup: ${newer}`);
    return !complete;
  } finally {
    board.close();
  }
}

/** Whether all but the jars is in place: packages, library, kernel. */
async function isInstalled() {
  return (
    (await missingPackage()) === undefined && !(await distIsOld()) && !(await kernelIsOld()) && !(await dotEnvIsOld())
  );
}

/**
 * @param {string} folder of the kit
 * @param {InstallOptions & { home: string }} options
 */
async function setUpFrom(folder, { home, ...options }) {
  const { board, environment, signal } = options;
  const kit = await openKit(folder, { board, environment });
  const copy = (/** @type {{ fresh: string, libraries: readonly string[] }} */ wanted) => jarsFromKit(kit, wanted);
  return locked(home, { board, signal }, () =>
    withKit(kit, environment, async (asking) => {
      await install({ ...options, environment: asking, copy });
      await installLabNow({ board, environment: asking, ...(signal && { signal }) });
      return true;
    }),
  );
}

/**
 * One set-up at a time.
 * @param {string} home
 * @param {{ board: import("./board.mjs").Board, signal: AbortSignal | undefined }} options
 * @param {() => Promise<boolean>} operation
 */
function locked(home, { board, signal }, operation) {
  const lock = { ...(signal && { signal }), onWait: waiting(board) };
  return withLock(join(home, "setup.lock"), "npm run setup", operation, lock);
}

/** @param {import("./board.mjs").Board} board */
function waiting(board) {
  return (/** @type {import("./lock.mjs").Holder} */ { pid }) =>
    board.say(`setup: another set-up (process ${pid}) is using this folder; waiting for it`);
}

/**
 * @param {{ environment: import("./paths.mjs").Environment, home: string, jarsMissing: boolean, external: boolean, offline: boolean }} options
 */
async function demandRequirements({ environment, home, jarsMissing, external, offline }) {
  // A stack that runs has taken its memory already; one that runs elsewhere takes none, and no Java.
  const stackRunning = external || existsSync(join(home, "state.json"));
  const requirements = await checkRequirements({ environment, home, jarsMissing, stackRunning });
  const spared = [...(external ? ["Java", "System"] : []), ...(offline ? ["Maven"] : [])];
  const unmet = requirements.filter(({ met, name }) => !met && !spared.includes(name));
  if (unmet.length === 0) return;
  const lines = unmet.flatMap(({ name, problem, remedy = [] }) => [
    `  ${name}: ${problem}`,
    ...remedy.map((line) => `      ${line}`),
  ]);
  throw new SetupProblem(`this machine is not ready yet:\n${lines.join("\n")}`);
}

/**
 * @typedef {object} InstallOptions
 * @property {import("./board.mjs").Board} board
 * @property {string} jars
 * @property {boolean} external
 * @property {import("./paths.mjs").Environment} environment
 * @property {AbortSignal | undefined} signal
 * @property {Parameters<typeof resolveJars>[0]["copy"]} [copy] where the jars come from, if not from Maven
 */

/** @param {InstallOptions} options */
async function install({ board, jars, external, environment, signal, copy }) {
  // Packages and jars come from different places, so they come at the same time; the first failure ends the other.
  const controller = new AbortController();
  const both = signal === undefined ? controller.signal : anySignal(signal, controller);
  const steps = [installPackages({ board, signal: both, environment })];
  if (!external) steps.push(resolveJars({ board, signal: both, folder: jars, environment, ...(copy && { copy }) }));
  const endOthers = (/** @type {unknown} */ error) => {
    controller.abort(error);
    throw error;
  };
  const results = await Promise.allSettled(steps.map((step) => step.catch(endOthers)));
  const failed = results.find(rejected);
  if (failed !== undefined) throw failed.reason;
  await buildLibrary({ board, ...(signal && { signal }) });
  await writeKernel({ board });
  await writeDotEnv({ board });
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

/**
 * What follows `npm run setup --`.
 * @param {readonly string[]} words
 * @returns {{ kit?: string, from?: string }}
 * @throws {SetupProblem} for words that it does not know
 */
export function setUpOptions(words) {
  try {
    const text = /** @type {const} */ ({ type: "string" });
    const { values } = parseArgs({ args: [...words], options: { kit: text, from: text } });
    if (values.kit !== undefined && values.from !== undefined)
      throw new Error("--kit makes a kit, --from installs from one");
    for (const name of /** @type {const} */ (["kit", "from"]))
      if (values[name] === "") throw new Error(`--${name} needs a folder`);
    return {
      ...(values.kit !== undefined && { kit: values.kit }),
      ...(values.from !== undefined && { from: values.from }),
    };
  } catch (error) {
    throw new SetupProblem(
      `${/** @type {Error} */ (error).message}\n` +
        "  npm run setup                  sets up what is missing\n" +
        "  npm run setup -- --kit DIR     makes an offline kit of it, for machines without a network (docs/classroom.md)\n" +
        "  npm run setup -- --from DIR    sets up from such a kit",
      { exitCode: 2 },
    );
  }
}

/** @param {string} kit @param {AbortSignal} signal */
async function writeKit(kit, signal) {
  const board = createBoard();
  try {
    const folder = resolve(kit);
    const { files, bytes } = await makeKit({ folder, board, signal });
    const size = `${Math.round(bytes / 1e6)} MB in ${files} files`;
    console.error(
      `setup: the kit is in ${folder}: ${size}; on a machine without a network: npm run setup -- --from DIR`,
    );
  } finally {
    board.close();
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main(async (signal) => {
    const { kit, from } = setUpOptions(process.argv.slice(2));
    const done = await setUp({ signal, ...(from !== undefined && { from }) });
    if (kit !== undefined) return writeKit(kit, signal);
    console.error(done ? "setup: ready; `npm start` runs the whole pipeline" : "setup: everything is in place");
  });
}
