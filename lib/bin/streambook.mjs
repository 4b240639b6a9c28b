#!/usr/bin/env node
// The command `streambook`: starts the TypeScript sources under the project's own Node 24, whatever Node runs this file.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const lib = dirname(dirname(fileURLToPath(import.meta.url)));
const main = join(lib, "src", "cli", "main.ts");

/** The pinned Node of the project; else the running one, if it is new enough. */
function findNode() {
  const name = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const file = process.platform === "win32" ? "node.exe" : "node";
  for (let folder = lib; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name, "bin", file);
    if (existsSync(candidate)) return candidate;
    if (folder === dirname(folder)) break;
  }
  if (Number(process.versions.node.split(".")[0]) >= 24) return process.execPath;
  return undefined;
}

const node = findNode();
if (node === undefined) {
  console.error(
    `streambook: needs Node 24, and this is ${process.version}; run \`npm run setup\` in the project, or install Node 24.`,
  );
  process.exit(1);
}
const child = spawn(node, ["--disable-warning=TimeoutNegativeWarning", main, ...process.argv.slice(2)], {
  stdio: "inherit",
});
// The terminal sends Ctrl-C to the whole group: the child decides when to end, this process only waits for it.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.on(signal, () => {
    if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
  });
}
child.on("error", (error) => {
  console.error(`streambook: cannot start ${node}: ${error.message}; run \`npm run setup\` to install it again.`);
  process.exit(1);
});
child.on("exit", (code, signal) => {
  process.exitCode = code ?? (signal === "SIGINT" ? 130 : signal === "SIGTERM" ? 143 : 1);
});
