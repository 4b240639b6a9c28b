// The jars of the services: resolved by Maven into a new folder, each checked against the SHA-256 that the project recorded,
// and only then put in place. What was there before stays until that moment.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { link, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import { trustProblem, withTrust } from "./certificates.mjs";
import { mavenEnvironment } from "./environment.mjs";
import { findJava } from "./java.mjs";
import { processRuns } from "./lock.mjs";
import { canWrite, jarsFolder, LIBRARIES, onPath, PROJECT } from "./paths.mjs";
import { SetupProblem } from "./problem.mjs";
import { networkFailure, run } from "./run.mjs";

/** @typedef {(typeof LIBRARIES)[number]} Library */
/** @typedef {Map<string, string>} Checksums file name → SHA-256 in hexadecimal */
/** @typedef {{ checksums: string, files: Record<string, Record<string, [size: number, modified: number]>> }} Stamp */

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
 * Why the jars must be resolved, or undefined if they are in place. Looks at names, sizes and times: about 20 ms.
 *
 * @param {string} [folder]
 * @returns {Promise<string | undefined>}
 */
export async function jarsProblem(folder = jarsFolder()) {
  /** @type {Stamp | undefined} */
  const stamp = await readFile(join(folder, "stamp.json"), "utf8")
    .then(JSON.parse)
    .catch(() => undefined);
  if (stamp === undefined) return `${folder} holds no complete set of jars`;
  if (stamp.checksums !== (await fingerprint())) return "the versions of the project have changed";
  for (const library of LIBRARIES) {
    /** @type {Stamp["files"][string]} */
    const files = await describe(join(folder, library)).catch(() => ({}));
    const recorded = stamp.files[library] ?? {};
    for (const name of new Set([...Object.keys(files), ...Object.keys(recorded)])) {
      if (String(files[name]) !== String(recorded[name])) return `${join(folder, library, name)} has changed`;
    }
  }
  return undefined;
}

/** One value for all the recorded checksums. */
async function fingerprint() {
  const hash = createHash("sha256");
  for (const library of LIBRARIES) hash.update(await readFile(checksumsFile(library)));
  return hash.digest("hex");
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
 * Resolves the jars if they are not in place.
 *
 * @param {object} options
 * @param {import("./board.mjs").Board} options.board
 * @param {AbortSignal} [options.signal]
 * @param {string} [options.folder]
 * @param {readonly string[]} [options.mavenWords] more words for Maven
 * @param {import("./paths.mjs").Environment} [options.environment]
 * @returns {Promise<boolean>} whether anything was resolved
 */
export async function resolveJars({
  board,
  signal,
  folder = jarsFolder(),
  mavenWords = [],
  environment = process.env,
}) {
  if ((await jarsProblem(folder)) === undefined) return false;
  const fresh = `${folder}.new-${process.pid}`;
  await removeLeftovers(folder);
  try {
    await mkdir(fresh, { recursive: true });
    await runMaven({ fresh, board, mavenWords, environment, ...(signal && { signal }) });
    board.show("jars", "checking SHA-256");
    for (const library of LIBRARIES) await verifyJars(join(fresh, library), await readChecksums(library));
    await shareDuplicates(fresh);
    signal?.throwIfAborted();
    await putInPlace(fresh, folder);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  board.done("jars", "in place, each SHA-256 as recorded");
  return true;
}

/** Folders of an interrupted resolve. @param {string} folder */
async function removeLeftovers(folder) {
  const names = await readdir(dirname(folder)).catch(() => []);
  for (const name of names) {
    const pid = new RegExp(`^${basename(folder).replace(/\W/g, "\\$&")}\\.new-(\\d+)$`).exec(name)?.[1];
    if (pid !== undefined && !processRuns(Number(pid)))
      await rm(join(dirname(folder), name), { recursive: true, force: true });
  }
}

/**
 * @param {object} options
 * @param {string} options.fresh
 * @param {import("./board.mjs").Board} options.board
 * @param {AbortSignal} [options.signal]
 * @param {readonly string[]} options.mavenWords
 * @param {import("./paths.mjs").Environment} [options.environment]
 */
export async function runMaven({ fresh, board, signal, mavenWords, environment = process.env }) {
  const maven = onPath("mvn", environment);
  if (maven === undefined) throw new SetupProblem("there is no `mvn` on PATH");
  const { found } = await findJava(environment);
  const env = { ...mavenEnvironment(environment), ...(found && { JAVA_HOME: found.home }) };
  const lists = await Promise.all(LIBRARIES.map((library) => readChecksums(library).catch(() => new Map())));
  const total = lists.reduce((sum, list) => sum + list.size, 0) || "the";
  const repository = (await canWrite(mavenRepository())) ? [] : [`-Dmaven.repo.local=${join(fresh, "repository")}`];
  await withTrust(environment, async (trust) => {
    const command = mavenCommand(maven, fresh, [...repository, ...trust.maven, ...mavenWords]);
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
 * @param {readonly string[]} words
 */
function mavenCommand(maven, fresh, words) {
  return [
    maven,
    "--batch-mode",
    ...["-T", "3"], // the three modules at once
    ...["-gs", join(PROJECT, "stack", "settings.xml")],
    ...["-f", join(PROJECT, "stack", "pom.xml")],
    ...[
      "-Daether.connector.connectTimeout=15000",
      "-Daether.connector.requestTimeout=60000",
      "-Dmaven.wagon.rto=60000",
    ],
    `-Dstreambook.jars=${fresh}`,
    ...words,
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
        `${join(basename(folder), name)} is not in ${checksumsFile(/** @type {Library} */ (basename(folder)))}; if you changed a version, run \`node setup/checksums.mjs\``,
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

/** Hadoop and Hive share 80 jars, 60 MB: the same file under two names where the disk can. @param {string} fresh */
async function shareDuplicates(fresh) {
  const [hadoop, hive] = [await readChecksums("hadoop"), await readChecksums("hive")];
  for (const [name, checksum] of hive) {
    if (hadoop.get(name) !== checksum) continue;
    const shared = join(fresh, "hive", name);
    try {
      await link(join(fresh, "hadoop", name), `${shared}.link`);
      await rename(`${shared}.link`, shared);
    } catch {
      return; // a file system without links keeps both
    }
  }
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
 */
async function putInPlace(fresh, folder) {
  await mkdir(folder, { recursive: true });
  await rm(join(folder, "stamp.json"), { force: true });
  /** @type {Stamp} */
  const stamp = { checksums: await fingerprint(), files: {} };
  for (const library of LIBRARIES) {
    await rm(join(folder, library), { recursive: true, force: true });
    await wholeSeconds(join(fresh, library));
    await rename(join(fresh, library), join(folder, library));
    stamp.files[library] = await describe(join(folder, library));
  }
  await writeFile(join(folder, "stamp.json.new"), JSON.stringify(stamp));
  await rename(join(folder, "stamp.json.new"), join(folder, "stamp.json"));
}
