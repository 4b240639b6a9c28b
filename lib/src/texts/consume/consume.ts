/** The consumer of the course's pipeline: chunks from Kafka, each with its cluster, to rows of a Hive table, exactly once. */
import {
  demandFields,
  ingest,
  type IngestOptions,
  type IngestProgress,
  type IngestReport,
  placeColumns,
} from "../../ingest/index.ts";
import { clusterColumns, TextEnrichment, type TextEnrichmentOptions } from "./enrichment.ts";
import { createViewOf } from "../folders.ts";
import { streamField, textField } from "./text-marker.ts";

/** The field of a message whose date is the date of its row. */
const timeField = "event_time";

/** How far a consumer is. */
export interface ConsumeProgress extends Omit<IngestProgress, "held"> {
  /** Chunks held until the model can be seeded; 0 afterwards. */
  readonly warmingUp: number;
}

/** Options of {@link consume}. */
export interface ConsumeOptions
  extends
    Omit<IngestOptions, "timeField" | "dateColumn" | "views" | "enrichment" | "group" | "onProgress">,
    Omit<TextEnrichmentOptions, "table"> {
  /** Properties that say what the table and its view are, if they have to be made. @default none */
  readonly tableProperties?: Readonly<Record<string, string>> | undefined;
  /**
   * Consumers of one group share the partitions, but not the model: each labels its rows by one of its own, which goes on from
   * the newest that it finds when it starts. @default "streambook"
   */
  readonly group?: string;
  readonly onProgress?: (progress: ConsumeProgress) => void;
}

/** What a consumer did. */
export interface ConsumeReport extends IngestReport {
  readonly modelVersion: string;
}

/**
 * Reads a topic into a table until the signal aborts, or with `once` until the end offsets found at start.
 * What was read is flushed and committed before it returns.
 *
 * @throws as {@link ingest}; USAGE for another number of clusters or features than the table's model has
 */
export async function consume(options: ConsumeOptions): Promise<ConsumeReport> {
  const { schema, table, tableProperties, onProgress, ...others } = options;
  demandFields(schema, [
    [textField, "string"],
    [streamField, "string"],
    [timeField, "timestamp"],
  ]);
  const enrichment = new TextEnrichment(options);
  const columns = [...schema.fields, ...clusterColumns, ...placeColumns].map(({ name }) => name);
  const view = createViewOf(table, columns, tableProperties); // refused before anything is made
  const report = await ingest({
    ...others,
    schema,
    table,
    tableProperties,
    timeField,
    views: view === undefined ? [] : [view],
    enrichment,
    onProgress: ({ held, ...progress }) => onProgress?.({ ...progress, warmingUp: held }),
  });
  return { ...report, modelVersion: enrichment.modelVersion };
}
