/**
 * `npm run assembly`: compiles `word-scan.ts` beside it to WebAssembly, and writes it as a module of the library. The compiler is fetched when it is
 * first used: it is a hundred megabytes, and everybody else only needs the two kilobytes that come out.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { NPM_ARGUMENTS, npmEnvironment } from "../../setup/machine/environment.mjs";

/**
 * The part of the compiler's interface that is used: https://www.assemblyscript.org/compiler.html#programmatic-usage
 *
 * @typedef {(options: readonly string[], host: {
 *   readFile: (name: string) => string | null,
 *   writeFile: (name: string, contents: Uint8Array) => void,
 *   listFiles: () => readonly string[],
 * }) => Promise<{ readonly error: Error | null, readonly stderr: { toString(): string } }>} Main
 */

const here = fileURLToPath(new URL(".", import.meta.url));
/** What is written. */
const moduleFile = join(here, "..", "src", "text", "word-scan-code.ts");
/** Characters of the code in a line of the module. */
const LINE = 120;
/** Not the name itself, which TypeScript would look up where it is not. */
const COMPILER = ["assemblyscript", "asc"].join("/");

/** Whether the compiler is there. */
export function hasCompiler() {
  return existsSync(join(here, "node_modules", "assemblyscript"));
}

/**
 * Fetches the compiler, if it is not there.
 *
 * @returns {void}
 */
export function fetchCompiler() {
  if (hasCompiler()) return;
  const { status, stderr } = spawnSync("npm", ["ci", ...NPM_ARGUMENTS, "--no-audit", "--no-fund"], {
    cwd: here,
    env: npmEnvironment(),
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status !== 0) throw new Error(`\`npm ci\` in lib/assembly, which fetches the compiler, failed:\n${stderr}`);
}

/**
 * The text of the module that the source becomes.
 *
 * @returns {Promise<string>}
 */
export async function compiledModule() {
  const { main } = /** @type {{ default: { main: Main } }} */ (await import(COMPILER)).default;
  /** @type {Uint8Array | undefined} */
  let code;
  const { error, stderr } = await main(
    "word-scan.ts --outFile code.wasm --runtime stub -O3 --converge --noAssert --enable simd --importMemory".split(" "),
    {
      readFile: (/** @type {string} */ name) =>
        name === "word-scan.ts" ? readFileSync(join(here, name), "utf8") : null,
      writeFile: (/** @type {string} */ name, /** @type {Uint8Array} */ contents) => {
        if (name === "code.wasm") code = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || code === undefined) throw new Error(`word-scan.ts does not compile:\n${stderr.toString()}`);
  const lines =
    Buffer.from(code)
      .toString("base64")
      .match(new RegExp(`.{1,${LINE}}`, "g")) ?? [];
  return [
    "/** Made by `npm run assembly` of lib/assembly/word-scan.ts, which says what it does. Do not change it by hand. */",
    "export const wordScanCode =",
    ...lines.map((line, i) => `  "${line}"${i === lines.length - 1 ? ";" : " +"}`),
    "",
  ].join("\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  fetchCompiler();
  writeFileSync(moduleFile, await compiledModule());
}
