/** A relation: rows that Spark has not computed yet, and what may be done with them. */
import { StreambookError } from "../errors/index.ts";
import { checkColumns, checkNulls, columnTypes, type Columns, type RowOf } from "./columns.ts";
import { WriteOperation_SaveMode, WriteOperation_SaveTable_TableSaveMethod } from "./messages/commands.ts";
import { AnalyzePlanRequest_Explain_ExplainMode } from "./messages/base.ts";
import type { Relation } from "./messages/relations.ts";
import { readBatch, uniqueNames, type SparkRow } from "./rows.ts";
import { fitModel, transformPlan, type Estimator, type SparkModel, type Stage } from "./ml.ts";
import { readSchema } from "./schema.ts";
import { relation, sqlPlan, type Planned } from "./sql.ts";
import { sqlType } from "./sql-type.ts";
import { startStream, type StreamOptions, type StreamingQuery } from "./stream.ts";
import type { RunOptions, SparkWire } from "./wire.ts";

/** A column of a relation. */
export interface SparkColumn {
  readonly name: string;
  /** As SQL writes it: `BIGINT`, `ARRAY<STRING>`. */
  readonly type: string;
}

/** What happens to what is in the place that is written to: nothing is written, or it stays beside, or it goes. */
export type SaveMode = "error" | "append" | "overwrite" | "ignore";

/** Options of {@link SparkRelation.write}. */
export interface WriteOptions extends RunOptions {
  /** `parquet`, `json`, `csv`, `orc`, `kafka`, `delta`, … @default parquet; for a table that there is, its own */
  readonly format?: string;
  /** A folder: `hdfs://…`, `s3a://…`, `file:///…`. */
  readonly path?: string;
  /** A table instead: it is made if there is none. */
  readonly table?: string;
  /** @default error */
  readonly mode?: SaveMode;
  /** Columns whose values become folders, outermost first. */
  readonly partitionBy?: readonly string[];
  readonly options?: Readonly<Record<string, string>>;
}

const SAVE_MODES = {
  error: WriteOperation_SaveMode.ERROR_IF_EXISTS,
  append: WriteOperation_SaveMode.APPEND,
  overwrite: WriteOperation_SaveMode.OVERWRITE,
  ignore: WriteOperation_SaveMode.IGNORE,
} as const satisfies Record<SaveMode, WriteOperation_SaveMode>;

/**
 * Rows by the plan that gives them: a statement, a table, a topic, files. Nothing runs until rows are asked for or written.
 * It stands in `${…}` of a statement where a table may.
 *
 * @typeParam Row what its rows are: as the caller says, or as {@link SparkRelation.as} checks
 */
export class SparkRelation<Row = SparkRow> implements Planned, AsyncIterable<Row> {
  readonly plan: Relation;
  readonly #wire: SparkWire;
  readonly #expected: Columns | undefined;

  /** For the session, which makes relations. */
  constructor(wire: SparkWire, plan: Relation, expected?: Columns) {
    this.#wire = wire;
    this.plan = plan;
    this.#expected = expected;
  }

  /**
   * The same rows, with the columns that are expected. Whoever reads them gets an error, not a wrong value, when Spark's are
   * others, or when one is null that may not be.
   *
   * @example
   * ```ts
   * import { openSpark } from "streambook/spark";
   * import { addresses } from "streambook/stack";
   * const { spark: address = "" } = await addresses();
   * await using spark = await openSpark({ address });
   * const rows = spark.query`SELECT id, CAST(NULL AS STRING) AS name FROM range(1)`.as({ id: "bigint", name: "string?" });
   * const [row] = await rows.collect();
   * console.assert(row?.id === 0n && row.name === null);
   * ```
   */
  as<const Expected extends Columns>(expected: Expected): SparkRelation<RowOf<Expected>> {
    return new SparkRelation(this.#wire, this.plan, expected);
  }

  /** The rows in batches as Spark sends them, the next while one is worked on. @throws SparkError and others of the session */
  async *batches({ signal }: RunOptions = {}): AsyncGenerator<Row[], void> {
    for await (const bytes of this.#wire.batches(this.plan, signal)) {
      const { fields, rows } = readBatch(bytes);
      if (this.#expected !== undefined) {
        checkColumns(columnTypes(fields), this.#expected);
        checkNulls(rows, this.#expected);
      }
      yield rows as Row[];
    }
  }

  /** The rows one by one, however many: `for await (const row of relation)`. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Row, void> {
    for await (const rows of this.batches()) yield* rows;
  }

  /** All rows. */
  async collect(options: RunOptions = {}): Promise<Row[]> {
    const all: Row[] = [];
    for await (const rows of this.batches(options)) for (const row of rows) all.push(row);
    return all;
  }

  /** The first row, undefined when there is none. */
  async first(options: RunOptions = {}): Promise<Row | undefined> {
    return (await this.limit(1).collect(options))[0];
  }

  /** At most so many of the rows. */
  limit(rows: number): SparkRelation<Row> {
    return this.#with(relation({ case: "limit", value: { input: this.plan, limit: rows } }));
  }

  /**
   * The rows with other columns, each an expression of SQL; `*` stands for all there are.
   *
   * @example
   * ```ts
   * import { openSpark } from "streambook/spark";
   * import { addresses } from "streambook/stack";
   * const { spark: address = "" } = await addresses();
   * await using spark = await openSpark({ address });
   * const squares = spark.query`SELECT id FROM range(10)`.select("*", "id * id AS square").where("square > 50");
   * console.assert((await squares.count()) === 2);
   * ```
   */
  select(...expressions: readonly string[]): SparkRelation {
    const project = { input: this.plan, expressions: expressions.map(expressionOf) };
    return new SparkRelation(this.#wire, relation({ case: "project", value: project }));
  }

  /** The rows for which a condition of SQL is true. */
  where(condition: string): SparkRelation<Row> {
    return this.#with(relation({ case: "filter", value: { input: this.plan, condition: expressionOf(condition) } }));
  }

  /** How many rows there are. */
  async count(options: RunOptions = {}): Promise<number> {
    const plan = sqlPlan`SELECT count(*) AS rows FROM ${this}`;
    const counted = await new SparkRelation(this.#wire, plan).as({ rows: "bigint" }).first(options);
    return Number(counted?.rows ?? 0);
  }

  /** The columns, in their order. */
  async columns({ signal }: RunOptions = {}): Promise<SparkColumn[]> {
    const fields = await readSchema(this.#wire, this.plan, signal);
    const names = uniqueNames(fields.map(({ name }) => name));
    return fields.map(({ dataType }, index) => ({ name: names[index] ?? "", type: sqlType(dataType) }));
  }

  /** How Spark will do it: its plan as text. */
  async explain({ signal }: RunOptions = {}): Promise<string> {
    const explainMode = AnalyzePlanRequest_Explain_ExplainMode.FORMATTED;
    const answer = await this.#wire.analyze({ case: "explain", value: { plan: this.#root(), explainMode } }, signal);
    return answer.case === "explain" ? answer.value.explainString : "";
  }

  /**
   * Rows of a stream may come this late: a window is closed, and its state forgotten, when the newest event time that was seen
   * is so far behind it (https://spark.apache.org/docs/latest/streaming/apis-on-dataframes-and-datasets.html).
   *
   * @param eventTime a column, TIMESTAMP
   * @param delay `10 seconds`, `1 minute`
   *
   * @example
   * ```ts
   * import { openSpark } from "streambook/spark";
   * import { addresses } from "streambook/stack";
   * const { spark: address = "" } = await addresses();
   * await using spark = await openSpark({ address });
   * const ticks = spark.readStream({ format: "rate" }).withWatermark("timestamp", "10 seconds");
   * const counts = spark.query`SELECT window.start AS start, count(*) AS n FROM ${ticks} GROUP BY window(timestamp, '1 minute')`;
   * console.assert((await counts.columns()).map(({ name }) => name).join() === "start,n");
   * ```
   */
  withWatermark(eventTime: string, delay: string): SparkRelation<Row> {
    return this.#with(
      relation({ case: "withWatermark", value: { input: this.plan, eventTime, delayThreshold: delay } }),
    );
  }

  /**
   * The rows without those that agree in some columns with one that was there before.
   *
   * @param columns none for all columns
   * @param options.withinWatermark of a stream: remember a row only until the watermark has passed its event time by the watermark's
   *   delay. Without, a stream remembers all rows, unless the event time is among the columns. Rows behind the watermark are left out,
   *   and counted, either way
   */
  dropDuplicates(
    columns: readonly string[] = [],
    { withinWatermark = false }: { readonly withinWatermark?: boolean } = {},
  ): SparkRelation<Row> {
    const value = {
      input: this.plan,
      columnNames: [...columns],
      allColumnsAsKeys: columns.length === 0,
      withinWatermark,
    };
    return this.#with(relation({ case: "deduplicate", value }));
  }

  /** Gives the rows a name for statements of this session; another relation of that name loses it. */
  async createView(name: string, { signal }: RunOptions = {}): Promise<void> {
    await this.#wire.command(
      { case: "createDataframeView", value: { input: this.plan, name, isGlobal: false, replace: true } },
      signal,
    );
  }

  /**
   * Writes the rows to a folder or a table.
   *
   * @throws SparkError, of condition PATH_ALREADY_EXISTS or TABLE_OR_VIEW_ALREADY_EXISTS where something is and the mode is `error`;
   *   USAGE without a place
   *
   * @example
   * ```ts
   * import { openSpark } from "streambook/spark";
   * import { addresses } from "streambook/stack";
   * const { spark: address = "", hdfs } = await addresses();
   * await using spark = await openSpark({ address });
   * const path = `${hdfs}/tmp/spark-example`;
   * await spark.query`SELECT id, id % 2 AS half FROM range(10)`.write({ path, partitionBy: ["half"], mode: "overwrite" });
   * console.assert((await spark.read({ format: "parquet", paths: [path] }).count()) === 10);
   * ```
   */
  async write(options: WriteOptions): Promise<void> {
    const { path, table, mode = "error", partitionBy = [], format } = options;
    if ((path === undefined) === (table === undefined))
      throw new StreambookError("USAGE", "rows are written to a path or to a table: give one of the two");
    const saveMethod = WriteOperation_SaveTable_TableSaveMethod.SAVE_AS_TABLE;
    await this.#wire.command(
      {
        case: "writeOperation",
        value: {
          input: this.plan,
          saveType:
            path === undefined
              ? { case: "table", value: { tableName: table ?? "", saveMethod } }
              : { case: "path", value: path },
          mode: SAVE_MODES[mode],
          partitioningColumns: [...partitionBy],
          options: { ...options.options },
          ...(format !== undefined && { source: format }),
        },
      },
      options.signal,
    );
  }

  /**
   * Starts a query that goes on: it writes the rows of a stream as they come.
   *
   * @throws SparkError when Spark does not take it; USAGE without a place
   */
  writeStream(options: StreamOptions): Promise<StreamingQuery> {
    return startStream(this.#wire, this.plan, options);
  }

  /** The rows with the column that a transformer or a model adds. */
  transform(stage: Stage): SparkRelation {
    return new SparkRelation(this.#wire, transformPlan(stage, this.plan));
  }

  /**
   * Lets an estimator learn from the rows. @throws SparkError
   *
   * @example
   * ```ts
   * import { hashingTF, idf, kMeans, openSpark, tokenizer } from "streambook/spark";
   * import { addresses } from "streambook/stack";
   * const { spark: address = "" } = await addresses();
   * await using spark = await openSpark({ address });
   * const texts = spark.query`SELECT explode(array('a cat', 'a dog', 'a log')) AS text`;
   * const counts = texts
   *   .transform(tokenizer({ inputCol: "text", outputCol: "words" }))
   *   .transform(hashingTF({ inputCol: "words", outputCol: "counts", numFeatures: 32 }));
   * const weights = await counts.fit(idf({ inputCol: "counts", outputCol: "features" }));
   * const features = counts.transform(weights);
   * const model = await features.fit(kMeans({ featuresCol: "features", predictionCol: "cluster", k: 2, seed: 1n }));
   * const labels = await spark.sql<{ cluster: number }>`SELECT cluster FROM ${features.transform(model)}`;
   * console.assert(labels.length === 3 && labels.every(({ cluster }) => cluster === 0 || cluster === 1));
   * ```
   */
  fit(estimator: Estimator, options: RunOptions = {}): Promise<SparkModel> {
    return fitModel(this.#wire, estimator, this.plan, options);
  }

  #root() {
    return { opType: { case: "root" as const, value: this.plan } };
  }

  #with(plan: Relation): SparkRelation<Row> {
    return new SparkRelation(this.#wire, plan, this.#expected);
  }
}

/** An expression as text, which Spark reads. */
function expressionOf(expression: string) {
  return { exprType: { case: "expressionString" as const, value: { expression } } };
}
