// Builds lib/dist, which the notebooks and other importers read; only when a source is newer than the last build.
import { existsSync } from "node:fs";
import { mkdir, readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findNode } from "../../lib/bin/find-node.mjs";
import { PROJECT } from "../paths.mjs";
import { SetupProblem } from "../problem.mjs";
import { run } from "../run.mjs";

/**
 * Whether lib/dist is missing or older than a source.
 * @param {string} [project]
 */
export async function distIsOld(project = PROJECT) {
  const lib = join(project, "lib");
  const built = await modified(join(lib, "dist", ".built"));
  if (built === 0 || (await modified(join(lib, "dist", "index.js"))) === 0) return true;
  const files = [join(lib, "tsconfig.json"), join(project, "tsconfig.base.json"), join(lib, "package.json")];
  for (const folder of ["src", "types"]) files.push(...(await sources(join(lib, folder))));
  const times = await Promise.all(files.map(modified));
  return times.some((time) => time > built);
}

/**
 * @param {string} folder
 * @returns {Promise<string[]>}
 */
async function sources(folder) {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return entry.name.endsWith(".ts") && !entry.name.endsWith(".test.ts") ? [path] : [];
  });
  return (await Promise.all(found)).flat();
}

/** @param {string} file */
async function modified(file) {
  return stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

/**
 * Removes what was built from sources that are gone: the compiler leaves it, and a service of the catalogue would go on being one.
 * @param {string} lib
 */
async function removeOrphans(lib) {
  const dist = join(lib, "dist");
  const built = await readdir(dist, { recursive: true }).catch(() => /** @type {string[]} */ ([]));
  for (const name of built) {
    const [, source] = /^(.*?)(?:\.d\.ts|\.js)$/.exec(name) ?? [];
    if (source !== undefined && !existsSync(join(lib, "src", `${source}.ts`))) await rm(join(dist, name));
  }
}

/**
 * Builds lib/dist if it is old.
 *
 * @param {object} options
 * @param {import("../board.mjs").Board} options.board
 * @param {AbortSignal} [options.signal]
 * @param {string} [options.project]
 * @returns {Promise<boolean>} whether anything was built
 */
export async function buildLibrary({ board, signal, project = PROJECT }) {
  if (!(await distIsOld(project))) return false;
  board.show("library", "compiling");
  await removeOrphans(join(project, "lib"));
  const started = new Date();
  const compiler = join(project, "node_modules", "typescript", "bin", "tsc");
  const { code, lines } = await run([findNode() ?? process.execPath, compiler, "-p", join(project, "lib")], {
    cwd: project,
    ...(signal && { signal }),
  });
  signal?.throwIfAborted();
  if (code !== 0) {
    throw new SetupProblem(
      `lib/ does not compile (\`npm run build\` shows it all):\n${lines
        .slice(0, 8)
        .map((line) => `  ${line}`)
        .join("\n")}`,
    );
  }
  await mkdir(join(project, "lib", "dist"), { recursive: true });
  // Dated at the start of the build: a source saved while it ran is newer.
  const stamp = join(project, "lib", "dist", ".built");
  await writeFile(stamp, "");
  await utimes(stamp, started, started);
  board.done("library", "built in lib/dist");
  return true;
}
