/** Where the pipeline of texts keeps its things on HDFS, and what a table of chunks is besides its files. */
import type { Hdfs } from "../hdfs/index.ts";
import { createTextView, type HiveSession, identifier } from "../hive/index.ts";
import { removeTable, tableFolders } from "../ingest/index.ts";

/** The folders, each with one of its own for every table or log. */
export const hdfsFolders = {
  ...tableFolders,
  models: "/streambook/models",
  log: "/streambook/log",
} as const;

/** The name of a table's view. */
export function textViewOf(table: string): string {
  return `${table}_text`;
}

/** The view in the form of the course's first version: five columns, all text, the chunk reduced to plain characters. */
const TEXT_VIEW = ["chunk", "agent_id", "destination_uri", "event_time", "cluster"];

/**
 * The statement that makes the view of a table; undefined when the table lacks one of its columns.
 *
 * @throws USAGE for a name that cannot be used
 */
export function createViewOf(
  table: string,
  columns: readonly string[],
  properties: Readonly<Record<string, string>> | undefined,
): string | undefined {
  identifier(table); // it is the one that was given
  if (!TEXT_VIEW.every((name) => columns.includes(name))) return undefined;
  return createTextView({ view: textViewOf(table), table, columns: TEXT_VIEW, stripped: ["chunk"], properties });
}

/** Removes a table with all that the consumer keeps for it: the view, the data files, what is staged, the models. */
export async function dropTable(hive: HiveSession, hdfs: Hdfs, table: string): Promise<void> {
  await hive.execute(`DROP VIEW IF EXISTS ${identifier(textViewOf(table))}`);
  await removeTable(hive, hdfs, table);
  await hdfs.remove(`${hdfsFolders.models}/${table}`, { recursive: true });
}
