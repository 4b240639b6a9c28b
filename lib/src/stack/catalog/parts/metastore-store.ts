/** What the metastore keeps, whoever runs it: HiveServer2 with the metastore inside, or the metastore as a service. */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { StreambookError } from "../../../errors/index.ts";
import { commonOptions, jarsOf } from "../../launch/java-options.ts";
import { logFile } from "../../launch/launch.ts";
import { lastRun } from "../../observe/log-lines.ts";
import type { Preparation } from "../../service.ts";
import type { Place } from "../../service.ts";
import { writeAtomically } from "../../state.ts";

/** Options of every Java of Hive. */
export function hiveOptions({ layout }: Place): string[] {
  return [
    `-Dlog4j.configurationFile=${layout.conf}/hive/hive-log4j2.properties`,
    `-Dderby.stream.error.file=${layout.logs}/derby.log`,
    "-Dderby.storage.pageCacheSize=2000",
  ];
}

/**
 * The metastore keeps the place of every table with the NameNode's address in it. When the NameNode has another port than
 * the last time, because its own was taken, the places are rewritten before anybody reads them.
 */
export async function followNameNode({ at, addresses, report, runJava }: Preparation): Promise<void> {
  const { layout } = at;
  const memory = join(layout.data, "metastore.namenode");
  const now = addresses.hdfs;
  const before = (await readFile(memory, "utf8").catch(() => "")).trim();
  const database = await stat(join(layout.data, "metastore", "service.properties")).catch(() => undefined);
  if (before !== "" && before !== now && database !== undefined) {
    report("preparing", `Hive: the tables follow the NameNode to ${now}`, { service: at.name });
    const script = join(layout.temporary, "follow-namenode.sql");
    await writeAtomically(script, followStatements(before, now));
    const jars = (await jarsOf(layout, "hive")).filter((jar) => /\/derby/.test(jar));
    const failure = "the metastore could not be given the NameNode's new address";
    await runJava({
      name: "follow-namenode",
      options: [
        ...commonOptions(layout),
        `-Dij.database=jdbc:derby:${layout.data}/metastore`,
        "-Dij.exceptionTrace=true",
        ...["-cp", jars.join(":")],
      ],
      arguments: ["org.apache.derby.tools.ij", script],
      failure,
    });
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
