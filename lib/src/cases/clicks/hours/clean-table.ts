/** The clean table: events of all three topics in one shape, each once, by date and hour. */
import type { Field } from "../../../schema/index.ts";
import type { Addresses } from "../../../stack/index.ts";
import { ReplacedTable } from "../../table/replaced-table.ts";
import type { ClicksNames } from "../names.ts";

/** Its columns. */
export const cleanColumns: readonly Field[] = [
  { name: "event_id", type: "string", doc: "That of the event or transaction" },
  { name: "topic", type: "string", doc: "Where it came from" },
  { name: "user_id", type: "string", doc: "Who" },
  { name: "session_id", type: "string", doc: "The session as the shop counts it" },
  { name: "action", type: "string", doc: "What happened: view, click, purchase, login, search, logout" },
  { name: "page", type: "string", nullable: true, doc: "The kind of the page" },
  { name: "product", type: "string", nullable: true, doc: "The product" },
  { name: "category", type: "string", nullable: true, doc: "The category of the product, or of the page" },
  { name: "quantity", type: "int", nullable: true, doc: "How many were bought" },
  { name: "amount", type: "decimal", precision: 10, scale: 2, nullable: true, doc: "What was paid, in euros" },
  { name: "event_time", type: "timestamp", doc: "When it happened, UTC" },
  { name: "event_ms", type: "bigint", doc: "The same in milliseconds since 1970, which no zone changes" },
  { name: "copies", type: "int", doc: "How often it came" },
  { name: "kafka_partition", type: "int", doc: "Partition of the copy that came first" },
  { name: "kafka_offset", type: "bigint", doc: "Offset of the copy that came first" },
];

/** Its partitions: the UTC date and hour of the events. */
export const cleanPartitions: readonly Field[] = [
  { name: "date", type: "string", doc: "UTC, 2026-01-31" },
  { name: "hour", type: "string", doc: "UTC, 00 to 23" },
];

/** Opens the table, which is made if it is missing. @throws as {@link ReplacedTable.open} */
export function openCleanTable(
  { table: name, folder }: ClicksNames,
  addresses: Pick<Addresses, "webhdfs" | "hive">,
  signal: AbortSignal | undefined,
): Promise<ReplacedTable> {
  return ReplacedTable.open({
    ...{ addresses, signal, name, madeBy: "clicks", folder: `${folder}/${name}` },
    columns: cleanColumns,
    partitions: cleanPartitions,
  });
}
