/**
 * Class-data archives (https://docs.oracle.com/en/java/javase/17/vm/class-data-sharing.html): the classes of a library as
 * Java holds them in memory. They make the start of a service about twice as quick. They hold for one Java and one set of
 * jars, so they are built on the user's machine: once, in the background, after the first start, at the lowest priority.
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile, rename, rm, stat } from "node:fs/promises";
import { setPriority } from "node:os";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { OWN_HOME } from "../../../../setup/paths.mjs";
import { setting } from "../../../../setup/settings.mjs";
import { libraries } from "../catalog/index.ts";
import { commonOptions, jarsOf, openedPackages, serviceEnvironment, writeArguments } from "./java-options.ts";
import { endOf, launch } from "./launch.ts";
import { projectFile } from "../../project/index.ts";
import { argumentsFile, type Layout, linkLayout, openLayout } from "../layout.ts";
import { listProcesses } from "../observe/processes.ts";
import type { Library } from "../service.ts";
import { makeFolder, type Java } from "../../project/index.ts";
import { requireJava } from "../fetch/runtimes.ts";
import { writeAtomically } from "../state.ts";

/** The archive of each library by name, where there is one that fits. */
export type Archives = Readonly<Record<string, string | undefined>>;

/** The Java of each library, by the library's name. */
type Javas = ReadonlyMap<string, Java>;

/** The archives that fit these Javas and the jars. */
export async function findArchives(layout: Layout, javas: Javas): Promise<Archives> {
  const found = await Promise.all(
    (await archived(layout)).map(async (library) => {
      const java = javas.get(library.name);
      const recorded = await readFile(keyFile(layout, library), "utf8").catch(() => undefined);
      const fits =
        java !== undefined && recorded !== undefined && recorded === (await archiveKey(layout, java, library));
      return [library.name, fits ? archiveFile(layout, library) : undefined] as const;
    }),
  );
  return Object.fromEntries(found);
}

/** The libraries that archives are made of, largest gain first: those that are there, and whose classes are recorded. */
async function archived(layout: Layout): Promise<Library[]> {
  const sizes = await Promise.all(
    libraries().map(async (library) => {
      const jars = await jarsOf(layout, library).catch(() => []);
      const list = await stat(classList(library)).catch(() => undefined);
      return { library, size: jars.length > 0 ? (list?.size ?? 0) : 0 };
    }),
  );
  return sizes
    .filter(({ size }) => size > 0)
    .sort((a, b) => b.size - a.size)
    .map(({ library }) => library);
}

function archiveFile(layout: Layout, { name }: Library): string {
  return join(layout.archives, `${name}.jsa`);
}

function keyFile(layout: Layout, { name }: Library): string {
  return join(layout.archives, `${name}.key`);
}

/** The names of the classes that an archive holds; `setup/classes.mjs` records them from a run. */
function classList({ name }: Library): string {
  return projectFile("stack", "classes", `${name}.txt`);
}

/** All that an archive depends on, in one value: Java ignores one that does not fit, silently. */
async function archiveKey(layout: Layout, java: Java, library: Library): Promise<string> {
  const hash = createHash("sha256").update(
    JSON.stringify([java.home, java.version, java.build, archiveOptions(layout, library)]),
  );
  for (const jar of await jarsOf(layout, library).catch(() => [])) {
    const { size, mtimeMs } = await stat(jar);
    hash.update(`${jar} ${size} ${mtimeMs}\n`);
  }
  return hash.update(await readFile(classList(library))).digest("hex");
}

/** The options of a service that an archive must be built with as well; folders and properties do not count. */
function archiveOptions(layout: Layout, library: Library): string[] {
  return [...commonOptions(layout), ...openedPackages(library)].filter(
    (option) => !/^-(D|Xshare|XX:ErrorFile)/.test(option),
  );
}

/**
 * Builds the archives that are missing, in a process of its own that goes on after this one.
 *
 * @returns whether there was anything to build
 */
export async function buildArchivesInBackground(
  layout: Layout,
  javas: Javas,
  environment: NodeJS.ProcessEnv,
): Promise<boolean> {
  const allowed = layout.ownsJars && layout.home === OWN_HOME;
  const wanted = setting("STREAMBOOK_ARCHIVES", environment) ?? (allowed ? "build" : "use");
  if (wanted !== "build" || (await missing(layout, javas)).length === 0 || (await archiveBuild(layout)) !== undefined)
    return false;
  const worker = fileURLToPath(new URL(`./archive-worker${extname(import.meta.url)}`, import.meta.url));
  spawn(process.execPath, [worker, layout.home], {
    cwd: layout.home,
    env: environment,
    detached: true,
    stdio: "ignore",
  }).unref();
  return true;
}

/** The process that builds archives of this stack's jars, if one does. */
export async function archiveBuild(layout: Layout): Promise<number | undefined> {
  const worker = /\barchive-worker\.(?:ts|js) (.*?) $/;
  return (await listProcesses()).find(({ command }) => worker.exec(command)?.[1] === layout.home)?.pid;
}

/** The libraries without an archive, of those whose Java is known. */
async function missing(layout: Layout, javas: Javas): Promise<Library[]> {
  const found = await findArchives(layout, javas);
  return (await archived(layout)).filter(({ name }) => found[name] === undefined && javas.has(name));
}

/** Builds the archives that are missing. What fails is in `logs/archives.log`; the services run without. */
export async function buildArchives(environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  setPriority(19);
  const layout = openLayout(environment);
  await linkLayout(layout);
  const javas = new Map<string, Java>();
  for (const library of await archived(layout)) {
    const java = await requireJava(layout, library, environment).catch(() => undefined);
    if (java !== undefined) javas.set(library.name, java);
  }
  await makeFolder(layout.archives);
  for (const library of await missing(layout, javas)) {
    const java = javas.get(library.name);
    if (java !== undefined) await buildArchive(layout, java, library);
  }
}

/**
 * Java dumps its archive from a list of classes, with the jars alone on the class path: it refuses folders that hold
 * anything. At run time the configuration follows the jars, and the archive still fits.
 */
async function buildArchive(layout: Layout, java: Java, library: Library): Promise<void> {
  const key = await archiveKey(layout, java, library);
  const fresh = `${archiveFile(layout, library)}.new`;
  await writeArguments(layout, "archives", [
    "-Xshare:dump",
    ...archiveOptions(layout, library),
    "-Xmx2g",
    `-XX:SharedClassListFile=${classList(library)}`,
    `-XX:SharedArchiveFile=${fresh}`,
    ...["-cp", (await jarsOf(layout, library)).join(":")],
  ]);
  try {
    const launched = await launch(layout, "archives", {
      program: java.java,
      arguments: [`@${argumentsFile(layout, "archives")}`],
      environment: serviceEnvironment(layout, java, library),
    });
    if ((await endOf(launched)) !== "exit code 0") return;
    await rename(fresh, archiveFile(layout, library));
    await writeAtomically(keyFile(layout, library), key);
  } finally {
    await rm(fresh, { force: true });
  }
}

/** The argument that marks the Java which builds an archive. */
export function archiveMark(layout: Layout): string {
  return `@${argumentsFile(layout, "archives")}`;
}
