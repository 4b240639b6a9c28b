/** What several benchmarks do: run a script in a process of its own, and remove what they have made. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { NODE_FLAGS } from "../lib/bin/find-node.mjs";
import { Hdfs } from "../lib/src/hdfs/index.ts";
import { openHive } from "../lib/src/hive/index.ts";
import { deleteTopics } from "../lib/src/kafka/index.ts";
import { addresses } from "../lib/src/stack/index.ts";
import { dropTable } from "../lib/src/texts/index.ts";

const execute = promisify(execFile);

/**
 * Runs a script of this folder in a process of its own, so that its memory is its own.
 *
 * @param parameters what it is given, as one argument of JSON
 * @returns its last line, of JSON
 */
export async function inProcess<Figures>(script: string, parameters: object, signal?: AbortSignal): Promise<Figures> {
  const { stdout } = await execute(
    process.execPath,
    [...NODE_FLAGS, join(import.meta.dirname, script), JSON.stringify(parameters)],
    { maxBuffer: 1 << 24, signal },
  );
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") as Figures;
}

/** Removes tables and topics, also after an interruption. */
export async function cleanUp(tables: readonly string[], topics: readonly string[]): Promise<void> {
  const at = await addresses();
  const hdfs = new Hdfs({ address: at.webhdfs });
  await using hive = await openHive({ address: at.hive });
  for (const table of tables) await dropTable(hive, hdfs, table);
  await deleteTopics({ broker: at.kafka, topics });
}
