// `node setup/classes.mjs FOLDER`: makes stack/classes/*.txt, the lists of classes that class-data archives hold, from what a
// run has written down. To record one, with the archives out of the way:
//   STREAMBOOK_RECORD_CLASSES=FOLDER STREAMBOOK_ARCHIVES=use npm start -- --keep-up
//   npx streambook query "SELECT …"      what else a lesson does; then
//   npx streambook down
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { coreLibraries, PROJECT } from "./paths.mjs";
import { SetupProblem } from "./problem.mjs";
import { main } from "./setup.mjs";

/**
 * The lines of a class list that hold for every run: names and lambdas, without comments, numbers and classes of loaders
 * of an application's own.
 * @param {string} text
 */
export function usableLines(text) {
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#") && !line.includes(" source:"))
    .map((line) => line.replace(/ id: \d+$/, ""));
}

await main(async () => {
  const folder = process.argv[2];
  if (folder === undefined)
    throw new SetupProblem("usage: node setup/classes.mjs FOLDER (see the comment in that file)");
  /** @type {Map<string, Set<string>>} */
  const lists = new Map();
  for (const file of await readdir(folder)) {
    const library = /^([a-z0-9]+)-[\w-]+-pid\d+\.txt$/.exec(file)?.[1]; // LIBRARY-PROCESS-pidNUMBER.txt
    if (library === undefined) continue;
    const list = lists.get(library) ?? new Set();
    lists.set(library, list);
    for (const line of usableLines(await readFile(join(folder, file), "utf8"))) list.add(line);
  }
  const absent = coreLibraries().filter((library) => !lists.has(library));
  if (lists.size === 0)
    throw new SetupProblem(
      `${folder} holds no lists of classes; the comment in setup/classes.mjs says how they come there`,
    );
  if (absent.length > 0)
    console.error(`classes: no process of ${absent.join(", ")} has run; those lists stay as they are`);
  await mkdir(join(PROJECT, "stack", "classes"), { recursive: true });
  for (const [library, list] of lists) {
    const lines = [...list].sort();
    await writeFile(join(PROJECT, "stack", "classes", `${library}.txt`), `${lines.join("\n")}\n`);
    console.error(`classes: ${library}: ${lines.length} lines`);
  }
});
