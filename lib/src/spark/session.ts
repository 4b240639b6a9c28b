/** A session of Spark, driven over Spark Connect (https://spark.apache.org/docs/latest/spark-connect-overview.html). */
import { parseAddress } from "../address/index.ts";
import { StreambookError } from "../errors/index.ts";
import { hadoopUser } from "../user/index.ts";
import { readModel, type SparkModel } from "./ml.ts";
import { SparkRelation } from "./relation.ts";
import type { SparkRow } from "./rows.ts";
import { relation, sqlPlan, type Planned, type SqlPart } from "./sql.ts";
import { StreamingQuery } from "./stream.ts";
import type { AnyTask, TaskRow } from "./task/define.ts";
import { transformRows, type TransformOptions } from "./task/transform.ts";
import { SparkWire, type RunOptions } from "./wire.ts";

/** Options of {@link openSpark}. */
export interface SparkOptions {
  /** Spark Connect, `host:port`. */
  readonly address: string;
  /** @default the user of this process, or HADOOP_USER_NAME */
  readonly user?: string;
  /** The session's configuration: `{ "spark.sql.shuffle.partitions": "8" }`. */
  readonly configuration?: Readonly<Record<string, string>>;
  /** Longest wait for an answer to a question that runs nothing, in milliseconds. @default 30000 */
  readonly connectTimeout?: number;
  readonly signal?: AbortSignal | undefined;
}

/** Where rows are read from. */
export interface ReadOptions {
  /** `kafka`, `parquet`, `json`, `csv`, `rate`, … */
  readonly format: string;
  /** Folders or files, where the format has such. */
  readonly paths?: readonly string[];
  /** The columns as SQL: `name STRING, rating INT`; where the format does not know its own. */
  readonly schema?: string;
  readonly options?: Readonly<Record<string, string>>;
}

/**
 * Opens a session. Until it is closed it keeps the process alive.
 *
 * @throws UNREACHABLE when nothing answers at the address; USAGE when it is not `host:port`; SparkError for a configuration
 *   that Spark does not take
 *
 * @example
 * ```ts
 * import { openSpark } from "streambook/spark";
 * import { addresses } from "streambook/stack";
 * await using spark = await openSpark({ address: (await addresses()).spark ?? "127.0.0.1:15002" });
 * const [row] = await spark.sql<{ n: bigint }>`SELECT count(*) AS n FROM range(${1000}) WHERE id % 7 = 0`;
 * console.assert(row?.n === 143n);
 * ```
 */
export async function openSpark(options: SparkOptions): Promise<SparkSession> {
  const { address, user = hadoopUser(), configuration = {}, connectTimeout = 30_000, signal } = options;
  const { host, port } = parseAddress(address) ?? {};
  if (host === undefined || port === undefined)
    throw new StreambookError("USAGE", `the address of Spark must be host:port, and is ${JSON.stringify(address)}`);
  const wire = new SparkWire({ address, user, connectTimeout });
  try {
    const answer = await wire.analyze({ case: "sparkVersion", value: {} }, signal);
    const pairs = Object.entries(configuration).map(([key, value]) => ({ key, value }));
    if (pairs.length > 0) await wire.configure({ case: "set", value: { pairs } }, signal);
    return new SparkSession(wire, answer.case === "sparkVersion" ? answer.value.version : "");
  } catch (error) {
    await wire.close();
    throw error;
  }
}

/**
 * Ends a session of a process that is gone: its streams stop, and Spark forgets what it had. One that Spark does not know is no error.
 *
 * @param id {@link SparkSession.id}
 *
 * @example
 * ```ts
 * import { endSession, openSpark } from "streambook/spark";
 * import { addresses } from "streambook/stack";
 * const { spark: address = "" } = await addresses();
 * await using spark = await openSpark({ address });
 * await endSession({ address }, spark.id); // as another process would
 * const failure = await spark.sql("SELECT 1").catch((error: { code: string }) => error.code);
 * console.assert(failure === "SPARK_SESSION_LOST");
 * ```
 */
export async function endSession(
  { address, user = hadoopUser() }: Pick<SparkOptions, "address" | "user">,
  id: string,
): Promise<void> {
  await new SparkWire({ address, user, connectTimeout: 0, sessionId: id }).close();
}

/**
 * A session: statements, relations, streams and models of one client. What it names (temporary views, models, settings) is its
 * own, and goes with it; its streams are stopped when it is closed. Several statements may run at once. When Spark was started again
 * the session is lost: what it does then fails with SPARK_SESSION_LOST.
 */
export class SparkSession implements AsyncDisposable {
  /** Its name on Spark, a UUID. */
  readonly id: string;
  /** Spark's version: `4.2.0`. */
  readonly version: string;
  readonly #wire: SparkWire;

  /** For {@link openSpark}. */
  constructor(wire: SparkWire, version: string) {
    this.#wire = wire;
    this.id = wire.sessionId;
    this.version = version;
  }

  /**
   * Runs one statement now, and gives its rows.
   *
   * @typeParam Row what the rows are, as the caller says; `query` with {@link SparkRelation.as} checks it
   * @throws SparkError with Spark's own reason; UNREACHABLE when the connection stays away; SPARK_SESSION_LOST
   *
   * @example
   * ```ts
   * import { openSpark } from "streambook/spark";
   * import { addresses } from "streambook/stack";
   * const { spark: address = "" } = await addresses();
   * await using spark = await openSpark({ address });
   * const network = "video";
   * const rows = await spark.sql<{ views: bigint }>`SELECT count(*) AS views FROM range(${10}) WHERE ${network} = 'video'`;
   * console.assert(rows[0]?.views === 10n);
   * ```
   */
  async sql<Row = SparkRow>(text: string | TemplateStringsArray, ...parts: readonly SqlPart[]): Promise<Row[]> {
    return (await this.run<Row>(text, ...parts)).collect();
  }

  /**
   * Runs one statement now: what it does is done, and its result is a relation, whose columns can be asked for when there
   * are no rows. A query is checked, and runs when its rows are asked for.
   *
   * @throws as {@link sql}
   */
  async run<Row = SparkRow>(
    text: string | TemplateStringsArray,
    ...parts: readonly SqlPart[]
  ): Promise<SparkRelation<Row>> {
    const input = sqlPlan(text, ...parts);
    const answers = await this.#wire.command({ case: "sqlCommand", value: { input } });
    const result = answers.find((answer) => answer.case === "sqlCommandResult")?.value.relation;
    return new SparkRelation<Row>(this.#wire, result ?? input);
  }

  /**
   * A query as a relation: nothing is asked of Spark until its rows are.
   *
   * @example
   * ```ts
   * import { openSpark } from "streambook/spark";
   * import { addresses } from "streambook/stack";
   * const { spark: address = "" } = await addresses();
   * await using spark = await openSpark({ address });
   * const numbers = spark.query`SELECT id, id % 2 AS half FROM range(${10})`;
   * const sums = spark.query`SELECT half, sum(id) AS sum FROM ${numbers} GROUP BY half ORDER BY half`;
   * console.assert((await sums.as({ half: "bigint", sum: "bigint" }).collect())[1]?.sum === 25n);
   * ```
   */
  query<Row = SparkRow>(text: string | TemplateStringsArray, ...parts: readonly SqlPart[]): SparkRelation<Row> {
    return new SparkRelation(this.#wire, sqlPlan(text, ...parts));
  }

  /** A table, or a view of this session. @param name `views_report`, `lab.clean` */
  table<Row = SparkRow>(name: string): SparkRelation<Row> {
    return new SparkRelation(this.#wire, tablePlan(name));
  }

  /** What there is now of files, a topic, … */
  read<Row = SparkRow>(options: ReadOptions): SparkRelation<Row> {
    return new SparkRelation(this.#wire, readPlan(options, false));
  }

  /**
   * What there is and what comes: rows without an end, for {@link SparkRelation.writeStream}.
   *
   * @example
   * ```ts
   * import { openSpark } from "streambook/spark";
   * import { addresses } from "streambook/stack";
   * const { spark: address = "" } = await addresses();
   * await using spark = await openSpark({ address });
   * const ticks = spark.readStream({ format: "rate", options: { rowsPerSecond: "100" } });
   * await using query = await spark.query`SELECT value % 3 AS rest FROM ${ticks}`.writeStream({ format: "memory", name: "rests" });
   * for await (const { numInputRows } of query.batches()) if (numInputRows > 0) break;
   * console.assert((await spark.table("rests").count()) > 0);
   * ```
   */
  readStream<Row = SparkRow>(options: ReadOptions): SparkRelation<Row> {
    return new SparkRelation(this.#wire, readPlan(options, true));
  }

  /**
   * Lets a task of TypeScript make new rows of a relation's, in processes of Node beside Spark's executors, by SQL's TRANSFORM.
   * Each partition of each run has a process of its own; `DISTRIBUTE BY … SORT BY …` in the relation decides which rows it
   * gets, and in which order. Nothing runs until the rows are asked for. A stream may be transformed, too: each
   * batch has new processes, so what a task remembers ends with the batch.
   *
   * The task is bundled into one file, which Spark brings to its executors, wherever they are; only Node must be there
   * already, and a shell.
   *
   * @param task a TypeScript module, by path or `file:` URL, whose default export is a task; or the task itself, whose functions
   *   then travel as their text, and see nothing but themselves there
   * @typeParam Of the task of a module: `import type words from "./words.ts"`, then `transform<typeof words>(…)`
   * @throws USAGE for a module that cannot be bundled or whose default export is no task, and for rows without the columns that the
   *   task declares; whoever reads the rows gets TASK_FAILED when it fails, with its own error, where, and the row
   *
   * @example
   * ```ts
   * import { defineTask, openSpark } from "streambook/spark";
   * import { addresses } from "streambook/stack";
   * const { spark: address = "" } = await addresses();
   * await using spark = await openSpark({ address });
   * const rows = spark.query`SELECT 'to be or not' AS text`;
   * const words = await spark.transform(rows, defineTask({
   *   in: { text: "string" },
   *   out: { words: "int" },
   *   map: ({ text }) => ({ words: text.split(" ").length }),
   * }));
   * console.assert((await words.first())?.words === 4);
   * ```
   */
  async transform<Of extends AnyTask>(
    rows: Planned,
    task: string | URL | Of,
    options: TransformOptions = {},
  ): Promise<SparkRelation<TaskRow<Of>>> {
    const { plan, columns } = await transformRows(this.#wire, rows, task, options);
    return new SparkRelation<TaskRow<Of>>(this.#wire, plan, columns);
  }

  /** The queries of the session that go on. */
  async streams({ signal }: RunOptions = {}): Promise<StreamingQuery[]> {
    const command = { case: "active" as const, value: true };
    const answers = await this.#wire.command({ case: "streamingQueryManagerCommand", value: { command } }, signal);
    const result = answers.find((answer) => answer.case === "streamingQueryManagerCommandResult")?.value.resultType;
    const active = result?.case === "active" ? result.value.activeQueries : [];
    return active.flatMap(({ id, name = "" }) => (id === undefined ? [] : [new StreamingQuery(this.#wire, id, name)]));
  }

  /**
   * Reads a model that was saved.
   *
   * @param name its class: `org.apache.spark.ml.clustering.KMeansModel`
   */
  loadModel(name: string, path: string, options: RunOptions = {}): Promise<SparkModel> {
    return readModel(this.#wire, name, path, options);
  }

  /** A setting of the session, undefined when it has no value. */
  async setting(name: string, { signal }: RunOptions = {}): Promise<string | undefined> {
    const values = await this.#wire.configure({ case: "getOption", value: { keys: [name] } }, signal);
    return values.get(name);
  }

  /** Closes the session; Spark forgets what it had. */
  async close(): Promise<void> {
    await this.#wire.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function tablePlan(name: string) {
  return relation({
    case: "read",
    value: { readType: { case: "namedTable", value: { unparsedIdentifier: name } } },
  });
}

function readPlan({ format, paths = [], schema, options = {} }: ReadOptions, isStreaming: boolean) {
  const source = { format, paths: [...paths], options: { ...options }, ...(schema !== undefined && { schema }) };
  return relation({ case: "read", value: { isStreaming, readType: { case: "dataSource", value: source } } });
}
