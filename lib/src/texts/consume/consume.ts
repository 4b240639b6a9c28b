/** The consumer of the course's pipeline: chunks from Kafka, each with its cluster, to rows of a Hive table, exactly once. */
import {
  ingest,
  type Figures,
  type FileFormat,
  type HiveTableOptions,
  type IngestOptions,
  type Progress,
  tableDestination,
  type TopicOptions,
} from "../../ingest/index.ts";
import { chunkTable, dateColumn, timeField } from "./chunk-table.ts";
import { TextEnrichment, type TextEnrichmentOptions } from "./enrichment.ts";

/** How far a consumer is. */
export interface ConsumeProgress extends Omit<Progress, "held"> {
  /** Chunks held until the model can be seeded; 0 afterwards. */
  readonly warmingUp: number;
}

/** Options of {@link consume}. */
export interface ConsumeOptions
  extends
    Omit<IngestOptions, "addresses" | "topics" | "group" | "onProgress">,
    Pick<TopicOptions, "topic" | "schema">,
    TextEnrichmentOptions {
  readonly addresses: Required<IngestOptions["addresses"]>;
  /** The format of the data files; a table keeps to one. @default "parquet" */
  readonly format?: FileFormat;
  /** Properties that say what the table and its view are, if they have to be made. @default none */
  readonly tableProperties?: HiveTableOptions["properties"];
  /**
   * Consumers of one group share the partitions and the model: the first that has read enough seeds it for all, the one that owns
   * partition 0 lets it learn from what it reads, and the others label by what it has saved. @default "streambook"
   */
  readonly group?: string;
  readonly onProgress?: (progress: ConsumeProgress) => void;
}

/** What a consumer did. */
export interface ConsumeReport extends Figures {
  readonly modelVersion: string;
}

/**
 * Reads a topic into a table until the signal aborts, or with `once` until the end offsets found at start.
 * What was read is flushed and committed before it returns.
 *
 * @throws as {@link ingest}; USAGE for another number of clusters or features than the table's model has
 */
export async function consume(options: ConsumeOptions): Promise<ConsumeReport> {
  const { topic, schema, table, format, tableProperties: properties, onProgress, ...others } = options;
  const enrichment = new TextEnrichment(options);
  const destination = tableDestination({ ...chunkTable(schema, table, properties), dateColumn, format });
  const { topics: _, ...figures } = await ingest({
    ...others,
    topics: [{ ...destination, topic, schema, timeField, enrichment }],
    onProgress: ({ held, ...progress }) => onProgress?.({ ...progress, warmingUp: held }),
  });
  return { ...figures, modelVersion: enrichment.modelVersion };
}
