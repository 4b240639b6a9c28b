/** Statements of Hive, one after the other, on a session that comes back when its connection was lost. */
import { parseAddress } from "../address/index.ts";
import { delay, orAborted, retry, withTimeout } from "../async/index.ts";
import { isStreambookError, messageOf, StreambookError } from "../errors/index.ts";
import { hadoopUser } from "../user/index.ts";
import { connect, stateOf, type Connection } from "./connection.ts";
import type { IOperation } from "./driver.ts";
import { batchReader, rowObjects, type BatchReader, type HiveRow, type HiveTable, type HiveValue } from "./rows.ts";
import { statementsOf } from "./statements.ts";

/** Options of {@link openHive}. */
export interface HiveOptions {
  /** HiveServer2, `host:port`. */
  readonly address: string;
  /** @default the user of this process, or HADOOP_USER_NAME */
  readonly user?: string | undefined;
  /** Longest wait for a session, in milliseconds. @default 30000 */
  readonly connectTimeout?: number;
  /** Longest wait for a statement, in milliseconds. @default 600000 */
  readonly statementTimeout?: number;
  /** Cancels the statement under way, and all that wait. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link HiveSession.query}. */
export interface QueryOptions {
  /** Most rows to give; the driver alone would give 100. @default all */
  readonly maximumRows?: number;
  /** Cancels this statement. */
  readonly signal?: AbortSignal | undefined;
}

type Use<T> = (operation: IOperation, connection: Connection) => Promise<T>;

/** Rows asked for at once: the driver reads an answer again from its start with every packet, so large ones are slow. */
const BATCH = 1000;

/**
 * Opens a session with HiveServer2.
 *
 * @throws UNREACHABLE when nothing answers at the address; USAGE when it is not `host:port`
 *
 * @example
 * ```ts
 * import { openHive } from "streambook/hive";
 * import { addresses } from "streambook/stack";
 * const hive = await openHive({ address: (await addresses()).hive });
 * const rows = await hive.query("SELECT 1 AS one");
 * console.assert(rows[0]?.["one"] === 1);
 * await hive.close();
 * ```
 */
export async function openHive(options: HiveOptions): Promise<HiveSession> {
  const session = new HiveSession(options);
  await session.connect();
  return session;
}

/**
 * A session with HiveServer2. Statements may be asked for at once; they run one after the other, because a session runs one at a
 * time. When the connection is lost, the statement under way fails with UNREACHABLE (it may or may not have been done)
 * and the next one opens a new session: settings made by `SET` and temporary tables are gone then. An idle session does not keep
 * the process alive.
 */
export class HiveSession {
  readonly #options: HiveOptions;
  readonly #host: string;
  readonly #port: number;
  #connection: Connection | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #tidying: Promise<void> = Promise.resolve();
  #closed = false;

  /** @throws USAGE when the address is not `host:port` */
  constructor(options: HiveOptions) {
    const { host, port } = parseAddress(options.address) ?? {};
    if (host === undefined || port === undefined) {
      throw new StreambookError(
        "USAGE",
        `the address of HiveServer2 must be host:port, and is ${JSON.stringify(options.address)}`,
      );
    }
    this.#options = options;
    this.#host = host;
    this.#port = port;
  }

  /** Connects now rather than at the first statement. */
  async connect(): Promise<void> {
    await this.#connected(this.#options.signal);
  }

  /**
   * Runs a statement and gives its rows.
   *
   * @param sql one statement; a `;` at its end is taken off
   * @throws HIVE_FAILED with Hive's own message; UNREACHABLE when the connection is lost; TIMEOUT; USAGE for several statements
   */
  async query(sql: string, options: QueryOptions = {}): Promise<HiveRow[]> {
    return rowObjects(await this.queryTable(sql, options));
  }

  /**
   * Runs a statement and gives its result with the columns in their order, also when it has no rows. A question that fails because files
   * of its table were joined while it was answered is asked again.
   *
   * @throws as {@link query}
   */
  queryTable(sql: string, options: QueryOptions = {}): Promise<HiveTable> {
    const { maximumRows = Infinity, signal } = options;
    const ask = (): Promise<HiveTable> =>
      this.#inTurn(sql, signal, (operation, connection) => fetchTable(operation, connection, maximumRows));
    if (typeof (sql as unknown) !== "string" || !QUESTION.test(sql)) return ask();
    return retry(ask, { attempts: 5, minimumDelay: 0, maximumDelay: 0, isRetriable: isOvertaken, signal });
  }

  /** Runs a statement that has no rows. @throws as {@link query} */
  async execute(sql: string, options: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    await this.#inTurn(sql, options.signal, async () => {});
  }

  /** Waits for the statement under way, and closes. Statements asked for later are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#tail;
    await this.#connection?.close();
    this.#connection = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Runs a statement when those before it have ended and are tidied up. */
  #inTurn<T>(sql: string, signal: AbortSignal | undefined, use: Use<T>): Promise<T> {
    if (this.#closed)
      return Promise.reject(new StreambookError("USAGE", "this Hive session is closed; open another one"));
    if (typeof (sql as unknown) !== "string")
      return Promise.reject(
        new StreambookError("USAGE", `a statement of SQL must be a string, and this is ${String(sql)}`),
      );
    const [statement = "", ...more] = statementsOf(sql);
    if (more.length > 0)
      return Promise.reject(
        new StreambookError(
          "USAGE",
          `Hive takes one statement at a time, and these are ${more.length + 1}, the second ${shown(more[0] as string)}; give them one by one`,
        ),
      );
    const signals = [signal, this.#options.signal].filter((each) => each !== undefined);
    const stop = AbortSignal.any(signals);
    const turn = this.#tail.then(() => this.#run(statement, stop, use, true));
    this.#tail = turn.then(
      () => this.#tidying,
      () => this.#tidying,
    );
    return orAborted(turn, stop);
  }

  async #run<T>(sql: string, signal: AbortSignal, use: Use<T>, again: boolean): Promise<T> {
    const connection = await this.#connected(signal);
    signal.throwIfAborted(); // aborted while it waited for its turn: it must not be begun
    connection.keepAlive(true);
    const operation = connection.guard(connection.session.executeStatement(sql, { runAsync: true }));
    const limit = this.#options.statementTimeout ?? 600_000;
    let finished = false;
    try {
      const result = await withTimeout(
        `Hive to run ${shown(sql)}`,
        limit,
        async (stop) => {
          await untilReady(await operation, connection, stop);
          return use(await operation, connection);
        },
        signal,
      );
      finished = true;
      return result;
    } catch (error) {
      signal.throwIfAborted();
      if (again && /Invalid SessionHandle/i.test(messageOf(error))) {
        await connection.close(); // the server forgot the session; the statement was not begun
        return await this.#run(sql, signal, use, false);
      }
      throw explained(error, sql);
    } finally {
      this.#tidying = tidy(connection, operation, finished);
    }
  }

  async #connected(signal: AbortSignal | undefined): Promise<Connection> {
    if (this.#connection?.isOpen() !== true) {
      const { user = hadoopUser(), connectTimeout = 30_000 } = this.#options;
      const options = { host: this.#host, port: this.#port, user, timeout: connectTimeout, signal };
      this.#connection = await retry(() => connect(options), {
        attempts: 3,
        signal,
        isRetriable: (error) => isStreambookError(error, "UNREACHABLE"),
      });
      this.#connection.keepAlive(false);
    }
    return this.#connection;
  }
}

/** Waits until the server has done a statement. */
async function untilReady(operation: IOperation, connection: Connection, stop: AbortSignal): Promise<void> {
  for (let pause = 5; ; pause = Math.min(200, pause * 2)) {
    stop.throwIfAborted();
    const asked = performance.now();
    const { ready, failure } = await connection.guard(stateOf(operation));
    if (failure !== undefined) throw new Error(failure);
    if (ready) return;
    if (performance.now() - asked < 50) await delay(pause, stop); // else the server held the answer back itself
  }
}

async function fetchTable(operation: IOperation, connection: Connection, maximum: number): Promise<HiveTable> {
  const rows: HiveValue[][] = [];
  let reader: BatchReader | undefined;
  while (rows.length < maximum) {
    operation.setMaxRows(Math.min(BATCH, maximum - rows.length));
    await connection.guard(operation.fetch());
    const descriptors = operation.getSchema()?.columns;
    if (descriptors === undefined) break; // a statement without a result
    reader ??= batchReader(descriptors);
    const batch = operation.getData().flatMap((part) => reader!.read(part.columns ?? []));
    operation.flush();
    if (batch.length === 0) break;
    for (const row of batch) rows.push(row);
  }
  return { columns: reader?.columns ?? [], rows };
}

/** Frees a statement on the server, cancelled first if it still runs; a server that does not answer loses the connection. */
async function tidy(connection: Connection, operation: Promise<IOperation>, finished: boolean): Promise<void> {
  try {
    await withTimeout("Hive to free a statement", 5000, async () => {
      const begun = await operation.catch(() => undefined);
      if (begun === undefined || !connection.isOpen()) return;
      if (!finished) await connection.guard(begun.cancel()).catch(() => {});
      await connection.guard(begun.close()).catch(() => {});
    });
  } catch {
    await connection.close();
  } finally {
    connection.keepAlive(false);
  }
}

/** A statement that changes nothing. */
const QUESTION = /^\s*(?:SELECT|WITH)\b/i;
/**
 * What Hive says when a file that it has listed is gone. Of what has failed in a task of MapReduce, it tells only the number: such a
 * question is asked again in any case.
 */
const OVERTAKEN = /FileNotFoundException|File does not exist|return code 2 from \S*MapRedTask/;

/** Whether a question that has failed so may have been overtaken by a compaction. @internal */
export function isOvertaken(error: unknown): boolean {
  return isStreambookError(error, "HIVE_FAILED") && OVERTAKEN.test(error.message);
}

/** What Hive says when what it stands on is away: its metastore, or HDFS. The statement may be right. */
const AWAY =
  /SessionHiveMetaStoreClient|Could not connect to meta store|ConnectException|Connection refused|SafeModeException|is in safe mode/i;

/** The error of a statement that has failed. @internal */
export function explained(error: unknown, sql: string): unknown {
  if (error instanceof StreambookError) return error;
  const reason = messageOf(error).replace(/^Error while (?:compiling|processing) statement: (?:FAILED: )?/, "");
  if (AWAY.test(reason))
    return new StreambookError(
      "HIVE_FAILED",
      `Hive failed ${shown(sql)}: something that it needs is away (${reason}); try again when it is back`,
      { cause: error, retriable: true, hint: { log: "hive" } },
    );
  const isThere = /AlreadyExistsException/.test(reason);
  const advice = isThere ? "made before? add IF NOT EXISTS to it, or drop the old one first" : "correct the statement";
  return new StreambookError("HIVE_FAILED", `Hive failed ${shown(sql)}: ${reason}; ${advice}`, {
    cause: error,
    ...(isThere ? {} : { hint: { log: "hive" } }),
  });
}

function shown(sql: string): string {
  const line = sql.replace(/\s+/g, " ");
  return JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}…` : line);
}
