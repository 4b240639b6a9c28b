/** The table of the pipeline, whatever engine fills it: what its schema must have, its columns, its view. */
import { demandFields, type HiveTableOptions, placeColumns } from "../../ingest/index.ts";
import type { Field, Schema } from "../../schema/index.ts";
import { createViewOf } from "../folders.ts";
import { streamField, textField } from "./text-marker.ts";

/** The field of a message whose date is the date of its row. */
export const timeField = "event_time";

/** The columns that are added. */
export const clusterColumns: readonly Field[] = [
  { name: "cluster", type: "int", doc: "The cluster the chunk was assigned to" },
  { name: "model_version", type: "string", doc: "The model that assigned it: its name and how often it had learned" },
];

/** The column of the rows' dates. */
export const dateColumn = { name: "event_date", type: "string", doc: `UTC date of ${timeField}, YYYY-MM-DD` } as const;

/**
 * A table of chunks, and its view.
 *
 * @throws SCHEMA_INVALID for a schema without the fields that are looked into; USAGE for a name that Hive does not take
 */
export function chunkTable(
  schema: Schema,
  name: string,
  properties: HiveTableOptions["properties"],
): HiveTableOptions & { readonly views: readonly string[] } {
  demandFields(schema, [
    [textField, "string"],
    [streamField, "string"],
    [timeField, "timestamp"],
  ]);
  const columns = [...schema.fields, ...clusterColumns, ...placeColumns].map((column) => column.name);
  const view = createViewOf(name, columns, properties); // refused before anything is made
  return { name, properties, views: view === undefined ? [] : [view] };
}
