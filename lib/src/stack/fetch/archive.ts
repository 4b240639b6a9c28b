/** Archives of a Maven repository: downloaded, checked, the wanted part unpacked, and the archive removed again. */
import { existsSync } from "node:fs";
import { readdir, rename, rm, rmdir, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join, matchesGlob } from "node:path";
import { withTrust } from "../../../../setup/machine/certificates.mjs";
import { mavenEnvironment } from "../../../../setup/machine/environment.mjs";
import { onPath } from "../../../../setup/paths.mjs";
import { hashFile } from "../../../../setup/recorded.mjs";
import { networkFailure, run } from "../../../../setup/run.mjs";
import { isStreambookError, messageOf, StreambookError } from "../../errors/index.ts";
import { makeFolder, projectFile, setupModule } from "../../project/index.ts";
import type { MavenArchive } from "../service.ts";
import { downloadsFolder, type FetchOptions, makeOnce, progressReporter } from "./cache.ts";
import { describeProgress, download } from "./download.ts";
import { archiveFolder, type Coordinates, parseCoordinates } from "./places.ts";
import { tarEntries } from "./tar.ts";

/**
 * Fetches an archive and unpacks what is kept of it, unless that is in place. A download that was broken off goes on where it
 * stopped.
 *
 * @throws SETUP_MISSING without Maven, or for an archive that is not the recorded one; UNREACHABLE without a network
 */
export async function fetchArchive(archive: MavenArchive, options: FetchOptions): Promise<void> {
  const { artifact } = archive;
  await makeOnce(
    archiveFolder(archive, options.cache),
    artifact,
    async (folder) => {
      const file = await downloadArchive(archive, options);
      options.report?.("preparing", `${basename(file)}: unpacking`);
      await unpackArchive(file, archive.keep, folder, options.signal);
      await rm(file, { force: true });
    },
    options,
  );
}

/** Maven says where the archive is, by its settings and mirrors; it is downloaded from there, or, where only Maven may, by Maven. */
async function downloadArchive(archive: MavenArchive, options: FetchOptions): Promise<string> {
  const { report, signal } = options;
  const show = progressReporter(report);
  const coordinates = parseCoordinates(archive.artifact);
  const name = fileName(coordinates);
  const file = join(await downloadsFolder(options.cache), name);
  const url = await locateArtifact(coordinates, options);
  try {
    if (url === undefined) await copyByMaven(coordinates, file, options);
    else
      await download(url, file, {
        sha256: archive.sha256,
        onBytes: (bytes, total) => show(`${name}: ${describeProgress(bytes, total)}`),
        signal,
      });
  } catch (error) {
    if (url === undefined || !isStreambookError(error, "NOT_FOUND")) throw error;
    await copyByMaven(coordinates, file, options); // which has a password that we do not know
  }
  const actual = await hashFile(file);
  if (actual === archive.sha256) return file;
  await rm(file, { force: true });
  throw new StreambookError(
    "SETUP_MISSING",
    `${name} is not the file that the project recorded (SHA-256 ${actual.slice(0, 12)}…, recorded ${archive.sha256.slice(0, 12)}…); it was removed, do not use it`,
  );
}

function fileName({ artifact, version, classifier, extension }: Coordinates): string {
  return `${[artifact, version, ...(classifier === undefined ? [] : [classifier])].join("-")}.${extension}`;
}

/**
 * The address of an artifact. Maven names it when it fetches something, so it fetches the checksum that lies beside the artifact.
 *
 * @returns undefined when it does not say
 */
async function locateArtifact(coordinates: Coordinates, options: FetchOptions): Promise<string | undefined> {
  const { group, artifact, version } = coordinates;
  const checksum = { ...coordinates, extension: `${coordinates.extension}.sha1` };
  const name = fileName(checksum);
  // What Maven has already, it does not fetch.
  await rm(join(homedir(), ".m2", "repository", ...group.split("."), artifact, version, name), { force: true });
  const lines: string[] = [];
  const ended = await runMaven(["get", `-Dartifact=${written(checksum)}`], options, (line) => lines.push(line));
  for (const line of lines) {
    const [, url] = /Download(?:ed|ing) from [^:]*: (\S+)/.exec(line) ?? [];
    if (url?.endsWith(`/${name}`) === true) return url.slice(0, -".sha1".length);
  }
  if (ended.code !== 0 && networkFailure(ended.lines) !== undefined)
    throw new StreambookError(
      "UNREACHABLE",
      `Maven cannot reach its repository for ${written(coordinates)}; check the network, or a proxy in ~/.m2/settings.xml, and try again`,
    );
  return undefined;
}

/** Lets Maven fetch an artifact and copy it. */
async function copyByMaven(coordinates: Coordinates, file: string, options: FetchOptions): Promise<void> {
  const repository = `${file}.repository`; // of its own, so that nothing so large stays in the user's
  const { code, lines } = await runMaven(
    ["get", `-Dartifact=${written(coordinates)}`, `-Dmaven.repo.local=${repository}`],
    options,
  );
  options.signal?.throwIfAborted();
  const { group, artifact, version } = coordinates;
  const fetched = join(repository, ...group.split("."), artifact, version, fileName(coordinates));
  if (code !== 0 || !existsSync(fetched)) {
    const errors = lines.filter((line) => line.includes("[ERROR]")).slice(0, 3);
    throw new StreambookError(
      "SETUP_MISSING",
      `Maven cannot fetch ${written(coordinates)}:\n${errors.map((line) => `  ${line.replace(/^.*?\[ERROR\] ?/, "")}`).join("\n")}`,
    );
  }
  await rename(fetched, file);
  await rm(repository, { recursive: true, force: true });
}

/** `groupId:artifactId:version:packaging[:classifier]`, as the plugin wants it. */
function written({ group, artifact, version, extension, classifier }: Coordinates): string {
  return [group, artifact, version, extension, ...(classifier === undefined ? [] : [classifier])].join(":");
}

async function runMaven(
  given: readonly string[],
  { environment, signal }: FetchOptions,
  onLine?: (line: string) => void,
): ReturnType<typeof run> {
  const maven = onPath("mvn", environment);
  if (maven === undefined)
    throw new StreambookError("SETUP_MISSING", "there is no `mvn` on PATH, and Maven fetches archives", {
      hint: { setUp: true },
    });
  const { findJava } = await setupModule("java/java");
  const { found } = await findJava(environment);
  const [goal = "", ...properties] = given;
  const settings = ["--batch-mode", "-gs", projectFile("stack", "settings.xml")];
  return withTrust(environment, (trust) =>
    run(
      [
        maven,
        ...settings,
        ...trust.maven,
        `org.apache.maven.plugins:maven-dependency-plugin:3.6.1:${goal}`,
        "-Dtransitive=false",
        ...properties,
      ],
      {
        env: { ...mavenEnvironment(environment), ...(found && { JAVA_HOME: found.home }) },
        ...(signal && { signal }),
        ...(onLine && { onLine }),
      },
    ),
  );
}

/**
 * Unpacks the files of a `.tar.gz` that match, without the one folder that holds them all.
 *
 * @param keep globs below that folder
 * @throws SETUP_MISSING when nothing matches, or the file is no archive
 */
export async function unpackArchive(
  file: string,
  keep: readonly string[],
  folder: string,
  signal?: AbortSignal,
): Promise<void> {
  const { wanted, targets } = await chooseFiles(file, keep);
  signal?.throwIfAborted();
  if (wanted.size === 0)
    throw new StreambookError("SETUP_MISSING", `no file of ${basename(file)} matches ${keep.join(" or ")}`);
  await makeFolder(folder);
  const list = `${file}.keep`;
  await writeFile(list, `${[...new Set([...wanted, ...targets])].join("\n")}\n`);
  try {
    const { code, lines } = await run(["tar", "-xzf", file, "-C", folder, "--strip-components=1", "-T", list], {
      ...(signal && { signal }),
    });
    signal?.throwIfAborted();
    if (code !== 0) throw unreadable(file, lines[0]);
  } finally {
    await rm(list, { force: true });
  }
  // The names by which kept files are found in the archive, though nobody wants these.
  for (const target of targets) if (!wanted.has(target)) await rm(join(folder, below(target)));
  await removeEmptyFolders(folder);
}

/** The files of an archive that are kept, and those that kept ones are only another name of. */
async function chooseFiles(file: string, keep: readonly string[]): Promise<Record<"wanted" | "targets", Set<string>>> {
  const wanted = new Set<string>();
  const targets = new Set<string>();
  try {
    for await (const { name, linkOf } of tarEntries(file)) {
      if (!keep.some((glob) => matchesGlob(below(name), glob))) continue;
      wanted.add(name);
      if (linkOf !== undefined) targets.add(linkOf);
    }
  } catch (error) {
    throw unreadable(file, messageOf(error));
  }
  return { wanted, targets };
}

/** A name without the folder that holds all. */
function below(name: string): string {
  return name.replace(/^(?:\.\/)?[^/]+\//, "");
}

function unreadable(file: string, why = "tar gives no reason"): StreambookError {
  return new StreambookError("SETUP_MISSING", `${basename(file)} cannot be unpacked (${why})`);
}

async function removeEmptyFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isDirectory()) await removeEmptyFolders(join(folder, entry.name));
  await rmdir(folder).catch(() => undefined); // holds something
}
