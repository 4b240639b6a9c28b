/** The Hive table over a topic's data files: made where it is missing, with a partition for each date or hour that has files. */
import { retry } from "../../async/index.ts";
import { isStreambookError } from "../../errors/index.ts";
import { addPartition, createExternalTable, type HiveSession, openHive } from "../../hive/index.ts";
import type { Field, Schema } from "../../schema/index.ts";
import type { Layout } from "./layout.ts";

/** What a table is besides the columns of its messages. */
export interface HiveTableOptions {
  readonly name: string;
  /** Statements that make views of the table. @default none */
  readonly views?: readonly string[] | undefined;
  /** Properties of the table, if it has to be made. @default none */
  readonly properties?: Readonly<Record<string, string>> | undefined;
}

/** What the statement that makes a table follows from. */
export interface TableDefinition extends HiveTableOptions {
  readonly schema: Schema;
  /** Columns after those of the schema. */
  readonly columns: readonly Field[];
  readonly layout: Layout;
  /** The folder of the files on HDFS. */
  readonly folder: string;
}

/** What a {@link HiveTable} is made with. */
export interface HiveTableParts extends TableDefinition {
  /** HiveServer2, `host:port`. */
  readonly hive: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The statement that makes a table.
 *
 * @throws USAGE for a name that cannot be used, or a column that is there twice
 */
export function creationOf({ name, schema, columns, layout, folder, properties }: TableDefinition): string {
  return createExternalTable(schema, {
    table: name,
    extraColumns: columns,
    partitionedBy: layout.columns,
    format: layout.format,
    location: folder,
    properties,
  });
}

/** An external table over a folder of data files, partitioned as they are. */
export class HiveTable implements AsyncDisposable {
  readonly #options: HiveTableParts;
  readonly #periods = new Set<string>();
  #created: Promise<void> | undefined;
  #session: Promise<HiveSession> | undefined;

  constructor(options: HiveTableParts) {
    this.#options = options;
  }

  /** Makes the table and its views, where they are missing; once. */
  create(): Promise<void> {
    const { views = [] } = this.#options;
    this.#created ??= this.#hive(async (session) => {
      await session.execute(creationOf(this.#options));
      for (const view of views) await session.execute(view);
    }).catch((error: unknown) => {
      this.#created = undefined; // to be tried again
      throw error;
    });
    return this.#created;
  }

  /** Adds the partition of a date or hour, once; waits for the table. */
  async addPeriod(period: string): Promise<void> {
    const { name, layout, folder } = this.#options;
    if (this.#periods.has(period)) return;
    await this.create();
    const statement = addPartition(name, layout.valuesOf(period), `${folder}/${layout.folderOf(period)}`);
    await this.#hive((session) => session.execute(statement));
    this.#periods.add(period);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#created?.catch(() => undefined);
    await this.#session?.then((session) => session.close()).catch(() => undefined);
  }

  /**
   * Runs statements on one session, which connects again by itself. When two consumers make the same thing at once, `IF NOT
   * EXISTS` fails one of them; the next try finds it made.
   */
  async #hive(statements: (session: HiveSession) => Promise<void>): Promise<void> {
    const { hive, signal } = this.#options;
    this.#session ??= openHive({ address: hive, signal });
    const session = await this.#session.catch((error: unknown) => {
      this.#session = undefined;
      throw error;
    });
    await retry(() => statements(session), {
      attempts: 3,
      isRetriable: (error) => isStreambookError(error, "HIVE_FAILED"),
      signal,
    });
  }
}
