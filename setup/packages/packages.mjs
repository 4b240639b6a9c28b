// The npm packages: installed exactly as package-lock.json says, and only when they are not there already.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { findNode, nodePackage } from "../../lib/bin/find-node.mjs";
import { trustProblem, withTrust } from "../machine/certificates.mjs";
import { NPM_ARGUMENTS, npmEnvironment } from "../machine/environment.mjs";
import { canWrite, onPath, PROJECT } from "../paths.mjs";
import { SetupProblem } from "../problem.mjs";
import { npmCommand } from "../machine/requirements.mjs";
import { networkFailure, run } from "../run.mjs";

/** The lowest npm that reads this lock file: older ones stumble over the aliases among the overrides, and say there is no lock file. */
const LOWEST_NPM = 10;
/** What an older npm fetches for this one installation. It runs on Node 18, as Debian 12 has it with npm 9. */
export const SUFFICIENT_NPM = "npm@10.9.4";

/** @typedef {{ version?: string, link?: boolean, optional?: boolean, devOptional?: boolean, resolved?: string, inBundle?: boolean }} LockEntry */

/**
 * The first package that is not installed as the lock file says, or undefined if all are.
 * npm writes `node_modules/.package-lock.json` when an installation is complete, so an interrupted one counts as none.
 * @param {string} [project]
 * @returns {Promise<string | undefined>}
 */
export async function missingPackage(project = PROJECT) {
  const wanted = await readLock(join(project, "package-lock.json"));
  const there = await readLock(join(project, "node_modules", ".package-lock.json")).catch(() => undefined);
  if (there === undefined) return "node_modules";
  for (const [path, entry] of Object.entries(wanted)) {
    if (!path.includes("node_modules/")) continue;
    const installed = there[path];
    if (installed === undefined && (entry.optional === true || entry.devOptional === true)) {
      if (path === `node_modules/${nodePackage()}`) return path;
      continue; // for another platform
    }
    if (installed === undefined || installed.version !== entry.version) return path;
  }
  return undefined;
}

/**
 * @param {string} file
 * @returns {Promise<Record<string, LockEntry>>}
 */
async function readLock(file) {
  return /** @type {{ packages: Record<string, LockEntry> }} */ (JSON.parse(await readFile(file, "utf8"))).packages;
}

/**
 * Installs the packages if any is missing.
 *
 * @param {object} options
 * @param {import("../board.mjs").Board} options.board
 * @param {AbortSignal} [options.signal]
 * @param {string} [options.project]
 * @param {import("../paths.mjs").Environment} [options.environment]
 * @returns {Promise<boolean>} whether anything was installed
 */
export async function installPackages({ board, signal, project = PROJECT, environment = process.env }) {
  if ((await missingPackage(project)) === undefined) return false;
  const npm = npmCommand((name) => onPath(name, environment), environment);
  if (npm === undefined) throw new SetupProblem("there is no `npm` on PATH");
  board.show("packages", "npm ci");
  const { code, lines } = await withTrust(environment, (trust) =>
    withCache(environment, async (cache) => {
      const env = { ...npmEnvironment(environment), ...trust.npm, ...cache };
      const options = { cwd: project, env, ...(signal && { signal }) };
      const command = await newEnough(npm, options);
      return run([...command, "ci", ...NPM_ARGUMENTS, "--no-audit", "--no-fund", "--loglevel=error"], options);
    }),
  );
  signal?.throwIfAborted();
  if (code !== 0) throw npmProblem(lines);
  await checkPinnedNode(project);
  board.done("packages", "installed");
  return true;
}

/**
 * Does something with a folder where npm can keep what it fetches: its own, or one for this time when HOME cannot be written.
 *
 * @template T
 * @param {import("../paths.mjs").Environment} environment
 * @param {(variables: import("../paths.mjs").Environment) => Promise<T>} operation
 * @returns {Promise<T>}
 */
async function withCache(environment, operation) {
  if (await canWrite(environment.npm_config_cache || join(homedir(), ".npm"))) return operation({});
  const folder = await mkdtemp(join(tmpdir(), "streambook-npm-"));
  try {
    return await operation({ npm_config_cache: folder });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * How an npm is called that reads the lock file: the one there is, or one that it fetches.
 *
 * @param {readonly string[]} npm
 * @param {Parameters<typeof run>[1]} [options]
 * @param {typeof run} [execute]
 */
export async function newEnough(npm, options, execute = run) {
  const { lines } = await execute([...npm, "--version"], options);
  const major = Number(/^(\d+)\./.exec(lines.at(-1) ?? "")?.[1] ?? LOWEST_NPM);
  return major >= LOWEST_NPM ? npm : [...npm, "exec", "--yes", `--package=${SUFFICIENT_NPM}`, "--", "npm"];
}

/** @param {string[]} lines */
function npmProblem(lines) {
  const untrusted = trustProblem("npm does not trust the certificate of its registry", lines);
  if (untrusted !== undefined) return untrusted;
  const network = networkFailure(lines);
  if (network !== undefined) {
    return new SetupProblem(
      `npm cannot reach its registry (${network.replace(/^npm (error|ERR!) ?/, "").trim()}); check the network, or a proxy in \`npm config\`, and start again`,
    );
  }
  const said = lines.filter((line) => /^npm (error|ERR!)/.test(line)).slice(0, 6);
  return new SetupProblem(
    `\`npm ci\` failed:\n${(said.length > 0 ? said : lines.slice(-6)).map((line) => `  ${line}`).join("\n")}`,
  );
}

/**
 * A Node that is there but does not run (another C library, as on Alpine) is better found here than later.
 * @param {string} project
 */
async function checkPinnedNode(project) {
  const node = findNode(join(project, "lib"));
  if (node === undefined)
    throw new SetupProblem("the packages hold no Node for this platform; install Node 24 or newer and start again");
  const { code } = await run([node, "--version"]).catch(() => ({ code: 1 }));
  if (code !== 0)
    throw new SetupProblem(
      `${node} does not run on this system; install Node 24 or newer, remove that file, and start again`,
    );
}
