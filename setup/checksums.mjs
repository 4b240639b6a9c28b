// `node setup/checksums.mjs`: records the SHA-256 of every jar, after a version in stack/pom.xml was changed. Look at the
// difference that git shows before you commit it: this is the moment when the project decides what it trusts.
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createBoard } from "./board.mjs";
import { checksumsFile, hashFile, runMaven } from "./jars.mjs";
import { LIBRARIES } from "./paths.mjs";
import { main } from "./setup.mjs";

await main(async (signal) => {
  const board = createBoard();
  const fresh = await mkdtemp(join(tmpdir(), "streambook-jars-"));
  try {
    await runMaven({ fresh, board, signal, mavenWords: ["--strict-checksums"] });
    for (const library of LIBRARIES) {
      const names = (await readdir(join(fresh, library))).sort();
      const lines = await Promise.all(
        names.map(async (name) => `${await hashFile(join(fresh, library, name))}  ${name}\n`),
      );
      await mkdir(dirname(checksumsFile(library)), { recursive: true });
      await writeFile(checksumsFile(library), lines.join(""));
      board.say(`checksums: ${library}: ${names.length} jars`);
    }
  } finally {
    board.close();
    await rm(fresh, { recursive: true, force: true });
  }
});
