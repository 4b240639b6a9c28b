/** Queries that go on: https://spark.apache.org/docs/latest/streaming/index.html */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { delay, orAborted } from "../async/index.ts";
import { StreambookError } from "../errors/index.ts";
import { explain, SparkError } from "./errors.ts";
import type {
  StreamingQueryCommandSchema,
  StreamingQueryCommandResult,
  StreamingQueryInstanceId,
  WriteStreamOperationStart,
} from "./messages/commands.ts";
import type { Relation } from "./messages/relations.ts";
import { explainTask } from "./task/failure.ts";
import type { Answer, RunOptions, SparkWire } from "./wire.ts";

/**
 * When a query looks for new rows: every so often (`{ every: "10 seconds" }`), as soon as it has worked off the last
 * (`"0 seconds"`, the default), or once, for all that is there now (`"availableNow"`), after which it ends.
 */
export type Trigger = "availableNow" | { readonly every: string };

/** Options of {@link SparkRelation.writeStream}. */
export interface StreamOptions extends RunOptions {
  /** `parquet`, `kafka`, `delta`, `memory`, `console`, `noop`, … @default parquet */
  readonly format?: string;
  /** A folder: `hdfs://…`. */
  readonly path?: string;
  /** A table instead. */
  readonly table?: string;
  /**
   * The folder in which the query keeps what it has done. The same one makes it go on there after it was stopped or killed; it
   * belongs to one query. Spark takes none for `memory`, `console` and `noop`.
   */
  readonly checkpoint?: string;
  /** @default as soon as the last batch is done */
  readonly trigger?: Trigger;
  /** Which rows of the result are written: new ones, changed ones, or all, every time. @default append */
  readonly mode?: "append" | "update" | "complete";
  /** Its name: on Spark's page, and of the table for the format `memory`. */
  readonly name?: string;
  readonly partitionBy?: readonly string[];
  readonly options?: Readonly<Record<string, string>>;
}

/** What a query is doing at this moment. */
export interface StreamStatus {
  /** In Spark's words: `Processing new data`, `Waiting for data to arrive`. */
  readonly message: string;
  readonly isActive: boolean;
  readonly isDataAvailable: boolean;
}

/**
 * One batch of a query, as it reports it, with the rows of all its sources added up. Spark's own fields beside these:
 * https://spark.apache.org/docs/latest/streaming/apis-on-dataframes-and-datasets.html#reading-metrics-interactively
 */
export interface StreamProgress {
  readonly batchId: number;
  /** When the batch began, ISO 8601, UTC. */
  readonly timestamp: string;
  /** Rows that came in, of all sources. */
  readonly numInputRows: number;
  /** How many came in a second. */
  readonly inputRowsPerSecond: number;
  /** How many were worked off in a second. */
  readonly processedRowsPerSecond: number;
  /** Milliseconds by step; `triggerExecution` is the whole batch. */
  readonly durationMs: Readonly<Record<string, number>>;
  /** Event times seen, and the watermark: `{ max, min, avg, watermark }`, ISO 8601. */
  readonly eventTime?: Readonly<Record<string, string>>;
  readonly stateOperators: readonly {
    readonly numRowsTotal: number;
    readonly numRowsUpdated: number;
    /** Rows that came behind the watermark, and were left out. */
    readonly numRowsDroppedByWatermark: number;
    readonly memoryUsedBytes: number;
    /** Of its kind: of `dropDuplicates`, `numDroppedDuplicateRows`. */
    readonly customMetrics: Readonly<Record<string, number>>;
  }[];
  readonly sources: readonly SourceProgress[];
  readonly sink: Readonly<Record<string, unknown>>;
}

/** What one source gave to a batch. */
export interface SourceProgress {
  readonly description: string;
  /** Where the batch begins and ends, in the source's own form: of Kafka, offsets by topic and partition. */
  readonly startOffset: unknown;
  readonly endOffset: unknown;
  readonly numInputRows: number;
  readonly inputRowsPerSecond: number;
  readonly processedRowsPerSecond: number;
}

type Rate = "numInputRows" | "inputRowsPerSecond" | "processedRowsPerSecond";

function parseProgress(json: string): StreamProgress {
  const progress = JSON.parse(json) as Omit<StreamProgress, Rate>;
  const sum = (rate: Rate): number => progress.sources.reduce((total, source) => total + (source[rate] ?? 0), 0);
  return {
    ...progress,
    numInputRows: sum("numInputRows"),
    inputRowsPerSecond: sum("inputRowsPerSecond"),
    processedRowsPerSecond: sum("processedRowsPerSecond"),
  };
}

/** Starts a query. */
export async function startStream(wire: SparkWire, input: Relation, options: StreamOptions): Promise<StreamingQuery> {
  const { path, table, checkpoint, mode = "append", name = "", format = "parquet", partitionBy = [] } = options;
  if (path !== undefined && table !== undefined)
    throw new StreambookError("USAGE", "a stream is written to a path or to a table: give one of the two");
  const answers = await wire.command(
    {
      case: "writeStreamOperationStart",
      value: {
        input,
        format,
        options: { ...options.options, ...(checkpoint !== undefined && { checkpointLocation: checkpoint }) },
        partitioningColumnNames: [...partitionBy],
        trigger: triggerOf(options.trigger),
        outputMode: mode,
        queryName: name,
        ...(path !== undefined && { sinkDestination: { case: "path", value: path } }),
        ...(table !== undefined && { sinkDestination: { case: "tableName", value: table } }),
      },
    },
    options.signal,
  );
  const started = answers.find((answer) => answer.case === "writeStreamOperationStartResult")?.value;
  if (started?.queryId === undefined) throw new StreambookError("INTERNAL", "Spark did not say which query it started");
  return new StreamingQuery(wire, started.queryId, started.name);
}

function triggerOf(trigger: Trigger | undefined): WriteStreamOperationStart["trigger"] {
  if (trigger === undefined) return { case: undefined };
  if (trigger === "availableNow") return { case: "availableNow", value: true };
  return { case: "processingTimeInterval", value: trigger.every };
}

/** How long Spark is asked to wait for an end at once, in milliseconds: as long as an abort may take to be noticed. */
const WAIT = 1000;

/** A query that goes on, until it is stopped, fails, or has read all there is. It ends with its session, too. */
export class StreamingQuery implements AsyncDisposable {
  /** The same as long as the checkpoint is. */
  readonly id: string;
  /** Of this start of the query. */
  readonly runId: string;
  readonly name: string;
  readonly #wire: SparkWire;

  /** For the session, which starts queries. */
  constructor(wire: SparkWire, { id, runId }: Pick<StreamingQueryInstanceId, "id" | "runId">, name: string) {
    this.#wire = wire;
    this.id = id;
    this.runId = runId;
    this.name = name;
  }

  async status(options: RunOptions = {}): Promise<StreamStatus> {
    const { value } = await this.#ask("status", { case: "status", value: true }, options);
    return { message: value.statusMessage, isActive: value.isActive, isDataAvailable: value.isDataAvailable };
  }

  /** The last batches, oldest first: a hundred at the most. */
  async progress(options: RunOptions = {}): Promise<StreamProgress[]> {
    const { value } = await this.#ask("recentProgress", { case: "recentProgress", value: true }, options);
    return value.recentProgressJson.map(parseProgress);
  }

  /**
   * The batches as they end, each once, from the oldest that Spark still knows, until the query ends.
   *
   * @param options.every how often Spark is asked, in milliseconds; default 500
   * @throws what the query failed with
   */
  async *batches(options: RunOptions & { readonly every?: number } = {}): AsyncGenerator<StreamProgress, void> {
    const { every = 500, signal } = options;
    for (let next = 0, ended = false; !ended;) {
      ended = !(await this.status(options)).isActive; // asked first: what comes before the end is still read
      for (const progress of await this.progress(options)) {
        // One that has only looked for rows bears the number of the batch to come.
        if (progress.batchId < next || progress.durationMs["addBatch"] === undefined) continue;
        next = progress.batchId + 1;
        yield progress;
      }
      if (!ended) await delay(every, signal);
    }
    await this.#demandSuccess(options);
  }

  /** Waits until all that has arrived so far is worked off. */
  async processAllAvailable(options: RunOptions = {}): Promise<void> {
    await this.#send({ case: "processAllAvailable", value: true }, options);
    await this.#demandSuccess(options);
  }

  /** Waits for the end. @throws SparkError with what the query failed with */
  async ended(options: RunOptions = {}): Promise<void> {
    for (let terminated = false; !terminated;) {
      const wait = { case: "awaitTermination" as const, value: { timeoutMs: BigInt(WAIT) } };
      terminated = (await this.#ask("awaitTermination", wait, options)).value.terminated;
    }
    await this.#demandSuccess(options);
  }

  /** Stops the query: the batch under way is given up, and done again when the query starts again with its checkpoint. */
  async stop(options: RunOptions = {}): Promise<void> {
    await this.#send({ case: "stop", value: true }, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop().catch(() => undefined);
  }

  async #demandSuccess(options: RunOptions): Promise<void> {
    const [answer] = await this.#send({ case: "exception", value: true }, options);
    const result = answer?.case === "streamingQueryCommandResult" ? answer.value.resultType : undefined;
    if (result?.case !== "exception") return; // of a query that is well, Spark says nothing
    const { exceptionMessage = "" } = result.value;
    if (exceptionMessage !== "") throw this.#failure(exceptionMessage);
  }

  async #send(command: QueryCommand, { signal }: RunOptions): Promise<Answer[]> {
    const queryId = { id: this.id, runId: this.runId };
    const answers = this.#wire.command({ case: "streamingQueryCommand", value: { queryId, command } }, signal);
    try {
      return await (signal === undefined ? answers : orAborted(answers, signal));
    } catch (error) {
      // whoever waits for a query that fails is told of it by the wait
      throw error instanceof SparkError && error.condition === FRAME ? this.#failure(error.message, error) : error;
    }
  }

  /** The error of a query that failed. @param message the reason, in the frame that Spark puts around it */
  #failure(message: string, cause?: unknown): SparkError {
    const reason = message.replace(/^[^]*?terminated with exception: /, "").replace(` (${FRAME})`, "");
    const [, condition] = /^\s*\[([A-Z][A-Z0-9_.]*)\]/.exec(reason) ?? [];
    const [, sqlState] = /SQLSTATE: (\w+)/.exec(reason) ?? [];
    const failure = { condition, sqlState, parameters: {} };
    const which = this.name === "" ? this.id : this.name;
    const task = explainTask(reason);
    const [code, why] =
      task === undefined ? (["SPARK_FAILED", explain(reason, failure)] as const) : (["TASK_FAILED", task] as const);
    return new SparkError(code, `the query ${which} failed: ${why}`, failure, {
      hint: { log: "spark" },
      ...(cause !== undefined && { cause }),
    });
  }

  async #ask<Kind extends Result["case"]>(
    kind: Kind,
    command: QueryCommand,
    options: RunOptions,
  ): Promise<Extract<Result, { case: Kind }>> {
    for (const answer of await this.#send(command, options))
      if (answer.case === "streamingQueryCommandResult" && answer.value.resultType.case === kind)
        return answer.value.resultType as Extract<Result, { case: Kind }>;
    throw new StreambookError("INTERNAL", `Spark gave no ${kind} of the query ${this.id}`);
  }
}

type QueryCommand = NonNullable<MessageInitShape<typeof StreamingQueryCommandSchema>["command"]>;
type Result = NonNullable<StreamingQueryCommandResult["resultType"]>;

/** The condition under which Spark reports what a query failed with. */
const FRAME = "STREAM_FAILED";
