/** The dashboards as files of the project: Superset's export of them, written for the lakehouse without a suffix. */
import { globSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { projectFile } from "../../../project/index.ts";
import { boardIds, type Boards } from "../../../superset/index.ts";
import { type LakeNames, lakeNames } from "../names.ts";
import { lakeBoards } from "./boards.ts";

const FOLDER = projectFile("lib", "src", "cases", "tweets", "boards", "exported");

/** Writes the files anew. */
export async function writeFiles(
  exported: ReadonlyMap<string, string>,
  boards: Boards,
  names: LakeNames,
): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true });
  for (const [path, text] of withoutSuffix(exported, boards, names)) {
    await mkdir(dirname(join(FOLDER, path)), { recursive: true });
    await writeFile(join(FOLDER, path), text);
  }
}

/** The files that are not as an export says, or are missing on either side. */
export async function differencesFromFiles(
  exported: ReadonlyMap<string, string>,
  boards: Boards,
  names: LakeNames,
): Promise<string[]> {
  const expected = withoutSuffix(exported, boards, names);
  const there = globSync("**/*.yaml", { cwd: FOLDER }).map((path) => path.replaceAll("\\", "/"));
  const different: string[] = [];
  for (const path of new Set([...there, ...expected.keys()])) {
    const text = await readFile(join(FOLDER, path), "utf8").catch(() => undefined);
    if (text !== expected.get(path)) different.push(path);
  }
  return different;
}

/** An export of a lakehouse as that of the one without a suffix. */
function withoutSuffix(exported: ReadonlyMap<string, string>, boards: Boards, names: LakeNames): Map<string, string> {
  const plain = boardIds(lakeBoards({ trino: "http://host:1" }));
  const ids = boardIds(boards);
  const suffix = new RegExp(`[-_ ]${names.goldSchema.slice(`${lakeNames().goldSchema}_`.length)}`, "g");
  const written = (text: string): string =>
    ids.reduce((all, id, index) => all.replaceAll(id, plain[index] as string), text).replaceAll(suffix, "");
  return new Map([...exported].map(([path, text]) => [written(path), written(text)]));
}
