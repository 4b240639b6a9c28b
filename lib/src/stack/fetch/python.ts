/** Python environments, each package as the project recorded its hash: for services that are Python programs, and for JupyterLab. */
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { trustProblem, withTrust } from "../../../../setup/machine/certificates.mjs";
import { pythonEnvironment } from "../../../../setup/machine/environment.mjs";
import { canWrite } from "../../../../setup/paths.mjs";
import { findPython, INSTALL_PYTHON } from "../../../../setup/machine/python.mjs";
import { networkFailure, run } from "../../../../setup/run.mjs";
import { StreambookError } from "../../errors/index.ts";
import { makeFolder } from "../../project/index.ts";
import type { PythonPackages } from "../service.ts";
import { downloadsFolder, type FetchOptions, isComplete, makeOnce, progressReporter } from "./cache.ts";
import { environmentName, findEnvironment, pythonIn, requirementsOf } from "./places.ts";

const QUIET = ["--no-user", "--no-input", "--disable-pip-version-check"];
const PIP_OPTIONS = ["--only-binary", ":all:", ...QUIET];
/** For packages of which there is only the source: built by what the environment holds, not by what pip would fetch for that. */
const BUILD_OPTIONS = ["--no-binary", ":all:", "--no-build-isolation", "--no-deps", ...QUIET];

/**
 * Installs the environment of some packages, unless it is in place. Packages that an earlier try has downloaded are not downloaded again.
 *
 * @returns its folder
 * @throws SETUP_MISSING without a Python that fits, its module venv, or a package as it was recorded; UNREACHABLE without a network
 */
export async function installPackages(packages: PythonPackages, options: FetchOptions): Promise<string> {
  const there = await findEnvironment(packages, options.cache);
  if (there !== undefined) return there;
  const { program, version } = await requirePython(packages, options.environment);
  // The version of Python is in the name: packages with native parts hold for one.
  const folder = join(options.cache, "python", `${await environmentName(packages)}-${version}`);
  if (await isComplete(folder)) await rm(folder, { recursive: true, force: true }); // whose Python is gone
  const what = `the Python packages of ${packages.name}`;
  await makeOnce(folder, what, (fresh) => install(packages, program, fresh, options), { ...options, inPlace: true });
  return folder;
}

async function install(packages: PythonPackages, python: string, folder: string, options: FetchOptions): Promise<void> {
  const { name } = packages;
  const { environment, report, signal } = options;
  report?.("preparing", `${name}: making a Python environment`);
  await makeEnvironment(python, folder, options);
  const text = await requirementsOf(packages);
  const file = join(folder, "requirements.txt");
  await writeFile(file, text);
  // Scripts of packages are no modules, as those of a project around the cache may be.
  await writeFile(join(folder, "package.json"), `{ "type": "commonjs" }\n`);
  const total = text.match(/^[A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?==/gm)?.length ?? 0;
  const everywhere = text.match(/^[A-Za-z0-9][\w.-]*(?:\[[^\]]*\])?==[^;\n]*$/gm)?.length ?? 0; // others only on some systems
  const pip = [pythonIn(folder), "-m", "pip"];
  const kept = await cacheOptions(pip, options);
  let count = 0;
  const show = progressReporter(report);
  // The lists are whole. pip itself would look for what is built afterwards as well, and not find it built.
  const listed = packages.sources === undefined ? [] : ["--no-deps"];
  const { code, lines } = await runPip(
    [...pip, "install", "--require-hashes", ...listed, ...PIP_OPTIONS, ...kept.arguments, "-r", file],
    options,
    (line) => {
      const [, found] = /^Collecting (\S+)/.exec(line) ?? [];
      if (found !== undefined) show(`${name}: package ${++count} of ${total}, ${found.split(/[=<>~! ]/)[0]}`);
      else if (line.startsWith("Installing collected")) report?.("preparing", `${name}: unpacking`);
    },
  );
  signal?.throwIfAborted();
  if (code !== 0) throw pipProblem(`cannot install the packages of ${name}`, lines);
  const where = `import importlib.util as u; print(u.find_spec("pip").origin)`;
  const asked = await run([pythonIn(folder), "-c", where], { env: pythonEnvironment(environment) });
  const installed = await readdir(dirname(dirname(asked.lines.at(-1) ?? ""))).catch(() => []);
  if (installed.filter((entry) => entry.endsWith(".dist-info")).length < everywhere)
    throw new StreambookError(
      "SETUP_MISSING",
      `pip has put the packages of ${name} somewhere else; look for \`target\`, \`prefix\` or \`root\` in \`pip config list\`, remove it, and try again`,
    );
  if (packages.sources !== undefined) await build(name, packages.sources, folder, [...pip, "install"], kept, options);
  if (kept.own !== undefined) await rm(kept.own, { recursive: true, force: true });
}

/** Builds packages that are published as source only, in an environment that holds what builds them. */
async function build(
  name: string,
  sources: readonly string[],
  folder: string,
  install: readonly string[],
  kept: { readonly arguments: readonly string[] },
  options: FetchOptions,
): Promise<void> {
  const file = join(folder, "sources.txt");
  await writeFile(file, `${sources.join("\n")}\n`);
  options.report?.("preparing", `${name}: building ${sources.map((line) => line.split("==")[0]).join(", ")}`);
  const { code, lines } = await runPip(
    [...install, "--require-hashes", ...BUILD_OPTIONS, ...kept.arguments, "-r", file],
    options,
  );
  options.signal?.throwIfAborted();
  if (code !== 0) throw pipProblem(`cannot build a package of ${name}`, lines);
}

/** Makes an environment without packages. */
async function makeEnvironment(python: string, folder: string, { environment, signal }: FetchOptions): Promise<void> {
  const made = await run([python, "-m", "venv", folder], {
    env: pythonEnvironment(environment),
    ...(signal && { signal }),
  });
  signal?.throwIfAborted();
  if (made.code === 0) return;
  const lines = [...made.lines.slice(-4), ...INSTALL_PYTHON].map((line) => `  ${line}`).join("\n");
  throw new StreambookError(
    "SETUP_MISSING",
    `${python} cannot make an environment (its module venv may be missing):\n${lines}`,
  );
}

/** pip keeps each package once it has arrived: in the user's own cache, or, where that is switched off, in ours until the end. */
async function cacheOptions(
  pip: readonly string[],
  { cache, environment }: FetchOptions,
): Promise<{ readonly arguments: readonly string[]; readonly own?: string }> {
  const asked = await run([...pip, "cache", "dir"], { env: pythonEnvironment(environment) });
  const usual = asked.code === 0 ? asked.lines.at(-1)?.trim() : undefined;
  if (usual !== undefined && (await canWrite(usual))) return { arguments: [] };
  const own = join(await downloadsFolder(cache), "pip");
  return { arguments: ["--cache-dir", own], own };
}

/** Runs pip with the authorities that the environment names. */
async function runPip(
  command: readonly string[],
  { environment, signal }: FetchOptions,
  onLine?: (line: string) => void,
): ReturnType<typeof run> {
  return withTrust(environment, (trust) =>
    run(command, {
      env: { ...pythonEnvironment(environment), ...trust.pip },
      ...(signal && { signal }),
      ...(onLine && { onLine }),
    }),
  );
}

/** Lines without those that only point at others, with which pip ends when a package cannot be built. */
function reasonLines(lines: readonly string[]): string[] {
  return lines.filter((line) => !/^\s*(?:$|note: |hint: |╰─>|\[end of output\])/.test(line));
}

function pipProblem(what: string, lines: string[]): Error {
  const untrusted = trustProblem("pip does not trust the certificate of its package index", lines);
  if (untrusted !== undefined) return new StreambookError("SETUP_MISSING", untrusted.message);
  const network = networkFailure(lines);
  if (network === undefined)
    return new StreambookError("SETUP_MISSING", `pip ${what}:\n  ${reasonLines(lines).slice(-4).join("\n  ")}`);
  return new StreambookError(
    "UNREACHABLE",
    `pip ${what}, because of the network: ${network.trim()}; try again: what has arrived is kept`,
  );
}

/**
 * A Python that packages accept, and its version: "3.11".
 *
 * @throws SETUP_MISSING when there is none, with what installs one
 */
export async function requirePython(
  { name, python }: Pick<PythonPackages, "name" | "python">,
  environment: NodeJS.ProcessEnv,
): ReturnType<typeof findPython> {
  return findPython({ name, ...python }, environment).catch((cause: unknown) => {
    throw new StreambookError("SETUP_MISSING", (cause as Error).message, { cause }); // with the lines of what installs it
  });
}

// ── one wheel, without an environment ────────────────────────────────────────────────────────────────────────────────

/** Where pip finds a package. */
export interface Wheel {
  readonly url: string;
  readonly sha256: string;
}

/**
 * A pip: that of the Python, else of an environment that is made for it.
 *
 * @param scratch where the environment is made, if it must be
 */
export async function pipOf(python: string, scratch: string, options: FetchOptions): Promise<readonly string[]> {
  const env = pythonEnvironment(options.environment);
  const pip = ["-m", "pip"];
  if ((await run([python, ...pip, "--version"], { env })).code === 0) return [python, ...pip];
  await makeEnvironment(python, scratch, options);
  return [pythonIn(scratch), ...pip];
}

/** Asks pip where the one package of some requirements is, by its index, mirror and settings; undefined when this pip cannot say. */
export async function locateWheel(
  pip: readonly string[],
  requirement: string,
  scratch: string,
  options: FetchOptions,
): Promise<Wheel | undefined> {
  await makeFolder(scratch);
  const file = join(scratch, "report.json");
  const only = ["--no-deps", "--ignore-installed", ...PIP_OPTIONS, "--target", join(scratch, "target")];
  const { code, lines } = await runPip(
    [...pip, "install", "--dry-run", "--quiet", "--report", file, ...only, requirement],
    options,
  );
  options.signal?.throwIfAborted();
  if (code !== 0 && (networkFailure(lines) !== undefined || trustProblem("", lines) !== undefined))
    throw pipProblem(`cannot find ${requirement}`, lines);
  try {
    const { install: found } = JSON.parse(await readFile(file, "utf8")) as { install: ReportedPackage[] };
    const [{ download_info: info } = {}] = found;
    const sha256 = /^sha256=([0-9a-f]{64})$/.exec(info?.archive_info?.hash ?? "")?.[1];
    return info === undefined || sha256 === undefined ? undefined : { url: info.url, sha256 };
  } catch {
    return undefined; // before pip 22.2
  }
}

/** https://pip.pypa.io/en/stable/reference/installation-report/ */
interface ReportedPackage {
  readonly download_info?: { readonly url: string; readonly archive_info?: { readonly hash?: string } };
}

/**
 * Unpacks the packages of some requirements into a folder, each checked against its hash.
 *
 * @param requirements a file
 * @param wheels folder of packages that are there already, and then nothing is fetched
 */
export async function unpackPackages(
  pip: readonly string[],
  requirements: string,
  folder: string,
  options: FetchOptions & { readonly wheels?: string | undefined },
): Promise<void> {
  const from = options.wheels === undefined ? [] : ["--no-index", "--find-links", options.wheels];
  const only = ["--no-deps", "--no-compile", "--require-hashes", ...PIP_OPTIONS];
  const { code, lines } = await runPip(
    [...pip, "install", ...only, ...from, "--target", folder, "-r", requirements],
    options,
  );
  options.signal?.throwIfAborted();
  if (code !== 0) throw pipProblem("cannot install a package", lines);
}
