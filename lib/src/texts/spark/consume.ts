/** The consumer of the course's pipeline on Spark: the same topic, the same table, another engine. */
import { StreambookError } from "../../errors/index.ts";
import {
  type EnrichmentParts,
  type HiveTableOptions,
  type StreamEnrichment,
  type StreamFigures,
  streamToTable,
} from "../../ingest/index.ts";
import type { Logger } from "../../log/index.ts";
import type { Schema } from "../../schema/index.ts";
import type * as SparkRoom from "../../spark/index.ts";
import type { SparkRelation } from "../../spark/index.ts";
import type { Addresses } from "../../stack/index.ts";
import { DEFAULT_FEATURES } from "../../text/index.ts";
import { chunkTable, clusterColumns, dateColumn, timeField } from "../consume/chunk-table.ts";
import { textField } from "../consume/text-marker.ts";
import { hdfsFolders } from "../folders.ts";
import {
  countWords,
  fitModels,
  label,
  unlearnt,
  type ModelSettings,
  SparkModelStore,
  type TextModels,
} from "./models.ts";
import { firstMessages } from "./warm-up.ts";

type Spark = typeof SparkRoom;

/** How far a consumer on Spark is. */
export interface SparkConsumeProgress extends StreamFigures {
  /** Messages that wait until there are enough to learn from; 0 afterwards. */
  readonly warmingUp: number;
}

/** Options of {@link consumeOnSpark}. */
export interface SparkConsumeOptions {
  readonly addresses: Pick<Addresses, "kafka" | "webhdfs" | "hive" | "spark">;
  readonly topic: string;
  readonly schema: Schema;
  /** The table, whose model is gone on with. */
  readonly table: string;
  /** Properties that say what the table and its view are, if they have to be made. @default none */
  readonly tableProperties?: HiveTableOptions["properties"];
  /** Number of clusters. @default 5 */
  readonly clusters?: number;
  /** Number of features that words are hashed to. @default 16384 */
  readonly features?: number;
  /** Seed of the clustering. @default 42 */
  readonly seed?: number;
  /** Messages that the models learn from, before the stream begins; fewer when nothing comes for a while. @default 200 */
  readonly warmUp?: number;
  /** Stop at the end offsets found at start. @default false */
  readonly once?: boolean;
  /** Most messages of one batch. @default 200000 */
  readonly flushRecords?: number;
  /** Seconds from one batch to the next. @default 10 */
  readonly flushSeconds?: number;
  readonly logger?: Logger;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: SparkConsumeProgress) => void;
}

/** What a consumer on Spark did. */
export interface SparkConsumeReport extends StreamFigures {
  readonly modelVersion: string;
  /** From the first look for services to the last file. */
  readonly seconds: number;
}

/**
 * Lets Spark read a topic into a table until the signal aborts, or with `once` until the end offsets found at start: Tokenizer →
 * HashingTF → IDF → KMeans learn from the first messages, and label the stream. The rows have the columns of `consume`; each
 * message is there once, whatever is killed.
 *
 * @throws as `streamToTable`; STACK_DOWN when Spark does not run; USAGE for other settings than the table's model has
 */
export async function consumeOnSpark(options: SparkConsumeOptions): Promise<SparkConsumeReport> {
  const { addresses, schema, table, tableProperties, flushRecords, flushSeconds, onProgress, ...others } = options;
  const { spark: address } = addresses;
  if (address === undefined)
    throw new StreambookError("STACK_DOWN", "Spark is not running", { hint: { start: ["spark"] } });
  const began = performance.now();
  const destination = chunkTable(schema, table, tableProperties);
  const spark = await import("../../spark/index.ts"); // here, because its libraries take a while to load
  let figures: StreamFigures = { read: 0, rows: 0, files: 0, bytes: 0, deadLetters: 0 };
  const enrichment = new SparkEnrichment(spark, options, (warmingUp) => onProgress?.({ ...figures, warmingUp }));
  figures = await streamToTable({
    ...others,
    ...{ addresses, schema, timeField, dateColumn, enrichment, table: destination },
    sessions: {
      open: (signal) => spark.openSpark({ address, signal }),
      end: (id) => spark.endSession({ address }, id),
    },
    batchMessages: flushRecords,
    batchSeconds: flushSeconds,
    onProgress: (now) => {
      figures = now;
      onProgress?.({ ...now, warmingUp: 0 });
    },
  });
  const seconds = (performance.now() - began) / 1000;
  return { ...figures, modelVersion: enrichment.modelVersion, seconds };
}

/** How long a consumer that goes on waits for more messages to learn from, in seconds. */
const PAUSE = 10;

/** Finds the cluster of each chunk by models of Spark, made when the table has none. */
class SparkEnrichment implements StreamEnrichment {
  readonly columns = clusterColumns;
  modelVersion = "";
  readonly #spark: Spark;
  readonly #options: SparkConsumeOptions;
  readonly #settings: ModelSettings;
  readonly #onWait: (messages: number) => void;

  constructor(spark: Spark, options: SparkConsumeOptions, onWait: (messages: number) => void) {
    const { clusters = 5, features = DEFAULT_FEATURES, seed = 42 } = options;
    this.#spark = spark;
    this.#options = options;
    this.#settings = { clusters, features, seed };
    this.#onWait = onWait;
  }

  async open(parts: EnrichmentParts): Promise<(messages: SparkRelation) => SparkRelation> {
    const { table } = this.#options;
    const store = new SparkModelStore(parts.hdfs, `${hdfsFolders.models}/${table}`, table);
    const saved = await store.load(parts.spark, this.#settings, parts.signal);
    const models = saved ?? (await this.#learn(parts, store));
    this.modelVersion = models.version;
    return (messages) => label(this.#count(messages), models);
  }

  #count(messages: SparkRelation): SparkRelation {
    return countWords(this.#spark, messages, textField, this.#settings.features);
  }

  /** Models that have learnt from the first messages; of those that cannot be read, from more, as long as they come. */
  async #learn(parts: EnrichmentParts, store: SparkModelStore): Promise<TextModels> {
    const { warmUp = 200, once = false } = this.#options;
    const { signal } = parts;
    let readable = await this.#readable(parts, warmUp);
    while (readable === undefined && !once) readable = await this.#readable(parts, ALL);
    readable ??= await this.#readable(parts, ALL);
    if (readable === undefined) return unlearnt(this.#settings.seed);
    const models = await fitModels(this.#spark, this.#count(readable), this.#settings, signal);
    await store.save(models, this.#settings, signal);
    return (await store.load(parts.spark, this.#settings, signal)) ?? models;
  }

  /** So many of the first messages, as far as they can be read; undefined when none can. */
  async #readable(parts: EnrichmentParts, messages: number): Promise<SparkRelation | undefined> {
    const { addresses, topic, once = false, flushSeconds = PAUSE } = this.#options;
    const { signal } = parts;
    const places = await firstMessages({
      ...{ broker: addresses.kafka, topic, messages, once, signal },
      pause: flushSeconds * 1000,
      onWait: this.#onWait,
    });
    if (places.length === 0) return undefined;
    const readable = parts.messages(places);
    return (await readable.limit(1).count({ signal })) === 0 ? undefined : readable;
  }
}

/** All that there are. */
const ALL = Number.MAX_SAFE_INTEGER;
