/** Trino: where it is, who asks, and what is asked. */
import { parseAddress, reachDirectly } from "../address/index.ts";
import { StreambookError } from "../errors/index.ts";
import { hadoopUser } from "../user/index.ts";
import { TrinoQuery, type QueryOptions } from "./query.ts";
import type { TrinoRow } from "./rows.ts";
import { type SqlPart, statementText } from "./sql.ts";
import { TrinoWire } from "./wire.ts";

/** Options of {@link openTrino}. */
export interface TrinoOptions {
  /** `http://host:port`. */
  readonly address: string;
  /** @default the user of this process, or HADOOP_USER_NAME */
  readonly user?: string;
  /** What asks, for Trino's page of statements. @default "streambook" */
  readonly source?: string;
  /** The catalog of names that say none. @default none */
  readonly catalog?: string;
  /** The schema of names that say none. @default none */
  readonly schema?: string;
  /** The session's properties: `{ query_max_run_time: "5m" }`. @default Trino's own */
  readonly session?: Readonly<Record<string, string>>;
  /** Longest wait for one answer, in milliseconds; a statement has many. @default 60000 */
  readonly timeout?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens Trino: one statement shows that it answers.
 *
 * @throws USAGE for an address that is none; UNREACHABLE when nothing answers there, or something that is not Trino
 *
 * @example
 * ```ts
 * import { openTrino } from "streambook/trino";
 * import { addresses } from "streambook/stack";
 * const { trino: address = "" } = await addresses();
 * const trino = await openTrino({ address });
 * const rows = await trino.sql<{ n: bigint }>`SELECT n * ${2} AS n FROM (VALUES 1, 2, 3) AS t(n) WHERE n > ${1}`;
 * console.assert(rows.map(({ n }) => n).join() === "4,6");
 * ```
 */
export async function openTrino(options: TrinoOptions): Promise<Trino> {
  const { address, user = hadoopUser(), source = "streambook", timeout = 60_000, signal } = options;
  const { catalog, schema, session = {} } = options;
  if (!address.startsWith("http://") || parseAddress(address.replace("http://", ""))?.host === undefined)
    throw new StreambookError(
      "USAGE",
      `the address of Trino must be of the form http://host:port, and is ${JSON.stringify(address)}`,
    );
  reachDirectly(address);
  const trino = new Trino(new TrinoWire({ address, user, source, catalog, schema, session, timeout }));
  await trino.query("SELECT 1").collect({ signal });
  return trino;
}

/** Trino, as {@link openTrino} gives it. What `USE` and `SET SESSION` change holds for the statements of the same object that follow. */
export class Trino {
  readonly #wire: TrinoWire;

  /** For {@link openTrino}. */
  constructor(wire: TrinoWire) {
    this.#wire = wire;
  }

  /**
   * Runs one statement, and gives its rows.
   *
   * @typeParam Row what the rows are, as the caller says
   * @throws TrinoError with Trino's own reason, and what to do; UNREACHABLE
   */
  sql<Row = TrinoRow>(text: string | TemplateStringsArray, ...parts: readonly SqlPart[]): Promise<Row[]> {
    return this.query<Row>(text, ...parts).collect();
  }

  /**
   * A statement: nothing is asked of Trino until it is run. Values in it become literals, and names those of {@link identifier}: nothing
   * that they hold is read as SQL.
   *
   * @example
   * ```ts
   * import { identifier, openTrino } from "streambook/trino";
   * import { addresses } from "streambook/stack";
   * const { trino: address = "" } = await addresses();
   * const trino = await openTrino({ address });
   * const tables = identifier("memory.information_schema.tables");
   * for await (const { table_name } of trino.query`SELECT table_name FROM ${tables} WHERE table_name = ${"columns"}`)
   *   console.assert(table_name === "columns");
   * ```
   */
  query<Row = TrinoRow>(text: string | TemplateStringsArray, ...parts: readonly SqlPart[]): TrinoQuery<Row> {
    return new TrinoQuery<Row>(this.#wire, statementText(text, ...parts));
  }

  /** The names of the catalogs: one for each store that runs. */
  async catalogs(options: QueryOptions = {}): Promise<string[]> {
    const rows = await this.query<{ Catalog: string }>("SHOW CATALOGS").collect(options);
    return rows.map(({ Catalog }) => Catalog);
  }
}
