/** Statements of Cassandra. */
import driver, { type Client, type QueryOptions } from "cassandra-driver";
import { orAborted, retry } from "../async/index.ts";
import { changesTables, tablesAgreed } from "./agreement.ts";
import type { Connection } from "./connection.ts";
import { failureOf, type Surroundings } from "./failures.ts";
import { type CassandraRow, type CassandraValue, plainRow } from "./values.ts";

const { consistencies: levels } = driver.types;

/** How many of a row's nodes must have done what is asked: https://cassandra.apache.org/doc/latest/cassandra/architecture/dynamo.html */
export const consistencies = {
  any: levels.any,
  one: levels.one,
  two: levels.two,
  three: levels.three,
  quorum: levels.quorum,
  all: levels.all,
  local_one: levels.localOne,
  local_quorum: levels.localQuorum,
  serial: levels.serial,
} as const;

/** A consistency level. */
export type Consistency = keyof typeof consistencies;

/** Options of a statement. */
export interface StatementOptions {
  /** @default the session's */
  readonly consistency?: Consistency | undefined;
  /** The time that writes carry, in microseconds since 1970: of two values of a cell the one with the later time is kept. @default the clock's */
  readonly timestamp?: number | undefined;
  /** Longest wait for the answer, in milliseconds. @default the session's */
  readonly timeout?: number | undefined;
  /**
   * Whether the statement does the same when it is done twice, so that it may be tried again when nobody knows whether it was done.
   * Counters, lists that grow and conditions (`IF`) do not. @default true
   */
  readonly isIdempotent?: boolean | undefined;
  /** Ends the waiting; what was asked may be done all the same. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of {@link CassandraSession.rows}. */
export interface PageOptions extends StatementOptions {
  /** Rows that are fetched at once. @default 2000 */
  readonly pageSize?: number | undefined;
}

/** A result as a table: its columns in their order, and a value for each in every row. */
export interface CassandraTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly CassandraValue[])[];
}

/** A statement of a batch. */
export interface BatchedStatement {
  readonly cql: string;
  readonly parameters: readonly unknown[];
}

/** How often a statement is tried when a node is away for a moment. */
const ATTEMPTS = 4;
const PAGE = 2000;

/**
 * A session with Cassandra. Statements are prepared once, and may be asked for many at once. A statement that can be repeated is tried
 * again, a few times, when its answer was lost.
 */
export class CassandraSession implements AsyncDisposable {
  readonly #connection: Connection;
  readonly #at: Surroundings;
  readonly #signal: AbortSignal | undefined;

  constructor(connection: Connection, at: Surroundings, signal: AbortSignal | undefined) {
    this.#connection = connection;
    this.#at = at;
    this.#signal = signal;
  }

  /**
   * Runs a statement and gives its rows, all of them.
   *
   * @param cql with `?` for each parameter
   * @param parameters values for them, in their order
   * @throws CASSANDRA_FAILED with Cassandra's own message; NODES_MISSING; TIMEOUT; UNREACHABLE
   */
  async query(
    cql: string,
    parameters: readonly unknown[] = [],
    options: StatementOptions = {},
  ): Promise<CassandraRow[]> {
    const found: CassandraRow[] = [];
    for await (const row of this.rows(cql, parameters, options)) found.push(row);
    return found;
  }

  /**
   * Runs a statement, and gives its rows page by page: of a result of any size, one page is in memory.
   *
   * @throws as {@link query}
   */
  async *rows(
    cql: string,
    parameters: readonly unknown[] = [],
    { pageSize = PAGE, ...options }: PageOptions = {},
  ): AsyncGenerator<CassandraRow> {
    let state: string | undefined;
    do {
      const page = { ...driverOptions(options), fetchSize: pageSize, ...(state !== undefined && { pageState: state }) };
      const result = await this.#try(options, (client) => client.execute(cql, [...parameters], page));
      for (const row of result.rows ?? []) yield plainRow(row);
      state = result.pageState ?? undefined;
    } while (state !== undefined);
  }

  /**
   * Runs a statement, not prepared, and gives its columns in their order, also when it has no rows.
   *
   * @param maximumRows more are not fetched
   * @throws as {@link query}
   */
  async table(cql: string, maximumRows: number, options: StatementOptions = {}): Promise<CassandraTable> {
    const once = { ...driverOptions(options), prepare: false, fetchSize: Math.min(maximumRows, 5000) };
    const result = await this.#try(options, (client) => client.execute(cql, [], once));
    if (changesTables(cql)) await this.#agreement(options);
    const columns = (result.columns ?? []).map(({ name }) => name);
    const rows: (readonly CassandraValue[])[] = [];
    const add = (row: CassandraRow): void => void rows.push(columns.map((name) => row[name] ?? null));
    for await (const row of result.rows === undefined ? [] : result) {
      if (rows.length >= maximumRows) break;
      add(plainRow(row));
    }
    return { columns, rows };
  }

  /** Runs a statement that has no rows. When it changes tables, all nodes that are up know them afterwards. @throws as {@link query} */
  async execute(cql: string, parameters: readonly unknown[] = [], options: StatementOptions = {}): Promise<void> {
    await this.#try(options, (client) => client.execute(cql, [...parameters], driverOptions(options)));
    if (changesTables(cql)) await this.#agreement(options);
  }

  /**
   * Runs several writes of one partition as one: all of them or none, at once. Of several partitions they are just sent together, and the
   * node that takes them has the work: send those apart.
   *
   * @throws as {@link query}
   */
  async batch(statements: readonly BatchedStatement[], options: StatementOptions = {}): Promise<void> {
    const queries = statements.map(({ cql, parameters }) => ({ query: cql, params: [...parameters] }));
    await this.#try(options, (client) => client.batch(queries, { ...driverOptions(options), logged: false }));
  }

  /** Closes the connections. */
  async close(): Promise<void> {
    await this.#connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #agreement({ signal }: StatementOptions): Promise<void> {
    return tablesAgreed(async () => {
      const [own, others] = await Promise.all([
        this.query("SELECT schema_version FROM system.local", [], { signal, consistency: "one" }),
        this.query("SELECT schema_version FROM system.peers_v2", [], { signal, consistency: "one" }),
      ]);
      return [...own, ...others].map((row) => row["schema_version"] as string);
    });
  }

  #try<T>(
    { isIdempotent = true, signal = this.#signal }: StatementOptions,
    ask: (client: Client) => Promise<T>,
  ): Promise<T> {
    const attempt = async (): Promise<T> => {
      try {
        const answer = this.#connection.client().then(ask);
        return await (signal === undefined ? answer : orAborted(answer, signal));
      } catch (error) {
        throw failureOf(error, this.#at);
      }
    };
    return retry(attempt, { attempts: isIdempotent ? ATTEMPTS : 1, signal });
  }
}

function driverOptions({ consistency, timestamp, timeout, isIdempotent }: StatementOptions): QueryOptions {
  return {
    prepare: true,
    ...(consistency !== undefined && { consistency: consistencies[consistency] }),
    ...(timestamp !== undefined && { timestamp }),
    ...(timeout !== undefined && { readTimeout: timeout }),
    ...(isIdempotent !== undefined && { isIdempotent }),
  };
}
