/** Starts the Java process of a service, detached, with its output in a log of bounded size. */
import { spawn } from "node:child_process";
import { mkdir, open, readdir, rename, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { argumentsFile, type Layout } from "./layout.ts";
import { hostsOption } from "./own-host.ts";
import { type Library, type ServiceName, SERVICES } from "./services.ts";
import type { Java } from "./setup.ts";
import { writeAtomically } from "./state.ts";

/** Packages of Java that Hadoop and Hive reach into. Hadoop's own list lacks some of them. */
const OPENED = [
  "java.io",
  "java.lang",
  "java.lang.invoke",
  "java.lang.reflect",
  "java.math",
  "java.net",
  "java.nio",
  "java.text",
  "java.time",
  "java.util",
  "java.util.concurrent",
  "java.util.concurrent.atomic",
  "java.util.regex",
  "java.util.zip",
  "sun.nio.ch",
  "sun.security.util",
  "sun.security.x509",
];

/** Options of every Java: small and quick to start (the first compiler only, one collector thread), and in UTC. */
export function commonOptions(layout: Layout): string[] {
  return [
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    "-XX:+ExitOnOutOfMemoryError",
    "-Xss512k",
    "-Xshare:auto",
    "-Djava.net.preferIPv4Stack=true",
    "-Djava.awt.headless=true",
    "-Duser.timezone=UTC",
    ...hostsOption(layout),
    `-Djava.io.tmpdir=${layout.temporary}`,
    `-XX:ErrorFile=${layout.logs}/crash-%p.log`,
  ];
}

/** The options that open Java's own packages. Kafka needs none of them. */
export function openedPackages(library: Library): string[] {
  return library === "kafka" ? [] : OPENED.map((name) => `--add-opens=java.base/${name}=ALL-UNNAMED`);
}

/** The jars of a library in the order of their names. Class-data archives hold for one order only. */
export async function jarsOf(layout: Layout, library: Library): Promise<string[]> {
  const folder = join(layout.jars, library);
  return (await readdir(folder))
    .filter((name) => name.endsWith(".jar"))
    .sort()
    .map((name) => join(folder, name));
}

/** The class path of a library: its jars first, as in its archive, then the folders of configuration. */
export async function classPath(layout: Layout, library: Library): Promise<string> {
  const folders = { kafka: [], hadoop: ["hadoop"], hive: ["hadoop", "hive"] }[library];
  return [...(await jarsOf(layout, library)), ...folders.map((name) => join(layout.conf, name))].join(":");
}

/** The options of a service's Java. */
export async function serviceOptions(
  layout: Layout,
  name: ServiceName,
  archive: string | undefined,
): Promise<string[]> {
  const { library, heap } = SERVICES[name];
  return [
    ...commonOptions(layout),
    ...openedPackages(library),
    ...(archive === undefined ? [] : [`-XX:SharedArchiveFile=${archive}`]),
    `-Xmx${heap}m`,
    // Java would begin with a 64th of the machine's memory, and touch all of it before it first collects.
    `-Xms${Math.min(heap, 48)}m`,
    ...(library === "kafka" ? [`-Dlog4j2.configurationFile=${layout.conf}/kafka/log4j2.properties`] : []),
    ...(library === "hive" ? hiveOptions(layout) : []),
    ...["-cp", await classPath(layout, library)],
  ];
}

function hiveOptions(layout: Layout): string[] {
  return [
    `-Dlog4j.configurationFile=${layout.conf}/hive/hive-log4j2.properties`,
    `-Dderby.stream.error.file=${layout.logs}/derby.log`,
    "-Dderby.storage.pageCacheSize=2000",
  ];
}

/** Writes options to the file that Java reads as `@FILE`. */
export async function writeArguments(layout: Layout, name: string, options: readonly string[]): Promise<string> {
  const file = argumentsFile(layout, name);
  const lines = options.map((option) => `"${option.replace(/["\\]/g, "\\$&")}"\n`);
  await writeAtomically(file, lines.join(""));
  return file;
}

/** The words after the main class. */
export function serviceWords(layout: Layout, name: ServiceName): string[] {
  return name === "kafka" ? [`${layout.conf}/kafka/server.properties`] : [];
}

/** The environment of a service: nothing of the user's that could change how it runs. */
export function serviceEnvironment(layout: Layout, java: Java): Record<string, string> {
  return {
    PATH: [dirname(process.execPath), "/usr/local/bin", "/usr/bin", "/bin"].join(":"),
    HOME: homedir(),
    JAVA_HOME: java.home,
    HADOOP_CONF_DIR: join(layout.conf, "hadoop"),
    LANG: "C.UTF-8",
    MALLOC_ARENA_MAX: "2", // one arena for each thread of a service would be tens of megabytes
  };
}

/** Where a service's log stands, by the name of the folder that the user knows. */
export function logFile(layout: Layout, name: string): string {
  return join(layout.home, "logs", `${name}.log`);
}

/** Each start begins with a line of this beginning, so that the lines of one run can be told from those before. */
export const START_MARK = "---- ";

/** A log that is larger than this, in bytes, is put aside at the next start. */
const LARGEST_LOG = 8 << 20;

/** How a Java program was started. */
export interface Launched {
  readonly pid: number;
  /** Resolves when it ends, with the words for how. */
  readonly ended: Promise<string>;
}

/** Starts a Java program that outlives this process, in a session of its own, so that Ctrl-C does not reach it. */
export async function launch(layout: Layout, java: Java, name: string, words: readonly string[]): Promise<Launched> {
  await mkdir(layout.logs, { recursive: true });
  const file = logFile(layout, name);
  const { size } = await stat(file).catch(() => ({ size: 0 }));
  if (size > LARGEST_LOG) await rename(file, `${file}.1`);
  const log = await open(file, "a");
  try {
    await log.write(`${START_MARK}${new Date().toISOString()} ${name} starts ----\n`);
    const child = spawn(java.java, [`@${argumentsFile(layout, name)}`, ...words], {
      cwd: layout.home,
      env: serviceEnvironment(layout, java),
      detached: true,
      stdio: ["ignore", log.fd, log.fd],
    });
    const ended = new Promise<string>((resolve) => {
      child.once("error", (error) => resolve(error.message));
      child.once("exit", (code, signal) => resolve(signal === null ? `exit code ${code}` : signal));
    });
    child.unref();
    return { pid: child.pid ?? 0, ended };
  } finally {
    await log.close();
  }
}
