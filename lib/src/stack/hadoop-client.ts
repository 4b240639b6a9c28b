/** What a program needs to run a class of Hadoop as a client of the stack: Java, its options, its environment. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { systemUser } from "../user/index.ts";
import { addresses } from "./addresses.ts";
import { type Archives, findArchives } from "./archives.ts";
import { commonOptions, jarsOf, openedPackages, serviceEnvironment, writeArguments } from "./launch.ts";
import { argumentsFile, type Layout, linkLayout, openLayout } from "./layout.ts";
import { makeFolders } from "./prepare.ts";
import { forgetOwnHost, nameOwnHost } from "./own-host.ts";
import { splitAddress } from "./readiness.ts";
import { everyHost, renderConfiguration } from "./render.ts";
import { SERVICE_NAMES, SERVICES } from "./services.ts";
import { type Java, requireJars, requireJava } from "./setup.ts";
import type { Ports } from "./state.ts";

/** How a Hadoop class is called: `java ...arguments CLASS words`. */
export interface HadoopClient {
  readonly java: string;
  /** Options and class path. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * How to run a Hadoop class (as `org.apache.hadoop.streaming.HadoopStreaming`) against the stack.
 *
 * An external stack is reached by the addresses of the environment and the well-known ports, or by a folder of Hadoop's
 * own configuration files that `STREAMBOOK_HADOOP_CONF` names.
 *
 * @throws SETUP_MISSING without Java or jars; STACK_DOWN when no stack runs
 */
export async function hadoopClient(environment: NodeJS.ProcessEnv = process.env): Promise<HadoopClient> {
  const layout = openLayout(environment);
  await linkLayout(layout);
  const java = await requireJava(environment);
  await requireJars(layout);
  await addresses(environment); // STACK_DOWN when there is none
  await (environment["STREAMBOOK_STACK"] === "external" ? forgetOwnHost(layout) : nameOwnHost(layout));
  const folder = await configurationFolder(layout, environment);
  const archives = await findArchives(layout, java);
  const options = await clientOptions(layout, archives.hadoop, folder, environment);
  const file = await writeArguments(layout, "client", options);
  return {
    java: java.java,
    arguments: [`@${file}`],
    environment: { ...serviceEnvironment(layout, java), HADOOP_CONF_DIR: folder },
  };
}

async function configurationFolder(layout: Layout, environment: NodeJS.ProcessEnv): Promise<string> {
  const given = environment["STREAMBOOK_HADOOP_CONF"];
  if (given) return given;
  if (environment["STREAMBOOK_STACK"] === "external") await renderExternal(layout, environment);
  return join(layout.conf, "hadoop");
}

/** The configuration of a client of services that run elsewhere. */
async function renderExternal(layout: Layout, environment: NodeJS.ProcessEnv): Promise<void> {
  const places = await addresses(environment);
  const [namenode, manager, history] = [places.hdfs, places.resourceManager, places.jobHistory].map(splitAddress);
  const ports = Object.fromEntries(
    SERVICE_NAMES.map((name) => [name, { ...SERVICES[name].ports }]),
  ) as unknown as Record<keyof Ports, Record<string, number>>;
  if (namenode !== undefined) ports.namenode["rpc"] = namenode.port;
  if (manager !== undefined) ports.resourcemanager["web"] = manager.port;
  if (history !== undefined) ports.historyserver["web"] = history.port;
  const hosts = {
    ...everyHost("127.0.0.1"),
    namenode: namenode?.host ?? "",
    resourcemanager: manager?.host ?? "",
    historyserver: history?.host ?? "",
  };
  await makeFolders(layout);
  await renderConfiguration({ bind: "127.0.0.1", hosts, ports, user: systemUser(), layout });
  await writeTaskArguments(layout, undefined, environment);
}

async function clientOptions(
  layout: Layout,
  archive: Archives["hadoop"],
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<string[]> {
  return [
    ...commonOptions(layout),
    ...openedPackages("hadoop"),
    ...(archive === undefined ? [] : [`-XX:SharedArchiveFile=${archive}`]),
    ...recording(environment, "client"),
    "-Xmx256m",
    ...["-cp", [...(await jarsOf(layout, "hadoop")), folder].join(":")],
  ];
}

/**
 * Writes the options of every task that YARN starts. Their `-cp` beats the CLASSPATH that Hadoop sets, whose first entry
 * is the task's own folder and would make the archive useless.
 */
export async function writeTaskArguments(
  layout: Layout,
  archive: Archives["hadoop"],
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const path = [
    ...(await jarsOf(layout, "hadoop")),
    join(layout.conf, "hadoop"),
    ...["./*", "job.jar/*", "job.jar/classes/", "job.jar/lib/*", "."],
    join(layout.jars, "hive", "commons-collections-3.2.2.jar"),
  ];
  await writeArguments(layout, "task", [
    // a task has a folder of its own for temporary files, which Hadoop names
    ...commonOptions(layout).filter((option) => !option.startsWith("-Djava.io.tmpdir")),
    ...openedPackages("hadoop"),
    ...(archive === undefined ? [] : [`-XX:SharedArchiveFile=${archive}`]),
    ...recording(environment, "task"),
    ...["-cp", path.join(":")],
  ]);
}

/** The option that writes down which classes are loaded, for `setup/classes.mjs`. */
export function recording(environment: NodeJS.ProcessEnv, name: string): string[] {
  const folder = environment["STREAMBOOK_RECORD_CLASSES"];
  return folder === undefined ? [] : [`-XX:DumpLoadedClassList=${folder}/${name}-%p.txt`];
}

/** Whether the arguments of tasks were written: a job cannot run without. */
export async function tasksCanRun(layout: Layout): Promise<boolean> {
  return access(argumentsFile(layout, "task")).then(
    () => true,
    () => false,
  );
}

/** @see requireJava */
export type { Java };
