/** The options of the Java that runs services, tasks and clients: small, quick to start, and the same everywhere. */
import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import type { Java } from "../../project/index.ts";
import { argumentsFile, type Layout } from "../layout.ts";
import { hostsOption } from "./own-host.ts";
import { archiveFolder } from "../fetch/places.ts";
import type { Library } from "../service.ts";
import { writeAtomically } from "../state.ts";

/** Options of every Java: small and quick to start (the first compiler only, one collector thread), and in UTC. */
export function commonOptions(layout: Layout): string[] {
  return [
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    "-XX:+ExitOnOutOfMemoryError",
    "-Xss512k",
    // The first full collections come when classes outgrow these bounds, not the heap: three of them in every start.
    "-XX:MetaspaceSize=128m",
    "-Xshare:auto",
    // Class-data archives stay where they were made for: moved to a random address, every pointer in them is written anew, so that
    // a start takes longer and no page is shared between processes.
    "-XX:+UnlockDiagnosticVMOptions",
    "-XX:ArchiveRelocationMode=0",
    // The web services of Hadoop would write a class for each field of an answer before the first is asked for.
    "-Dcom.sun.xml.bind.v2.bytecode.ClassTailor.noOptimize=true",
    "-Dcom.sun.xml.bind.v2.runtime.JAXBContextImpl.fastBoot=true",
    "-Djava.net.preferIPv4Stack=true",
    "-Djava.awt.headless=true",
    "-Duser.timezone=UTC",
    ...hostsOption(layout),
    `-Djava.io.tmpdir=${layout.temporary}`,
    `-XX:ErrorFile=${layout.logs}/crash-%p.log`,
  ];
}

/** The options that open Java's own packages to a library. */
export function openedPackages({ opens }: Library): string[] {
  return opens.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`);
}

/** The folder of a library's files: that of its jars, or of its unpacked archive. */
export function libraryFolder({ jars, cache }: Layout, { name, source }: Pick<Library, "name" | "source">): string {
  return source === undefined || source === "java" ? join(jars, name) : archiveFolder(source, cache);
}

/** The jars of a library in the order of their names. Class-data archives hold for one order only. */
export async function jarsOf(layout: Layout, library: Pick<Library, "name" | "source">): Promise<string[]> {
  const { source } = library;
  if (source === "java") return [];
  const folder = libraryFolder(layout, library);
  const folders = source === undefined ? [folder] : (source.jars ?? ["lib"]).map((name) => join(folder, name));
  const found = folders.map(async (place) => {
    const names = (await readdir(place)).filter((name) => name.endsWith(".jar")).sort();
    return names.map((name) => join(place, name));
  });
  return (await Promise.all(found)).flat();
}

/**
 * The options that give a library its class path: its jars first, as in its archive, then those of its extensions, then the folders of
 * configuration.
 */
export async function classPath(
  layout: Layout,
  library: Library,
  extensions: readonly Library[] = [],
): Promise<string[]> {
  const jars = await Promise.all([library, ...extensions].map((one) => jarsOf(layout, one)));
  const folders = library.configuration.map((folder) => join(layout.conf, folder));
  const path = [...jars.flat(), ...folders];
  return path.length === 0 ? [] : ["-cp", path.join(":")];
}

/** Writes options to the file that Java reads as `@FILE`. */
export async function writeArguments(layout: Layout, name: string, options: readonly string[]): Promise<string> {
  const file = argumentsFile(layout, name);
  const lines = options.map((option) => `"${option.replace(/["\\]/g, "\\$&")}"\n`);
  await writeAtomically(file, lines.join(""));
  return file;
}

/** The environment of a service: nothing of the user's that could change how it runs. */
export function serviceEnvironment(layout: Layout, java?: Java, library?: Library): Record<string, string> {
  return {
    PATH: [dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
    HOME: homedir(),
    ...(java !== undefined && { JAVA_HOME: java.home }),
    ...library?.environment?.(layout),
    LANG: "C.UTF-8",
    MALLOC_ARENA_MAX: "2", // one arena for each thread of a service would be tens of megabytes
  };
}
