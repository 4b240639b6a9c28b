// The jars of the services: resolved by Maven into a new folder, each checked against the SHA-256 that the project recorded,
// and only then put in place. What was there before stays until that moment.
import { createHash } from "node:crypto";
import { createReadStream, existsSync } from "node:fs";
import { link, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { basename, join } from "node:path";
import { trustProblem, withTrust } from "./certificates.mjs";
import { mavenEnvironment } from "./environment.mjs";
import { findJava } from "./java.mjs";
import { processRuns } from "./lock.mjs";
import { claimHome, claimJars } from "./owned.mjs";
import { canWrite, coreLibraries, homeFolder, jarsFolder, onPath, PROJECT } from "./paths.mjs";
import { SetupProblem } from "./problem.mjs";
import { networkFailure, run } from "./run.mjs";

/** @typedef {string} Library a folder of stack/ that has a POM */
/** @typedef {Map<string, string>} Checksums file name → SHA-256 in hexadecimal */
/** @typedef {Record<string, [size: number, modified: number]>} Files */
/** @typedef {{ checksums: string, files: Files }} Stamp */

/**
 * Where the recorded checksums stand.
 * @param {Library} library
 */
export function checksumsFile(library) {
  return join(PROJECT, "stack", "checksums", `${library}.sha256`);
}

/**
 * @param {string} text lines as sha256sum writes them
 * @returns {Checksums}
 */
export function parseChecksums(text) {
  return new Map(
    [...text.matchAll(/^([0-9a-f]{64}) [ *](.+)$/gm)].map((match) => [String(match[2]), String(match[1])]),
  );
}

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
 * @param {import("./paths.mjs").Environment} environment
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
 * @param {import("./board.mjs").Board} options.board
 * @param {AbortSignal} [options.signal]
 * @param {string} [options.folder]
 * @param {readonly Library[]} [options.libraries] those of the core by default
 * @param {readonly string[]} [options.mavenArguments] more arguments for Maven
 * @param {(options: { fresh: string, libraries: readonly Library[] }) => Promise<void>} [options.copy] puts the sets into the
 *   folder `fresh` instead of Maven
 * @param {import("./paths.mjs").Environment} [options.environment]
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
    await mkdir(fresh, { recursive: true });
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
 * Lets Maven copy sets of jars to a new folder: the modules of stack/pom.xml in one run, any other in one of its own.
 *
 * @param {object} options
 * @param {string} options.fresh
 * @param {readonly Library[]} [options.libraries] those of the core by default
 * @param {import("./board.mjs").Board} options.board
 * @param {AbortSignal} [options.signal]
 * @param {readonly string[]} options.mavenArguments
 * @param {import("./paths.mjs").Environment} [options.environment]
 */
export async function runMaven({ fresh, libraries = coreLibraries(), ...options }) {
  const core = coreLibraries();
  const modules = libraries.filter((library) => core.includes(library));
  if (modules.length > 0) await copyJars({ fresh, libraries: modules, pom: ["pom.xml"], ...options });
  for (const library of libraries)
    if (!modules.includes(library))
      await copyJars({ fresh, libraries: [library], pom: [library, "pom.xml"], ...options });
}

/**
 * @param {object} options
 * @param {string} options.fresh
 * @param {readonly Library[]} options.libraries
 * @param {readonly string[]} options.pom below stack/
 * @param {import("./board.mjs").Board} options.board
 * @param {AbortSignal} [options.signal]
 * @param {readonly string[]} options.mavenArguments
 * @param {import("./paths.mjs").Environment} [options.environment]
 */
async function copyJars({ fresh, libraries, pom, board, signal, mavenArguments, environment = process.env }) {
  const maven = onPath("mvn", environment);
  if (maven === undefined) throw new SetupProblem("there is no `mvn` on PATH");
  const { found } = await findJava(environment);
  const env = { ...mavenEnvironment(environment), ...(found && { JAVA_HOME: found.home }) };
  const lists = await Promise.all(libraries.map((library) => readChecksums(library).catch(() => new Map())));
  const total = lists.reduce((sum, list) => sum + list.size, 0) || "the";
  const repository = (await canWrite(mavenRepository())) ? [] : [`-Dmaven.repo.local=${join(fresh, "repository")}`];
  await withTrust(environment, async (trust) => {
    const project = pom.length === 1 ? ["-pl", libraries.join(",")] : [];
    const given = ["-f", join(PROJECT, "stack", ...pom), ...project, ...repository, ...trust.maven, ...mavenArguments];
    const command = mavenCommand(maven, fresh, given);
    for (let attempt = 1; ; attempt++) {
      const { code, lines, downloaded } = await runOnce(command, total, { env, board, ...(signal && { signal }) });
      signal?.throwIfAborted();
      if (code === 0) return;
      // A connection that broke in the middle is worth one more try: what is downloaded is kept.
      if (attempt === 1 && downloaded > 0 && networkFailure(lines) !== undefined) continue;
      throw mavenProblem(lines);
    }
  });
}

/**
 * @param {string} maven
 * @param {string} fresh
 * @param {readonly string[]} given further arguments
 */
function mavenCommand(maven, fresh, given) {
  return [
    maven,
    "--batch-mode",
    ...["-T", "3"], // three modules at once
    ...["-gs", join(PROJECT, "stack", "settings.xml")],
    ...[
      "-Daether.connector.connectTimeout=15000",
      "-Daether.connector.requestTimeout=60000",
      "-Dmaven.wagon.rto=60000",
    ],
    `-Dstreambook.jars=${fresh}`,
    ...given,
    "org.apache.maven.plugins:maven-dependency-plugin:copy-dependencies",
  ];
}

/** Where Maven keeps what it fetches: under the user's folder as the system knows it, whatever HOME says. */
function mavenRepository() {
  return join(userInfo().homedir, ".m2", "repository");
}

/**
 * @param {readonly string[]} command
 * @param {number | string} total how many jars there will be
 * @param {{ env: import("./paths.mjs").Environment, board: import("./board.mjs").Board, signal?: AbortSignal }} options
 */
async function runOnce(command, total, { board, ...options }) {
  const progress = { downloaded: 0, copied: 0 };
  board.show("jars", `Maven resolves ${total} jars`);
  const ended = await run(command, {
    ...options,
    onLine(line) {
      if (/Downloaded from .*\.jar /.test(line)) progress.downloaded++;
      else if (/\] Copying .*\.jar to /.test(line)) progress.copied++;
      else return;
      board.show("jars", `${progress.downloaded} downloaded, ${progress.copied} of ${total} there`);
    },
  });
  return { ...ended, downloaded: progress.downloaded };
}

/** @param {string[]} lines */
function mavenProblem(lines) {
  const untrusted = trustProblem("Maven's Java does not trust the certificate of Maven Central", lines);
  if (untrusted !== undefined) return untrusted;
  const errors = lines
    .filter((line) => line.includes("[ERROR]"))
    .map((line) => line.replace(/^.*?\[ERROR\] ?/, "").trim());
  if (networkFailure(lines) !== undefined) {
    const what = /(?:Could not transfer artifact|Cannot access) (.{1,160}?)(?:: |$)/.exec(errors.join(" "))?.[1];
    return new SetupProblem(
      `Maven cannot reach Maven Central${what === undefined ? "" : ` (${what})`}; check the network, or a proxy in ~/.m2/settings.xml, and start again (nothing half-done is left)`,
    );
  }
  const shown = errors.filter((line) => line !== "").slice(0, 5);
  return new SetupProblem(
    `Maven failed:\n${(shown.length > 0 ? shown : lines.slice(-8)).map((line) => `  ${line.slice(0, 400)}`).join("\n")}`,
  );
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
 * @param {string} file
 * @returns {Promise<string>} SHA-256, hexadecimal
 */
export async function hashFile(file) {
  const hash = createHash("sha256");
  for await (const part of createReadStream(file, { highWaterMark: 1 << 20 }))
    hash.update(/** @type {Buffer} */ (part));
  return hash.digest("hex");
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
  await mkdir(folder, { recursive: true });
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
