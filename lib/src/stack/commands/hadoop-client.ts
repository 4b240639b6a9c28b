/** What a program needs to run a class of Hadoop as a client of the stack: Java, its options, its environment. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setting } from "../../../../setup/settings.mjs";
import { systemUser } from "../../user/index.ts";
import { addresses, allExternal } from "../addresses.ts";
import { type Archives, findArchives } from "../launch/archives.ts";
import { libraries, serviceNames } from "../catalog/index.ts";
import { hadoop } from "../catalog/libraries/hadoop.ts";
import { clientTopology } from "../external.ts";
import { commonOptions, jarsOf, openedPackages, serviceEnvironment, writeArguments } from "../launch/java-options.ts";
import { type Layout, linkLayout, openLayout } from "../layout.ts";
import { makeFolders } from "../launch/prepare.ts";
import { forgetOwnHost, nameOwnHost } from "../launch/own-host.ts";
import { renderConfiguration } from "../launch/render.ts";
import { demandCoreJars, requireJava } from "../fetch/runtimes.ts";
import { makeFolder } from "../../project/index.ts";

/** How a Hadoop class is called: `java ...arguments CLASS ...`. */
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
  await demandCoreJars(layout, [hadoop]);
  const java = await requireJava(layout, hadoop, environment);
  await addresses(environment); // STACK_DOWN when there is none
  await (allExternal(environment) ? forgetOwnHost(layout) : nameOwnHost(layout));
  const folder = await configurationFolder(layout, environment);
  const archives = await findArchives(layout, new Map([[hadoop.name, java]]));
  const options = await clientOptions(layout, archives[hadoop.name], folder, environment);
  const file = await writeArguments(layout, "client", options);
  return {
    java: java.java,
    arguments: [`@${file}`],
    environment: { ...serviceEnvironment(layout, java), HADOOP_CONF_DIR: folder },
  };
}

async function configurationFolder(layout: Layout, environment: NodeJS.ProcessEnv): Promise<string> {
  const given = setting("STREAMBOOK_HADOOP_CONF", environment);
  if (given !== undefined) return given;
  if (allExternal(environment)) await renderExternal(layout, environment);
  return join(layout.conf, "hadoop");
}

/** The configuration of a client of services that run elsewhere. */
async function renderExternal(layout: Layout, environment: NodeJS.ProcessEnv): Promise<void> {
  await makeFolders(layout);
  for (const folder of hadoop.folders ?? []) await makeFolder(join(layout.data, folder));
  const settings = { topology: clientTopology(environment), user: systemUser(), layout };
  const readers = serviceNames().filter((name) => libraries([name]).includes(hadoop));
  await renderConfiguration(readers, settings);
  await writeTaskArguments(layout, {}, environment);
}

async function clientOptions(
  layout: Layout,
  archive: string | undefined,
  folder: string,
  environment: NodeJS.ProcessEnv,
): Promise<string[]> {
  return [
    ...commonOptions(layout),
    ...openedPackages(hadoop),
    ...(archive === undefined ? [] : [`-XX:SharedArchiveFile=${archive}`]),
    ...recording(environment, hadoop.name, "client"),
    "-Xmx256m",
    ...["-cp", [...(await jarsOf(layout, hadoop)), folder].join(":")],
  ];
}

/**
 * Writes the options of every task that YARN starts. Their `-cp` beats the CLASSPATH that Hadoop sets, whose first entry
 * is the task's own folder and would make the archive useless.
 */
export async function writeTaskArguments(
  layout: Layout,
  archives: Archives,
  environment: NodeJS.ProcessEnv,
): Promise<void> {
  const archive = archives[hadoop.name];
  const jars = await jarsOf(layout, hadoop).catch(() => undefined);
  if (jars === undefined) return; // what starts needs no Hadoop
  const path = [
    ...jars,
    join(layout.conf, "hadoop"),
    ...["./*", "job.jar/*", "job.jar/classes/", "job.jar/lib/*", "."],
    join(layout.jars, "hive", "commons-collections-3.2.2.jar"),
  ];
  await writeArguments(layout, "task", [
    // a task has a folder of its own for temporary files, which Hadoop names
    ...commonOptions(layout).filter((option) => !option.startsWith("-Djava.io.tmpdir")),
    ...openedPackages(hadoop),
    ...(archive === undefined ? [] : [`-XX:SharedArchiveFile=${archive}`]),
    ...recording(environment, hadoop.name, "task"),
    ...["-cp", path.join(":")],
  ]);
}

/** The option that writes down which classes are loaded, for `setup/classes.mjs`. */
export function recording(environment: NodeJS.ProcessEnv, library: string, name: string): string[] {
  const folder = setting("STREAMBOOK_RECORD_CLASSES", environment);
  if (folder !== undefined) mkdirSync(folder, { recursive: true }); // where there is none, Java writes nothing and says nothing
  return folder === undefined ? [] : [`-XX:DumpLoadedClassList=${folder}/${library}-${name}-%p.txt`];
}
