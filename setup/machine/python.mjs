// Which Python of this machine makes environments: for JupyterLab, and for services that are Python programs.
import { pythonEnvironment } from "./environment.mjs";
import { onPath } from "../paths.mjs";
import { SetupProblem } from "../problem.mjs";
import { run } from "../run.mjs";

/** @typedef {import("../paths.mjs").Environment} Environment */

/** The lowest Python for whatever names no other. */
export const LOWEST_PYTHON = "3.10";

/** What installs a Python that can make environments. */
export const INSTALL_PYTHON = [
  "Debian, Ubuntu, WSL: sudo apt-get update && sudo apt-get install -y python3 python3-venv",
  "Fedora:              sudo dnf install -y python3",
  "macOS:               brew install python@3.13",
];

/**
 * A Python that fits: the first on PATH, else one in the usual folders.
 *
 * @param {object} wanted
 * @param {string} wanted.name what needs it, for the message
 * @param {string} [wanted.lowest] "3.10"
 * @param {string} [wanted.highest] "3.12"; none by default
 * @param {Environment} [environment]
 * @returns {Promise<{ program: string, version: string }>} version: "3.11"
 * @throws {SetupProblem} when there is none, with what installs one
 */
export async function findPython({ name, lowest = LOWEST_PYTHON, highest }, environment = process.env) {
  /** @type {string[]} */
  const others = [];
  for (const program of pythons(environment)) {
    const question = "import sys; print('%d.%d' % sys.version_info[:2])";
    const asked = await run([program, "-c", question], { env: pythonEnvironment(environment) }).catch(() => undefined);
    const version = asked?.lines.at(-1) ?? "";
    if (asked?.code !== 0 || !/^\d+\.\d+$/.test(version)) continue;
    if (compare(version, lowest) >= 0 && (highest === undefined || compare(version, highest) <= 0))
      return { program, version };
    others.push(`${program} is Python ${version}`);
  }
  const range = highest === undefined ? `${lowest} or newer` : `${lowest} to ${highest}`;
  const there = others.length === 0 ? "there is none on PATH" : [...new Set(others)].join(", ");
  const lines = INSTALL_PYTHON.map((line) => `  ${line}`).join("\n");
  throw new SetupProblem(`${name} needs Python ${range}, and ${there}:\n${lines}`);
}

/** @param {Environment} environment */
function pythons(environment) {
  const names = ["python3", "python", ...[15, 14, 13, 12, 11, 10].map((minor) => `python3.${minor}`)];
  const usual = ["/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"].join(":");
  const found = [environment, { PATH: usual }].flatMap((one) => names.flatMap((name) => onPath(name, one) ?? []));
  return [...new Set(found)];
}

/**
 * @param {string} one
 * @param {string} other
 */
function compare(one, other) {
  const [a = 0, b = 0] = one.split(".").map(Number);
  const [c = 0, d = 0] = other.split(".").map(Number);
  return a - c || b - d;
}
