/** The tables of the warehouse: where their files are kept on HDFS, and their removal. */
import type { Hdfs } from "../../hdfs/index.ts";
import { type HiveSession, identifier } from "../../hive/index.ts";
import type { Field } from "../../schema/index.ts";
import type { FileFormat } from "../rows/row-format.ts";
import type { DestinationOptions } from "./destination.ts";
import type { HiveTableOptions } from "./hive-table.ts";
import { tableLayout } from "./layout.ts";

/** Where tables are kept on HDFS, where their files are written before they are theirs, and what streams on Spark keep for them. */
export const tableFolders = {
  warehouse: "/streambook/warehouse",
  staging: "/streambook/staging",
  streams: "/streambook/streams",
} as const;

/**
 * A table of the warehouse, partitioned by date, as the destination of a topic.
 *
 * @param dateColumn the column of the dates
 */
export function tableDestination({
  dateColumn,
  format,
  ...table
}: HiveTableOptions & {
  readonly dateColumn: Field;
  readonly format?: FileFormat | undefined;
}): DestinationOptions {
  identifier(table.name);
  return {
    folder: `${tableFolders.warehouse}/${table.name}`,
    staging: `${tableFolders.staging}/${table.name}`,
    layout: tableLayout({ column: dateColumn, format }),
    table,
  };
}

/** Where messages are kept as they came, unless another folder is said: a folder for each topic. */
export const RAW_FOLDER = "/streambook/raw";

/** Removes a table with its data files and what is staged for it. */
export async function removeTable(hive: HiveSession, hdfs: Hdfs, table: string): Promise<void> {
  await hive.execute(`DROP TABLE IF EXISTS ${identifier(table)}`);
  for (const folder of Object.values(tableFolders)) await hdfs.remove(`${folder}/${table}`, { recursive: true });
}
