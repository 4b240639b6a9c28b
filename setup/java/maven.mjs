// Maven, which copies the jars of the POMs in stack/: its arguments, its progress, and what it says when it fails.
import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import { join } from "node:path";
import { trustProblem, withTrust } from "../machine/certificates.mjs";
import { mavenEnvironment } from "../machine/environment.mjs";
import { findJava } from "./java.mjs";
import { canWrite, coreLibraries, onPath, PROJECT } from "../paths.mjs";
import { SetupProblem } from "../problem.mjs";
import { checksumsFile, parseChecksums } from "../recorded.mjs";
import { networkFailure, run } from "../run.mjs";

/** @typedef {import("./jars.mjs").Library} Library */

/**
 * Lets Maven copy sets of jars to a new folder: the modules of stack/pom.xml in one run, any other in one of its own.
 *
 * @param {object} options
 * @param {string} options.fresh
 * @param {readonly Library[]} [options.libraries] those of the core by default
 * @param {import("../board.mjs").Board} options.board
 * @param {AbortSignal} [options.signal]
 * @param {readonly string[]} options.mavenArguments
 * @param {import("../paths.mjs").Environment} [options.environment]
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
 * @param {import("../board.mjs").Board} options.board
 * @param {AbortSignal} [options.signal]
 * @param {readonly string[]} options.mavenArguments
 * @param {import("../paths.mjs").Environment} [options.environment]
 */
async function copyJars({ fresh, libraries, pom, board, signal, mavenArguments, environment = process.env }) {
  const maven = onPath("mvn", environment);
  if (maven === undefined) throw new SetupProblem("there is no `mvn` on PATH");
  const { found } = await findJava(environment);
  const env = { ...mavenEnvironment(environment), ...(found && { JAVA_HOME: found.home }) };
  const lists = await Promise.all(libraries.map((library) => recordedJars(library)));
  const total = lists.reduce((sum, size) => sum + size, 0) || "the";
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
 * @param {{ env: import("../paths.mjs").Environment, board: import("../board.mjs").Board, signal?: AbortSignal }} options
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

/** How many jars a library has; 0 before that was recorded. @param {Library} library */
async function recordedJars(library) {
  const text = await readFile(checksumsFile(library), "utf8").catch(() => "");
  return parseChecksums(text).size;
}
