// `npm run lab -- NOTEBOOK`: set-up, JupyterLab's own Python environment, then `streambook lab NOTEBOOK`.
import { runStreambook } from "../lib/bin/find-node.mjs";
import { createBoard } from "./board.mjs";
import { installLab } from "./python.mjs";
import { main, setUp } from "./setup.mjs";

const ready = await main(async (signal) => {
  await setUp({ signal });
  const board = createBoard();
  try {
    await installLab({ board, signal });
  } finally {
    board.close();
  }
});
if (ready) process.exitCode = await runStreambook(["lab", ...process.argv.slice(2)]);
