// `npm run blog -- OPTIONS`: the packages, and no more, for the guide is built from the outputs that the notebooks keep; then
// blog/main.ts. With `--execute NAMES` all of set-up, and the notebooks are run and saved first.
import { join } from "node:path";
import { runProgram, runStreambook } from "../lib/bin/find-node.mjs";
import { createBoard } from "./board.mjs";
import { withLock } from "./lock.mjs";
import { installPackages, missingPackage } from "./packages/packages.mjs";
import { homeFolder, PROJECT } from "./paths.mjs";
import { main, setUp } from "./setup.mjs";
import { takeExecute } from "./packages/take-execute.mjs";

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

const { execute, others } = takeExecute(process.argv.slice(2));
let code = 0;
const ready = await main(async (signal) => {
  if (execute === undefined) await installWhatIsMissing(signal);
  else await setUp({ signal });
});
if (ready) {
  if (execute !== undefined) code = await runStreambook(["notebooks", ...execute, "--save"]);
  process.exitCode = code === 0 ? await runProgram(join(PROJECT, "blog", "main.ts"), others) : code;
}
