// The jars alone, for the image of the services: `STREAMBOOK_JARS=FOLDER node setup/jars-only.mjs`.
import { createBoard } from "./board.mjs";
import { resolveJars } from "./java/jars.mjs";
import { main } from "./setup.mjs";

await main(async (signal) => {
  const board = createBoard();
  try {
    await resolveJars({ board, signal });
  } finally {
    board.close();
  }
});
