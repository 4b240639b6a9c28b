// `node setup/checksums.mjs LIBRARY…`: records the SHA-256 of every jar (those of the core by default), after a version was
// changed. Look at the difference that git shows before you commit it: this is the moment when the project decides what it
// trusts.
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createBoard } from "./board.mjs";
import { runMaven } from "./java/maven.mjs";
import { checksumsFile, hashFile } from "./recorded.mjs";
import { coreLibraries } from "./paths.mjs";
import { main } from "./setup.mjs";

await main(async (signal) => {
  const named = process.argv.slice(2);
  const libraries = named.length > 0 ? named : coreLibraries();
  const board = createBoard();
  const fresh = await mkdtemp(join(tmpdir(), "streambook-jars-"));
  try {
    await runMaven({ fresh, libraries, board, signal, mavenArguments: ["--strict-checksums"] });
    for (const library of libraries) {
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
