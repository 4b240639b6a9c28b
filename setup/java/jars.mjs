// The jars of the services: resolved by Maven into a new folder, each checked against the SHA-256 that the project recorded,
// and only then put in place. What was there before stays until that moment.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { link, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { processRuns } from "../lock.mjs";
import { runMaven } from "./maven.mjs";
import { claimHome, claimJars, makeFolder } from "../owned.mjs";
import { coreLibraries, homeFolder, jarsFolder } from "../paths.mjs";
import { SetupProblem } from "../problem.mjs";
import { checksumsFile, hashFile, parseChecksums } from "../recorded.mjs";

/** @typedef {string} Library a folder of stack/ that has a POM */
/** @typedef {Map<string, string>} Checksums file name → SHA-256 in hexadecimal */
/** @typedef {Record<string, [size: number, modified: number]>} Files */
/** @typedef {{ checksums: string, files: Files }} Stamp */

/** @param {Library} library */
async function readChecksums(library) {
  return parseChecksums(await readFile(checksumsFile(library), "utf8"));
}

/**
 * Why some sets of jars must be resolved, or undefined if they are in place. Looks at names, sizes and times: about 20 ms.
 *
 * @param {string} [folder]
 * @param {readonly Library[]} [libraries] those of the core by default
 * @returns {Promise<string | undefined>}
 */
export async function jarsProblem(folder = jarsFolder(), libraries = coreLibraries()) {
  for (const library of libraries) {
    const problem = await libraryProblem(folder, library);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/**
 * @param {string} folder
 * @param {Library} library
 */
async function libraryProblem(folder, library) {
  const stamp = await readStamp(folder, library);
  if (stamp === undefined) return `${folder} holds no complete set of jars for ${library}`;
  if (stamp.checksums !== (await fingerprint(library))) return `the versions of ${library} have changed`;
  /** @type {Files} */
  const files = await describe(join(folder, library)).catch(() => ({}));
  for (const name of new Set([...Object.keys(files), ...Object.keys(stamp.files)]))
    if (String(files[name]) !== String(stamp.files[name])) return `${join(folder, library, name)} has changed`;
  return undefined;
}

/**
 * What was put in place, and when it was complete.
 * @param {string} folder
 * @param {Library} library
 */
function stampFile(folder, library) {
  return join(folder, `${library}.json`);
}

/**
 * What was put in place; undefined when nothing was, or not to the end.
 * @param {string} folder
 * @param {Library} library
 * @returns {Promise<Stamp | undefined>}
 */
async function readStamp(folder, library) {
  return readFile(stampFile(folder, library), "utf8")
    .then(JSON.parse)
    .catch(() => undefined);
}

/**
 * Makes sure that set-up may replace what is in the folder of the jars: `STREAMBOOK_JARS=/opt` must not cost anybody an /opt/kafka.
 *
 * @param {string} folder
 * @param {import("../paths.mjs").Environment} environment
 * @throws {SetupProblem} when it holds what set-up has not put there
 */
export async function demandOwnJars(folder, environment) {
  const home = homeFolder(environment);
  const isInHome = folder === join(home, "jars");
  const problem =
    (isInHome ? await claimHome(home) : undefined) ??
    // Earlier versions had no marks, and one stamp for all jars.
    (await claimJars(folder, isInHome || existsSync(join(folder, "stamp.json"))));
  if (problem !== undefined) throw new SetupProblem(problem);
}

/** One value for the recorded checksums of a library. @param {Library} library */
async function fingerprint(library) {
  return createHash("sha256")
    .update(await readFile(checksumsFile(library)))
    .digest("hex");
}

/**
 * @param {string} folder
 * @returns {Promise<Record<string, [number, number]>>}
 */
async function describe(folder) {
  const names = (await readdir(folder)).sort();
  return Object.fromEntries(
    await Promise.all(
      names.map(async (name) => {
        const { size, mtimeMs } = await stat(join(folder, name));
        return [name, [size, Math.round(mtimeMs)]];
      }),
    ),
  );
}

/**
 * Resolves the sets of jars that are not in place.
 *
 * @param {object} options
 * @param {import("../board.mjs").Board} options.board
 * @param {AbortSignal} [options.signal]
 * @param {string} [options.folder]
 * @param {readonly Library[]} [options.libraries] those of the core by default
 * @param {readonly string[]} [options.mavenArguments] more arguments for Maven
 * @param {(options: { fresh: string, libraries: readonly Library[] }) => Promise<void>} [options.copy] puts the sets into the
 *   folder `fresh` instead of Maven
 * @param {import("../paths.mjs").Environment} [options.environment]
 * @returns {Promise<boolean>} whether anything was resolved
 */
export async function resolveJars({
  board,
  signal,
  folder = jarsFolder(),
  libraries = coreLibraries(),
  mavenArguments = [],
  copy,
  environment = process.env,
}) {
  const problems = await Promise.all(libraries.map((library) => libraryProblem(folder, library)));
  const missing = libraries.filter((_, index) => problems[index] !== undefined);
  if (missing.length === 0) return false;
  await demandOwnJars(folder, environment);
  const fresh = join(folder, `.new-${process.pid}`); // inside, where everything is ours
  await removeLeftovers(folder);
  try {
    await makeFolder(fresh);
    if (copy !== undefined) await copy({ fresh, libraries: missing });
    else await runMaven({ fresh, libraries: missing, board, mavenArguments, environment, ...(signal && { signal }) });
    board.show("jars", "checking SHA-256");
    for (const library of missing) await verifyJars(join(fresh, library), await readChecksums(library));
    signal?.throwIfAborted();
    for (const library of missing) {
      await shareDuplicates(fresh, folder, library);
      await putInPlace(fresh, folder, library);
    }
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  board.done("jars", "in place, each SHA-256 as recorded");
  return true;
}

/** Folders of an interrupted resolve. @param {string} folder */
async function removeLeftovers(folder) {
  for (const name of await readdir(folder)) {
    const pid = /^\.new-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !processRuns(Number(pid))) await rm(join(folder, name), { recursive: true, force: true });
  }
}

/**
 * Checks that a folder holds exactly the jars recorded, unaltered.
 *
 * @param {string} folder
 * @param {Checksums} checksums
 */
export async function verifyJars(folder, checksums) {
  const names = new Set(await readdir(folder).catch(() => []));
  for (const name of checksums.keys()) {
    if (!names.has(name))
      throw new SetupProblem(`${join(basename(folder), name)} is missing; run \`npm run setup\` again`);
  }
  for (const name of names) {
    const expected = checksums.get(name);
    if (expected === undefined) {
      throw new SetupProblem(
        `${join(basename(folder), name)} is not in ${checksumsFile(basename(folder))}; if you changed a version, run \`node setup/checksums.mjs\``,
      );
    }
    const actual = await hashFile(join(folder, name));
    if (actual === expected) continue;
    throw new SetupProblem(
      `${join(basename(folder), name)} is not the file the project recorded (SHA-256 ${actual.slice(0, 12)}…, recorded ${expected.slice(0, 12)}…); ` +
        `remove it from Maven's repository (find ~/.m2/repository -name '${name}' -delete) and run \`npm run setup\` again; if it stays so, do not use it`,
    );
  }
}

/**
 * Libraries share jars (Hadoop and Hive 80, 60 MB): the same file under two names where the disk can.
 * @param {string} fresh
 * @param {string} folder
 * @param {Library} library
 */
async function shareDuplicates(fresh, folder, library) {
  const own = await readChecksums(library);
  for (const other of await otherLibraries(folder, library)) {
    const theirs = await readChecksums(other).catch(() => /** @type {Checksums} */ (new Map()));
    for (const [name, checksum] of own) {
      if (theirs.get(name) !== checksum) continue;
      const shared = join(fresh, library, name);
      try {
        await link(join(folder, other, name), `${shared}.link`);
        await rename(`${shared}.link`, shared);
      } catch {
        await rm(`${shared}.link`, { force: true }); // a file system without links keeps both
      }
    }
  }
}

/**
 * The libraries that are in place beside one.
 * @param {string} folder
 * @param {Library} library
 */
async function otherLibraries(folder, library) {
  const names = await readdir(folder).catch(() => []);
  const stamped = names.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -".json".length));
  return stamped.filter((name) => name !== library).sort();
}

/** The layers of an image keep no fractions of a second, and the stamp must hold there too. @param {string} folder */
async function wholeSeconds(folder) {
  for (const name of await readdir(folder)) {
    const { mtimeMs } = await stat(join(folder, name));
    const seconds = Math.floor(mtimeMs / 1000);
    await utimes(join(folder, name), seconds, seconds);
  }
}

/**
 * @param {string} fresh
 * @param {string} folder
 * @param {Library} library
 */
async function putInPlace(fresh, folder, library) {
  await makeFolder(folder);
  const stamp = stampFile(folder, library);
  await rm(stamp, { force: true });
  await rm(join(folder, library), { recursive: true, force: true });
  await wholeSeconds(join(fresh, library));
  await rename(join(fresh, library), join(folder, library));
  /** @type {Stamp} */
  const content = { checksums: await fingerprint(library), files: await describe(join(folder, library)) };
  await writeFile(`${stamp}.new`, JSON.stringify(content));
  await rename(`${stamp}.new`, stamp);
}
