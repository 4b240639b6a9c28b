// `npm run blog -- OPTIONS`: the packages, and no more, for the guide is built from the outputs that the notebooks keep; then
// blog/main.ts. With `--execute NAMES` all of set-up, and the notebooks are run and saved first.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { findNode, LOWEST_NODE, NODE_FLAGS, runStreambook } from "../lib/bin/find-node.mjs";
import { createBoard } from "./board.mjs";
import { withLock } from "./lock.mjs";
import { installPackages, missingPackage } from "./packages.mjs";
import { homeFolder, PROJECT } from "./paths.mjs";
import { SetupProblem } from "./problem.mjs";
import { main, setUp } from "./setup.mjs";
import { takeExecute } from "./take-execute.mjs";

/** @param {AbortSignal} signal */
async function installWhatIsMissing(signal) {
  if ((await missingPackage()) === undefined) return;
  const board = createBoard();
  try {
    const lock = join(homeFolder(), "setup.lock");
    await withLock(lock, "npm run blog", async () => void (await installPackages({ board, signal })), { signal });
  } finally {
    board.close();
  }
}

/** @param {readonly string[]} words @returns {Promise<number>} the exit code */
async function runBlog(words) {
  const node = findNode();
  if (node === undefined) throw new SetupProblem(`the guide needs Node ${LOWEST_NODE}; install it and start again`);
  const child = spawn(node, [...NODE_FLAGS, join(PROJECT, "blog", "main.ts"), ...words], { stdio: "inherit" });
  for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"]))
    process.on(signal, () => {
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

const { execute, others } = takeExecute(process.argv.slice(2));
let code = 0;
const ready = await main(async (signal) => {
  if (execute === undefined) await installWhatIsMissing(signal);
  else await setUp({ signal });
});
if (ready) {
  if (execute !== undefined) code = await runStreambook(["notebooks", ...execute, "--save"]);
  process.exitCode = code === 0 ? await runBlog(others) : code;
}
