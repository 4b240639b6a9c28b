/**
 * What services run on: the jars, archives, JDKs and Python environments of their programs. Those of the core are in place after set-up;
 * what only a further profile needs is fetched when it is first needed.
 */
import { setting } from "../../../../setup/settings.mjs";
import { messageOf, StreambookError } from "../../errors/index.ts";
import { type Java, type JavaSearch, setupModule } from "../../project/index.ts";
import { libraries, pythonPackages } from "../catalog/index.ts";
import type { Report } from "../events.ts";
import type { Layout } from "../layout.ts";
import type { JavaRange, Library, PythonPackages } from "../service.ts";
import type { FetchOptions } from "./cache.ts";
import { findEnvironment, findFetchedJdk, hasArchive, JDK_MEGABYTES, pinnedJdk } from "./places.ts";

/** What the programs of some services run on. */
export interface Runtimes {
  /** The Java of each library, by the library's name. */
  readonly javas: ReadonlyMap<string, Java>;
  /** The folder of each Python environment, by its name. */
  readonly environments: ReadonlyMap<string, string>;
}

/** Something that is not in place, and can be fetched. */
export interface MissingPart {
  /** "the jars of hive" */
  readonly what: string;
  /** Roughly what it takes on the way or on the disk, whichever is more; undefined when nobody has measured it. */
  readonly megabytes: number | undefined;
  /** Where it is put. */
  readonly folder: string;
  readonly fetch: (options: FetchOptions) => Promise<unknown>;
}

interface Asked {
  readonly environment: NodeJS.ProcessEnv;
  /** Further services that run, for which programs have extensions. @default none */
  readonly beside?: Iterable<string> | undefined;
  readonly report?: Report | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes sure that what some services run on is in place, and gives it. What only a further profile needs is fetched, its size
 * reported before.
 *
 * @throws SETUP_MISSING when something of the core is not in place, or something else cannot be had on this machine; UNREACHABLE
 *   without a network
 */
export async function demandRuntimes(layout: Layout, names: readonly string[], asked: Asked): Promise<Runtimes> {
  await demandCoreJars(layout, libraries(names));
  const missing = await missingParts(layout, names, asked);
  if (missing.length > 0) await fetchParts(missing, layout, asked);
  return findRuntimes(layout, names, asked.environment);
}

/**
 * What some services run on, as far as it is in place.
 *
 * @throws SETUP_MISSING when a Java or a Python environment is not
 */
export async function findRuntimes(
  layout: Layout,
  names: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<Runtimes> {
  const javas = new Map<string, Java>();
  for (const library of libraries(names)) javas.set(library.name, await requireJava(layout, library, environment));
  const environments = new Map<string, string>();
  for (const packages of pythonPackages(names)) {
    const folder = await findEnvironment(packages, layout.cache);
    if (folder === undefined)
      throw new StreambookError("SETUP_MISSING", `the Python packages of ${packages.name} are not in place`);
    environments.set(packages.name, folder);
  }
  return { javas, environments };
}

/** The Java that runs a library. @throws SETUP_MISSING when there is none that it accepts */
export async function requireJava(
  layout: Pick<Layout, "cache">,
  library: Pick<Library, "name" | "java">,
  environment: NodeJS.ProcessEnv,
): Promise<Java> {
  const range = await rangeOf(library);
  const { found, problem, place } = await searchJava(layout, range, environment);
  const { accepts, describeRange } = await setupModule("java/java");
  if (found !== undefined && accepts(range, found.major)) return found;
  const why = found === undefined ? problem : `${place} is Java ${found.version}`;
  throw new StreambookError("SETUP_MISSING", `Java ${describeRange(range)} is needed: ${why}`, {
    hint: { setUp: true },
  });
}

/** Looks once for each range and environment: a Java that is asked takes 50 ms to answer. */
async function searchJava(
  { cache }: Pick<Layout, "cache">,
  range: JavaRange,
  environment: NodeJS.ProcessEnv,
): Promise<JavaSearch> {
  const { findJavaFor } = await setupModule("java/java");
  const fetched = await findFetchedJdk(cache);
  const key = JSON.stringify([range, fetched, environment["JAVA_HOME"], environment["PATH"]]);
  const search =
    searches.get(key) ?? findJavaFor(range, environment, { homes: fetched === undefined ? [] : [fetched] });
  searches.set(key, search);
  return search;
}

const searches = new Map<string, Promise<JavaSearch>>();

async function rangeOf({ java }: Pick<Library, "java">): Promise<JavaRange> {
  return java ?? (await setupModule("java/java")).CORE_JAVA;
}

/** What some services lack, in the order of the catalogue. Looks at the machine; fetches nothing. */
export async function missingParts(
  layout: Layout,
  names: readonly string[],
  { environment, beside }: Pick<Asked, "environment" | "beside">,
): Promise<MissingPart[]> {
  const wanted = libraries(names, beside);
  const files = await Promise.all(wanted.map((library) => missingFiles(layout, library)));
  const jdk = await missingJdk(layout, wanted, environment);
  const packages = await Promise.all(pythonPackages(names).map((one) => missingPackages(layout, one)));
  return [...files, jdk, ...packages].filter((part) => part !== undefined);
}

async function missingFiles(layout: Layout, library: Library): Promise<MissingPart | undefined> {
  const { name, source, megabytes } = library;
  if (source === "java") return undefined;
  if (source !== undefined) {
    if (await hasArchive(source, layout.cache)) return undefined;
    const size = source.megabytes + (megabytes ?? 0); // the archive is there until it is unpacked
    return {
      what: source.artifact,
      megabytes: size,
      folder: layout.cacheHome,
      fetch: async (options) => (await import("./archive.ts")).fetchArchive(source, options),
    };
  }
  const { jarsProblem, resolveJars } = await setupModule("java/jars");
  if (await isOfCore(library)) return undefined;
  if ((await jarsProblem(layout.jarsHome, [name])) === undefined) return undefined;
  return {
    what: `the jars of ${name}`,
    megabytes,
    folder: layout.jarsHome,
    fetch: async ({ environment, report, signal }) => {
      const say = (text: string): void => report?.("preparing", `${name}: ${text}`);
      const board = {
        show: (_step: string, text: string) => say(text),
        done: () => undefined,
        say,
        close: () => undefined,
      };
      const options = { board, folder: layout.jarsHome, libraries: [name], environment };
      await resolveJars(signal === undefined ? options : { ...options, signal });
    },
  };
}

/** The one JDK that is fetched, where a library accepts it and none of the machine's. */
async function missingJdk(
  layout: Layout,
  wanted: readonly Library[],
  environment: NodeJS.ProcessEnv,
): Promise<MissingPart | undefined> {
  const { accepts } = await setupModule("java/java");
  if ((await findFetchedJdk(layout.cache)) !== undefined) return undefined;
  const { major, requirement } = await pinnedJdk();
  for (const library of wanted) {
    const range = await rangeOf(library);
    const { found } = await searchJava(layout, range, environment);
    if (found === undefined && setting("JAVA_HOME", environment) !== undefined) continue; // which leads nowhere: a mistake
    if (accepts(range, major) && (found === undefined || !accepts(range, found.major)))
      return {
        what: `a JDK ${major}, ${requirement.replace("==", " ")}`,
        megabytes: JDK_MEGABYTES,
        folder: layout.cacheHome,
        fetch: async (options) => (await import("./jdk.ts")).fetchJdk(options),
      };
  }
  return undefined;
}

async function missingPackages(layout: Layout, packages: PythonPackages): Promise<MissingPart | undefined> {
  if ((await findEnvironment(packages, layout.cache)) !== undefined) return undefined;
  return {
    what: `the Python packages of ${packages.name}`,
    megabytes: packages.megabytes,
    folder: layout.cacheHome,
    fetch: async (options) => (await import("./python.ts")).installPackages(packages, options),
  };
}

/** Fetches parts, one after the other. Reports before what they take. */
export async function fetchParts(
  parts: readonly MissingPart[],
  layout: Layout,
  { environment, report, signal }: Asked,
): Promise<void> {
  const list = parts.map(describePart).join(", ");
  const total = parts.reduce((sum, { megabytes }) => sum + (megabytes ?? 0), 0);
  const folders = [...new Set(parts.map(({ folder }) => folder))].join(" and ");
  report?.("notice", `fetched once, to ${folders}: ${list}${parts.length > 1 ? `; ${total} MB in all` : ""}`);
  for (const part of parts) {
    try {
      await part.fetch({ cache: layout.cache, environment, report, signal });
      report?.("preparing", `${part.what}: in place`);
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof StreambookError) throw cause;
      throw new StreambookError("SETUP_MISSING", messageOf(cause), { cause });
    }
  }
}

/** "the jars of hive (269 MB)" */
export function describePart({ what, megabytes }: Pick<MissingPart, "what" | "megabytes">): string {
  return megabytes === undefined ? what : `${what} (${megabytes} MB)`;
}

async function isOfCore({ name }: Library): Promise<boolean> {
  return (await setupModule("paths")).coreLibraries().includes(name);
}

/** @throws SETUP_MISSING when the jars of some libraries of the core are not as set-up puts them in place */
export async function demandCoreJars(layout: Layout, wanted: readonly Library[]): Promise<void> {
  const { jarsProblem } = await setupModule("java/jars");
  const { coreLibraries } = await setupModule("paths");
  const core = new Set(coreLibraries());
  const names = wanted.map(({ name }) => name).filter((name) => core.has(name));
  const problem = await jarsProblem(layout.jarsHome, names);
  if (problem !== undefined)
    throw new StreambookError("SETUP_MISSING", `the jars of the services are not in place (${problem})`, {
      hint: { setUp: true },
    });
}
