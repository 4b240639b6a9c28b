// The offline kit: a folder with all that set-up would fetch, for a classroom whose network does not carry thirty installations.
// `npm run setup -- --kit DIR` makes one on a machine that is set up, `npm run setup -- --from DIR` installs from it.
import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { npmEnvironment, pythonEnvironment } from "../machine/environment.mjs";
import { withTrust } from "../machine/certificates.mjs";
import { LAB_REQUIREMENTS, labPython } from "./lab.mjs";
import { KIT_FOLDERS, MANIFEST, tarballName } from "./layout.mjs";
import { claimFolder } from "../owned.mjs";
import { SUFFICIENT_NPM } from "../packages/packages.mjs";
import { coreLibraries, jarsFolder, onPath, PROJECT } from "../paths.mjs";
import { SetupProblem } from "../problem.mjs";
import { checksumsFile, hashFile, parseChecksums } from "../recorded.mjs";
import { npmCommand } from "../machine/requirements.mjs";
import { run } from "../run.mjs";

/** @typedef {import("../paths.mjs").Environment} Environment */
/** @typedef {import("../board.mjs").Board} Board */

/** The layout of a kit; another number is another layout. */
const FORMAT = 1;
/** The versions of Python whose wheels a kit has: those that a class may have, and requirements.txt was made for. */
const PYTHONS = ["3.10", "3.11", "3.12", "3.13", "3.14"];

/** @type {import("../owned.mjs").Mark} */
const KIT_MARK = {
  name: ".streambook-kit",
  text: "This folder is an offline kit of streambook: `npm run setup -- --from` installs from it. Keep nothing of your own in it.\n",
};

/**
 * @typedef {object} Manifest
 * @property {number} format
 * @property {string} platform `linux-x64`
 * @property {string} made when, ISO 8601
 * @property {string} versions one value for all versions that are recorded in the project
 * @property {string[]} pythons the versions of Python for which JupyterLab is in it
 * @property {Record<string, [size: number, sha256: string]>} files by their paths in the kit, with `/`
 */

/** @typedef {{ integrity?: string, name?: string, version?: string, link?: boolean, inBundle?: boolean }} Installed */

/** The platform of this machine, as a kit names it. */
export function kitPlatform() {
  return `${process.platform}-${process.arch}`;
}

/**
 * One value for what is recorded in the project: packages, jars, wheels. Two clones with the same value need the same files.
 * @param {string} [project]
 */
export async function recordedVersions(project = PROJECT) {
  const hash = createHash("sha256");
  const records = ["package-lock.json", relative(PROJECT, LAB_REQUIREMENTS)];
  for (const library of coreLibraries()) records.push(relative(PROJECT, checksumsFile(library)));
  for (const record of records) hash.update(await readFile(join(project, record)));
  return hash.digest("hex");
}

/**
 * Makes a kit from what is installed here.
 *
 * @param {object} options
 * @param {string} options.folder a new or an empty one, or an earlier kit
 * @param {Board} options.board
 * @param {Environment} [options.environment]
 * @param {AbortSignal} [options.signal]
 * @returns {Promise<{ files: number, bytes: number }>}
 * @throws {SetupProblem} when the folder is somebody else's, or something cannot be fetched
 */
export async function makeKit({ folder, board, environment = process.env, signal }) {
  const stranger = await claimFolder(folder, KIT_MARK).catch((/** @type {Error} */ error) => {
    throw new SetupProblem(`${folder} cannot be written (${error.message}); name another folder after --kit`);
  });
  if (stranger !== undefined)
    throw new SetupProblem(
      `${folder} holds things that are not of a kit (${stranger}), and nothing is written there; name a new or an empty folder after --kit`,
      { exitCode: 2 },
    );
  await rm(join(folder, MANIFEST), { force: true });
  const options = { folder, board, environment, ...(signal && { signal }) };
  await keepPackages(options);
  await keepJars(options);
  const pythons = await keepWheels(options);
  await keepProject(options);
  board.show("kit", "recording SHA-256");
  /** @type {Manifest} */
  const manifest = {
    ...{ format: FORMAT, platform: kitPlatform(), made: new Date().toISOString() },
    ...{ versions: await recordedVersions(), pythons, files: await describe(folder) },
  };
  await writeFile(join(folder, `${MANIFEST}.new`), `${JSON.stringify(manifest, undefined, 1)}\n`);
  await rename(join(folder, `${MANIFEST}.new`), join(folder, MANIFEST));
  const sizes = Object.values(manifest.files).map(([size]) => size);
  return { files: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** @typedef {{ folder: string, board: Board, environment: Environment, signal?: AbortSignal }} Step */

/** An empty folder of a kit. @param {string} kit @param {keyof typeof KIT_FOLDERS} name */
async function emptied(kit, name) {
  const folder = join(kit, KIT_FOLDERS[name]);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  return folder;
}

/**
 * The tarballs of all packages that are installed, from npm's own cache; what it no longer has is fetched into it first. Beside
 * them an npm that reads the lock file, for machines with an older one.
 * @param {Step} step
 */
async function keepPackages({ folder, board, environment, signal }) {
  board.show("packages", "collecting tarballs");
  const npm = npmCommand((name) => onPath(name, environment), environment);
  if (npm === undefined) throw new SetupProblem("there is no `npm` on PATH");
  const options = { cwd: PROJECT, env: npmEnvironment(environment), ...(signal && { signal }) };
  const wanted = await installedTarballs();
  const target = await emptied(folder, "packages");
  const cache = (await run([...npm, "config", "get", "cache"], options)).lines.at(-1) ?? "";
  /** @type {Tarball[]} */
  const missing = [];
  for (const one of wanted) if (!(await copyTarball(one, cache, target))) missing.push(one);
  await withTrust(environment, async (trust) => {
    const env = { ...options.env, ...trust.npm };
    if (missing.length > 0) {
      board.show("packages", `fetching ${missing.length} tarballs`);
      const specs = missing.map(({ name, version }) => `${name}@${version}`);
      await demand(run([...npm, "cache", "add", ...specs], { ...options, env }), "npm cannot fetch the packages");
    }
    await demand(
      run([...npm, "pack", SUFFICIENT_NPM, "--pack-destination", target, "--silent"], { ...options, env }),
      "npm cannot fetch itself",
    );
  });
  signal?.throwIfAborted();
  for (const one of missing)
    if (!(await copyTarball(one, cache, target)))
      throw new SetupProblem(`npm has not kept ${one.name}@${one.version}; run \`npm cache verify\` and try again`);
  board.done("packages", `${wanted.length} tarballs`);
}

/** @typedef {{ name: string, version: string, integrity: string }} Tarball */

/**
 * What is installed from a registry, each tarball once.
 * @param {string} [project]
 * @returns {Promise<Tarball[]>}
 */
async function installedTarballs(project = PROJECT) {
  const text = await readFile(join(project, "node_modules", ".package-lock.json"), "utf8");
  const { packages } = /** @type {{ packages: Record<string, Installed> }} */ (JSON.parse(text));
  /** @type {Map<string, Tarball>} */
  const tarballs = new Map();
  for (const [path, { name, version, integrity, inBundle }] of Object.entries(packages)) {
    if (version === undefined || integrity === undefined || inBundle === true) continue;
    const called = name ?? path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    tarballs.set(`${called}@${version}`, { name: called, version, integrity });
  }
  return [...tarballs.values()];
}

/**
 * Copies a tarball out of npm's cache, where it stands under its hash.
 *
 * @param {Tarball} tarball
 * @param {string} cache
 * @param {string} target
 * @returns {Promise<boolean>} whether it was there, and is what its hash says
 */
async function copyTarball(tarball, cache, target) {
  const hash = Buffer.from(tarball.integrity.replace(/^sha512-/, ""), "base64").toString("hex");
  const kept = join(cache, "_cacache", "content-v2", "sha512", hash.slice(0, 2), hash.slice(2, 4), hash.slice(4));
  const bytes = await readFile(kept).catch(() => undefined);
  if (bytes === undefined || createHash("sha512").update(bytes).digest("hex") !== hash) return false;
  await writeFile(join(target, tarballName(tarball)), bytes);
  return true;
}

/** The jars that are in place, each once, checked against the project's record. @param {Step} step */
async function keepJars({ folder, board, environment }) {
  board.show("jars", "copying");
  const target = await emptied(folder, "jars");
  const from = jarsFolder(environment);
  let count = 0;
  for (const [sha256, { library, name }] of await recordedJars()) {
    const file = join(target, `${sha256}.jar`);
    await copyFile(join(from, library, name), file, constants.COPYFILE_FICLONE);
    if ((await hashFile(file)) !== sha256)
      throw new SetupProblem(
        `${join(from, library, name)} is not the file the project recorded; remove ${from} and run \`npm run setup\``,
      );
    count++;
  }
  board.done("jars", `${count} jars`);
}

/** Where the jar of each recorded hash is. @returns {Promise<Map<string, { library: string, name: string }>>} */
async function recordedJars() {
  const jars = new Map();
  for (const library of coreLibraries())
    for (const [name, sha256] of parseChecksums(await readFile(checksumsFile(library), "utf8")))
      jars.set(sha256, { library, name });
  return jars;
}

/**
 * The wheels of JupyterLab, for each Python that a machine of the class may have.
 * @param {Step} step
 * @returns {Promise<string[]>} the versions of Python
 */
async function keepWheels({ folder, board, environment, signal }) {
  const { program: python, version: own } = await labPython(environment);
  const target = await emptied(folder, "wheels");
  const env = pythonEnvironment(environment);
  const venv = await mkdtemp(join(tmpdir(), "streambook-kit-"));
  try {
    const options = { env, ...(signal && { signal }) };
    await demand(run([python, "-m", "venv", venv], options), `${python} cannot make an environment`);
    const pip = [join(venv, "bin", "python"), "-m", "pip", "download", "--disable-pip-version-check", "--no-input"];
    const words = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "-r", LAB_REQUIREMENTS, "-d", target];
    return await withTrust(environment, async (trust) => {
      const pythons = [];
      for (const version of new Set([own, ...PYTHONS])) {
        board.show("JupyterLab", `wheels for Python ${version}`);
        const fetched = run([...pip, "--python-version", `${version}.99`, ...words], {
          ...options,
          env: { ...env, ...trust.pip },
        });
        // The others are for the other machines of a class: where one has no wheels, the kit says so.
        if (version === own) await demand(fetched, "pip cannot fetch JupyterLab");
        else if ((await fetched).code !== 0) continue;
        signal?.throwIfAborted();
        pythons.push(version);
      }
      board.done("JupyterLab", `wheels for Python ${pythons.sort(byNumber).join(", ")}`);
      return pythons;
    });
  } finally {
    await rm(venv, { recursive: true, force: true });
  }
}

/** @param {string} one @param {string} other */
function byNumber(one, other) {
  return Number(one.split(".")[1]) - Number(other.split(".")[1]);
}

/** The course itself, to clone without a network; left out where this is no clone. @param {Step} step */
async function keepProject({ folder, board }) {
  const { code } = await run(["git", "bundle", "create", join(folder, "streambook.bundle"), "HEAD"], {
    cwd: PROJECT,
  }).catch(() => ({ code: 1 }));
  if (code !== 0)
    board.say("setup: the kit has no copy of the course, because git cannot make one here; bring a clone along");
}

/**
 * @param {Promise<import("../run.mjs").Ended>} ended
 * @param {string} problem
 */
async function demand(ended, problem) {
  const { code, lines } = await ended;
  if (code === 0) return;
  throw new SetupProblem(
    `${problem}:\n${lines
      .slice(-4)
      .map((line) => `  ${line}`)
      .join("\n")}`,
  );
}

/** Size and SHA-256 of each file of a kit. @param {string} folder */
async function describe(folder) {
  /** @type {Manifest["files"]} */
  const files = {};
  for (const path of (await filesOf(folder)).sort()) {
    const file = join(folder, path);
    files[path.replaceAll("\\", "/")] = [(await stat(file)).size, await hashFile(file)];
  }
  return files;
}

/** The files of a kit, without those that say what it is. @param {string} folder */
async function filesOf(folder) {
  const own = new Set([KIT_MARK.name, MANIFEST, `${MANIFEST}.new`]);
  const names = await readdir(folder, { recursive: true });
  const files = await Promise.all(names.map(async (name) => ((await stat(join(folder, name))).isFile() ? [name] : [])));
  return files.flat().filter((path) => !own.has(path));
}

/**
 * Reads a kit and checks that it is whole, of this version and for this machine, before anything is installed from it.
 *
 * @param {string} folder
 * @param {object} [options]
 * @param {Board} [options.board]
 * @param {string} [options.platform]
 * @param {string} [options.project]
 * @param {string | undefined} [options.python] the version of this machine's Python; undefined asks it
 * @param {Environment} [options.environment]
 * @returns {Promise<string>} its folder, absolute
 * @throws {SetupProblem} what is wrong with it, and what to do
 */
export async function openKit(
  folder,
  { board, platform = kitPlatform(), project = PROJECT, python, environment = process.env } = {},
) {
  const kit = resolve(folder);
  const manifest = await readManifest(kit);
  if (manifest.platform !== platform)
    throw new SetupProblem(
      `the kit in ${kit} is for ${manifest.platform}, and this machine is ${platform}; make one on such a machine with \`npm run setup -- --kit DIR\``,
    );
  if (manifest.format !== FORMAT || manifest.versions !== (await recordedVersions(project)))
    throw new SetupProblem(
      `the kit in ${kit} is of another version of the course (made ${manifest.made.slice(0, 10)}); take the course out of the kit, \`git clone ${join(kit, "streambook.bundle")} streambook\`, or make a new kit`,
    );
  await demandWhole(kit, manifest, board);
  const own = python ?? (await labPython(environment)).version;
  if (!manifest.pythons.includes(own))
    throw new SetupProblem(
      `the kit in ${kit} has JupyterLab for Python ${manifest.pythons.join(", ")}, and this machine has ${own}; install one of those, or make the kit on a machine with Python ${own}`,
    );
  return kit;
}

/** @param {string} kit @returns {Promise<Manifest>} */
async function readManifest(kit) {
  const text = await readFile(join(kit, MANIFEST), "utf8").catch(() => undefined);
  if (text === undefined) {
    const names = await readdir(kit).catch(() => undefined);
    if (names === undefined)
      throw new SetupProblem(`there is no folder ${kit}; name the folder of the kit after --from`, { exitCode: 2 });
    const isKit = names.includes(KIT_MARK.name) || names.includes(KIT_FOLDERS.packages);
    throw new SetupProblem(
      isKit
        ? `the kit in ${kit} was not finished (there is no ${MANIFEST}); copy it again, or make it again with --kit`
        : `${kit} is no kit (there is no ${MANIFEST}); \`npm run setup -- --kit DIR\` makes one`,
      { exitCode: isKit ? 1 : 2 },
    );
  }
  try {
    return /** @type {Manifest} */ (JSON.parse(text));
  } catch {
    throw new SetupProblem(`${join(kit, MANIFEST)} is cut off; copy the kit again`);
  }
}

/** @param {string} kit @param {Manifest} manifest @param {Board | undefined} board */
async function demandWhole(kit, manifest, board) {
  const entries = Object.entries(manifest.files);
  // Sizes first: a copy that broke off is found at once.
  const sizes = await Promise.all(
    entries.map(([path]) =>
      stat(join(kit, path)).then(
        ({ size }) => size,
        () => -1,
      ),
    ),
  );
  const wrong = entries.filter(([, [size]], index) => sizes[index] !== size).map(([path]) => path);
  for (const [index, [path, [, sha256]]] of entries.entries()) {
    if (wrong.length > 0) break;
    if (index % 50 === 0) board?.show("kit", `checking ${index} of ${entries.length} files`);
    if ((await hashFile(join(kit, path))) !== sha256) wrong.push(path);
  }
  if (wrong.length === 0) return void board?.done("kit", `whole: ${entries.length} files, each SHA-256 as recorded`);
  const many = wrong.length === 1 ? "1 file is" : `${wrong.length} files are`;
  throw new SetupProblem(
    `the kit in ${kit} is not whole: ${many} missing or changed (${wrong[0]}${wrong.length > 1 ? ", …" : ""}); copy it again`,
  );
}

/**
 * Puts sets of jars into a folder, in Maven's place; whoever asked checks them.
 *
 * @param {string} kit
 * @param {{ fresh: string, libraries: readonly string[] }} wanted
 */
export async function jarsFromKit(kit, { fresh, libraries }) {
  for (const library of libraries) {
    await mkdir(join(fresh, library), { recursive: true });
    for (const [name, sha256] of parseChecksums(await readFile(checksumsFile(library), "utf8")))
      await copyFile(
        join(kit, KIT_FOLDERS.jars, `${sha256}.jar`),
        join(fresh, library, name),
        constants.COPYFILE_FICLONE,
      ).catch(() => {
        throw new SetupProblem(`the kit in ${dirname(join(kit, KIT_FOLDERS.jars))} has no ${name} of ${library}`);
      });
  }
}
