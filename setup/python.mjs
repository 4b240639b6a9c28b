// JupyterLab in a Python environment of the project's own, each package as the project recorded its hash. Only `npm run lab`
// needs Python.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { trustProblem, withTrust } from "./certificates.mjs";
import { pythonEnvironment } from "./environment.mjs";
import { withLock } from "./lock.mjs";
import { onPath, PROJECT } from "./paths.mjs";
import { SetupProblem } from "./problem.mjs";
import { networkFailure, run } from "./run.mjs";

/** The lowest Python that runs JupyterLab 4.6. */
export const LOWEST_PYTHON = /** @type {const} */ ([3, 10]);

/** What is installed: names, versions, hashes. */
export const REQUIREMENTS = join(PROJECT, "setup", "lab", "requirements.txt");

/** What to do about a missing Python. */
const INSTALL = [
  "Debian, Ubuntu, WSL: sudo apt-get update && sudo apt-get install -y python3 python3-venv",
  "Fedora:              sudo dnf install -y python3",
  "macOS:               brew install python@3.13",
  "or run the notebooks without a browser: npm run notebooks",
];

/**
 * The environment's folder.
 * @param {string} [project]
 */
export function labFolder(project = PROJECT) {
  return join(project, ".streambook", "lab");
}

/**
 * A Python that is new enough.
 *
 * @param {import("./paths.mjs").Environment} [environment]
 * @returns {Promise<string>} the program
 * @throws {SetupProblem} when there is none: only `npm run lab` needs it, and how to install it
 */
export async function findPython(environment = process.env) {
  const [major, minor] = LOWEST_PYTHON;
  /** @type {string[]} */
  const old = [];
  for (const name of ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"]) {
    const program = onPath(name, environment);
    if (program === undefined) continue;
    const question = "import sys; print('%d.%d' % sys.version_info[:2])";
    const asked = await run([program, "-c", question], { env: pythonEnvironment(environment) }).catch(() => undefined);
    const version = asked?.lines.at(-1) ?? "";
    const [found = 0, after = 0] = version.split(".").map(Number);
    if (found === major && after >= minor) return program;
    if (asked?.code === 0) old.push(`${program} is Python ${version}`);
  }
  const there = old.length === 0 ? "there is none on PATH" : [...new Set(old)].join(", ");
  const lines = INSTALL.map((line) => `  ${line}`).join("\n");
  throw new SetupProblem(
    `JupyterLab needs Python ${major}.${minor} or newer, and ${there} (nothing else of the project needs it):\n${lines}`,
  );
}

/** One value for all that is to be installed. */
async function fingerprint() {
  return createHash("sha256")
    .update(await readFile(REQUIREMENTS))
    .digest("hex");
}

/**
 * Whether JupyterLab is missing, or another version than recorded.
 * @param {string} [folder]
 */
export async function labIsOld(folder = labFolder()) {
  const stamp = await readFile(join(folder, "installed"), "utf8").catch(() => "");
  return stamp !== (await fingerprint()) || !existsSync(pythonOf(folder));
}

/** @param {string} folder */
function pythonOf(folder) {
  return process.platform === "win32" ? join(folder, "Scripts", "python.exe") : join(folder, "bin", "python");
}

/**
 * Installs JupyterLab if it is missing or old.
 *
 * @param {object} options
 * @param {import("./board.mjs").Board} options.board
 * @param {AbortSignal} [options.signal]
 * @param {string} [options.folder]
 * @param {import("./paths.mjs").Environment} [options.environment]
 * @returns {Promise<boolean>} whether anything was installed
 * @throws {SetupProblem} without Python, its venv module, or a network
 */
export async function installLab({ board, signal, folder = labFolder(), environment = process.env }) {
  if (!(await labIsOld(folder))) return false;
  const python = await findPython(environment);
  const lock = {
    ...(signal && { signal }),
    onWait: () => board.say("setup: another set-up installs JupyterLab; waiting"),
  };
  return withLock(
    `${folder}.lock`,
    "npm run lab",
    async () => {
      if (!(await labIsOld(folder))) return false;
      await install({ python, folder, board, environment, ...(signal && { signal }) });
      return true;
    },
    lock,
  );
}

/** @param {{ python: string, folder: string, board: import("./board.mjs").Board, environment: import("./paths.mjs").Environment, signal?: AbortSignal }} options */
async function install({ python, folder, board, environment, signal }) {
  const env = pythonEnvironment(environment);
  const options = { env, ...(signal && { signal }) };
  board.show("JupyterLab", "making its environment");
  await rm(folder, { recursive: true, force: true });
  const made = await run([python, "-m", "venv", folder], options);
  signal?.throwIfAborted();
  if (made.code !== 0) {
    const lines = [...made.lines.slice(-4), ...INSTALL].map((line) => `  ${line}`).join("\n");
    throw new SetupProblem(`${python} cannot make an environment (its module venv may be missing):\n${lines}`);
  }
  const pip = [pythonOf(folder), "-m", "pip", "install"];
  const words = [
    "--require-hashes",
    "--only-binary",
    ":all:",
    "--no-user",
    "--no-input",
    "--disable-pip-version-check",
  ];
  const { code, lines } = await withTrust(environment, (trust) =>
    run([...pip, ...words, "-r", REQUIREMENTS], {
      ...options,
      env: { ...env, ...trust.pip },
      onLine: (line) => board.show("JupyterLab", /^Collecting (\S+)/.exec(line)?.[1] ?? "installing"),
    }),
  );
  signal?.throwIfAborted();
  if (code !== 0) {
    const untrusted = trustProblem("pip does not trust the certificate of its package index", lines);
    if (untrusted !== undefined) throw untrusted;
    const network = networkFailure(lines);
    const why = network === undefined ? lines.slice(-4).join("\n  ") : `the network: ${network.trim()}`;
    throw new SetupProblem(`pip cannot install JupyterLab; \`npm run lab\` tries again:\n  ${why}`);
  }
  if (!existsSync(join(dirname(pythonOf(folder)), process.platform === "win32" ? "jupyter-lab.exe" : "jupyter-lab")))
    throw new SetupProblem(
      "pip has put JupyterLab somewhere else; look for `target`, `prefix` or `root` in `pip config list`, remove it, and try `npm run lab` again",
    );
  // Its scripts are no modules, as those of the project around them are.
  await writeFile(join(folder, "package.json"), `{ "type": "commonjs" }\n`);
  await writeFile(join(folder, "installed"), await fingerprint());
  board.done("JupyterLab", "installed in .streambook/lab");
}
