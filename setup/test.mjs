// `npm test -- WORD…`: set-up, then all tests (or those with a WORD in their path) under the project's Node.
import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findNode, NODE_FLAGS } from "../lib/bin/find-node.mjs";
import { main, setUp } from "./setup.mjs";

const project = dirname(dirname(fileURLToPath(import.meta.url)));

const ready = await main(async (signal) => void (await setUp({ signal })));
if (ready) {
  const words = [...NODE_FLAGS, join(project, "test", "run.ts"), ...process.argv.slice(2)];
  const child = spawn(findNode() ?? process.execPath, words, { stdio: "inherit", cwd: project });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) process.on(signal, () => child.kill(signal));
  process.exitCode = await new Promise((resolve) => child.on("exit", (code) => resolve(code ?? 1)));
}
