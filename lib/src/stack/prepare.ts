/** What a service needs on disk before its first start: Kafka's and HDFS's storage is formatted, once and whole. */
import { randomBytes } from "node:crypto";
import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { StreambookError } from "../errors/index.ts";
import type { Tell } from "./events.ts";
import { commonOptions, jarsOf, launch, logFile, serviceOptions, writeArguments } from "./launch.ts";
import type { Layout } from "./layout.ts";
import { lastRun, tellingLine } from "./logs.ts";
import { processRuns } from "./processes.ts";
import type { ServiceName } from "./services.ts";
import type { Java } from "./setup.ts";
import { type State, writeAtomically } from "./state.ts";

/** What the preparing functions work with. */
export interface Preparation {
  readonly layout: Layout;
  readonly java: Java;
  readonly state: State;
  readonly tell: Tell;
  /** The class-data archive of a library, if there is one. */
  readonly archives: Readonly<Record<"kafka" | "hadoop" | "hive", string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

/** Prepares what a service stores. Nothing that is there is touched. */
export async function prepareService(name: ServiceName, preparation: Preparation): Promise<void> {
  await PREPARATIONS[name]?.(preparation);
}

const PREPARATIONS: Partial<Record<ServiceName, (preparation: Preparation) => Promise<void>>> = {
  kafka: formatKafka,
  namenode: formatNameNode,
  nodemanager: emptyTaskFolders,
  hiveserver2: followNameNode,
};

/** The folders that services expect to be there. */
export async function makeFolders(layout: Layout): Promise<void> {
  const folders = ["", "hadoop", "datanode", "yarn/local", "yarn/logs", "hive/scratch"].map((name) =>
    join(layout.data, name),
  );
  await Promise.all([...folders, layout.logs, layout.temporary].map((folder) => mkdir(folder, { recursive: true })));
}

/**
 * An id for a new Kafka cluster: 16 random bytes, as Kafka writes them. Clients know by it whom they talk to, so no two
 * storages may share one.
 */
export function randomClusterId(): string {
  const bytes = randomBytes(16);
  bytes[0]! &= 0x7f; // else it might begin with "-", and be read as an option
  return bytes.toString("base64url");
}

/** Kafka writes `meta.properties` last, so a format that was interrupted is done again. */
async function formatKafka({ layout, java, tell, archives }: Preparation): Promise<void> {
  if (await exists(join(layout.data, "kafka", "meta.properties"))) return;
  tell("preparing", "Kafka: formatting its storage", { service: "kafka" });
  await writeArguments(layout, "format-kafka", await serviceOptions(layout, "kafka", archives.kafka));
  const configuration = `${layout.conf}/kafka/server.properties`;
  const words = [
    "kafka.tools.StorageTool",
    "format",
    "--ignore-formatted",
    "-t",
    randomClusterId(),
    "-c",
    configuration,
  ];
  await runToEnd(layout, java, "format-kafka", words, "Kafka's storage could not be formatted");
}

/** The NameNode writes its VERSION first, so it formats a folder beside, which is renamed when it is whole. */
async function formatNameNode({ layout, java, tell, archives }: Preparation): Promise<void> {
  const folder = join(layout.data, "namenode");
  if (await exists(join(folder, "current", "VERSION"))) return;
  tell("preparing", "HDFS NameNode: formatting its storage", { service: "namenode" });
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  await writeArguments(layout, "format-namenode", await serviceOptions(layout, "namenode", archives.hadoop));
  const main = "org.apache.hadoop.hdfs.server.namenode.NameNode";
  const words = [main, `-Ddfs.namenode.name.dir=file://${fresh}`, "-format", "-nonInteractive", "-force"];
  await runToEnd(layout, java, "format-namenode", words, "the storage of the NameNode could not be formatted");
  await rm(folder, { recursive: true, force: true }); // empty, or the rest of an interrupted format
  await rename(fresh, folder);
}

/** What tasks of a killed NodeManager left would only grow. */
async function emptyTaskFolders({ layout }: Preparation): Promise<void> {
  await rm(join(layout.data, "yarn", "local"), { recursive: true, force: true });
  await mkdir(join(layout.data, "yarn", "local"), { recursive: true });
}

/**
 * The metastore keeps the place of every table with the NameNode's address in it. When the NameNode has another port than
 * the last time, because its own was taken, the places are rewritten before HiveServer2 reads them.
 */
async function followNameNode({ layout, java, state, tell }: Preparation): Promise<void> {
  const memory = join(layout.data, "metastore.namenode");
  const now = state.addresses.hdfs;
  const before = (await readFile(memory, "utf8").catch(() => "")).trim();
  if (before !== "" && before !== now && (await exists(join(layout.data, "metastore", "service.properties")))) {
    tell("preparing", `HiveServer2: the tables follow the NameNode to ${now}`, { service: "hiveserver2" });
    const script = join(layout.temporary, "follow-namenode.sql");
    await writeAtomically(script, followStatements(before, now));
    const jars = (await jarsOf(layout, "hive")).filter((jar) => /\/derby/.test(jar));
    const database = `-Dij.database=jdbc:derby:${layout.data}/metastore`;
    const options = [...commonOptions(layout), database, "-Dij.exceptionTrace=true", "-cp", jars.join(":")];
    await writeArguments(layout, "follow-namenode", options);
    const failure = "the metastore could not be told the NameNode's new address";
    await runToEnd(layout, java, "follow-namenode", ["org.apache.derby.tools.ij", script], failure);
    await demandNoErrors(logFile(layout, "follow-namenode"), failure);
  }
  await writeAtomically(memory, `${now}\n`);
}

/** SQL that gives every place of the metastore another beginning. */
export function followStatements(before: string, now: string): string {
  const places = [
    ["SDS", "LOCATION"],
    ["DBS", "DB_LOCATION_URI"],
    ["DBS", "DB_MANAGED_LOCATION_URI"],
    ["CTLGS", "LOCATION_URI"],
  ];
  const update = ([table, column]: string[]): string =>
    `UPDATE "${table}" SET "${column}" = '${now}' || SUBSTR("${column}", ${before.length + 1}) WHERE "${column}" = '${before}' OR "${column}" LIKE '${before}/%';`;
  return ["SET SCHEMA APP;", ...places.map(update), "exit;", ""].join("\n");
}

/** `ij` ends well whatever happened. A table that is not there yet (42X05) has no places to rewrite. */
async function demandNoErrors(file: string, failure: string): Promise<void> {
  const error = (await lastRun(file, 40)).find((line) => line.startsWith("ERROR ") && !line.startsWith("ERROR 42X05"));
  if (error !== undefined) throw new StreambookError("SERVICE_DIED", `${failure}: ${error}; its log: ${file}`);
}

/** Runs a Java program that ends by itself. */
async function runToEnd(
  layout: Layout,
  java: Java,
  name: string,
  words: readonly string[],
  failure: string,
): Promise<void> {
  const { pid, ended } = await launch(layout, java, name, words);
  const how = await keepAlive(ended, pid);
  if (how === "exit code 0") return;
  const lines = await lastRun(logFile(layout, name), 40);
  throw new StreambookError(
    "SERVICE_DIED",
    `${failure} (${how}): ${tellingLine(lines) ?? "no reason given"}; its log: ${logFile(layout, name)}`,
    { cause: new Error(lines.join("\n")) },
  );
}

/** A launched process does not keep this one running; a timer does, until it has ended. */
async function keepAlive<T>(promise: Promise<T>, pid: number): Promise<T> {
  const timer = setInterval(() => processRuns(pid), 1000);
  return promise.finally(() => clearInterval(timer));
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}
