/**
 * What a pipeline adds to the rows of its messages. The sink knows none of it: it runs the pipeline's marker where messages are
 * parsed, hands the marks to the pipeline's labelling, in order, and stores the columns that come back.
 */
import type { Hdfs } from "../hdfs/index.ts";
import type { Logger } from "../log/index.ts";
import type { Field } from "../schema/index.ts";
import type { BatchToLabel, LabelledBatch } from "./batches.ts";

/**
 * Looks into each message that becomes a row, in the thread that has parsed it. A module for these threads exports a function
 * `createMarker(options)` that makes one.
 */
export interface Marker<Marks extends object = object> {
  /** Begins a batch of at most so many rows. */
  begin(rows: number): void;
  /** Looks into the message of the next row, which the schema's check has accepted. */
  mark(message: Readonly<Record<string, unknown>>): void;
  /** What was found in the batch. Typed arrays that are properties of it move to the main thread without a copy. */
  end(): Marks;
}

/** Where the threads find a marker. */
export interface MarkerModule {
  /** URL of the module. It should import little: each thread loads it. */
  readonly url: string;
  /** What its `createMarker` is given; must survive structured cloning. */
  readonly options: unknown;
}

/** Finds the values of the added columns, batch by batch, in the order of each partition. It may hold batches back for a while. */
export interface Labelling<Marks extends object = object> {
  /** Rows that are held back. */
  readonly held: number;
  /** Whether it cannot label yet; then an interrupted run labels nothing, and the next one reads it again. */
  readonly warmingUp: boolean;
  /** Says which partitions are owned from now on, all of them. @default nothing follows from it */
  assign?(partitions: readonly number[]): Promise<void>;
  /** Says that no partition is owned, until {@link assign} names some. @default nothing follows from it */
  revoke?(): Promise<void>;
  /** Names the partitions that have messages to come, all of them. */
  waitFor(partitions: Iterable<number>): void;
  /** Takes a batch; returns the batches that are labelled by now, in the order they came. */
  push(batch: BatchToLabel<Marks>): LabelledBatch[] | Promise<LabelledBatch[]>;
  /** Labels what is held back, because nothing comes for a while, or nothing more. */
  finishWarmUp(): LabelledBatch[] | Promise<LabelledBatch[]>;
  /** Forgets what is held of partitions that belong to another consumer now. */
  drop(partitions: ReadonlySet<number>): void;
  /** Saves what it has learned, before rows that follow from it are published. @param final whether the run ends with it */
  save(options?: { readonly final?: boolean }): Promise<void>;
}

/** What a labelling may use. */
export interface LabellingServices {
  readonly hdfs: Hdfs;
  readonly logger: Logger;
  /** Does something again while its service is away. @param doing for the log */
  readonly retry: <T>(doing: string, operation: () => Promise<T>) => Promise<T>;
}

/** What a pipeline gives to {@link ingest}. */
export interface Enrichment<Marks extends object = object> {
  /** The added columns; they stand between the fields of the message and its place in Kafka. */
  readonly columns: readonly Field[];
  /** @default none: the columns do not follow from what is in the messages */
  readonly marker?: MarkerModule | undefined;
  /** Opens the labelling; the table's folders are there by then. */
  open(services: LabellingServices): Promise<Labelling<Marks>>;
}

/** The labelling of a pipeline that adds nothing. */
export function unlabelled(): Labelling {
  return {
    held: 0,
    warmingUp: false,
    waitFor: () => undefined,
    push: (batch) => [{ ...batch, added: [] }],
    finishWarmUp: () => [],
    drop: () => undefined,
    save: () => Promise.resolve(),
  };
}
