/**
 * The time that writes carry. Cassandra keeps, of two values of a cell, the one with the later time: after a clock has jumped back, new
 * averages would be thrown away in silence. So the times of a job's writes go by a number in the store that only grows; the same
 * number says whose turn it is, and a job that another has followed writes nothing more.
 */
import { randomUUID } from "node:crypto";
import { type CassandraSession, identifier, type TableDesign } from "../../../cassandra/index.ts";
import { StreambookError } from "../../../errors/index.ts";

/** What {@link WriteTime} works with. */
export interface WriteTimeOptions {
  readonly cassandra: CassandraSession;
  readonly keyspace: string;
  /** The table of the writers. */
  readonly table: TableDesign;
  /** Whose data is written. */
  readonly topic: string;
  /** Microseconds since 1970. @default the clock's */
  readonly now?: (() => number) | undefined;
}

/** Gives times to write with, as long as nobody else is the writer. */
export class WriteTime {
  readonly #options: WriteTimeOptions;
  readonly #writer = randomUUID();
  readonly #table: string;
  #isClaimed = false;

  constructor(options: WriteTimeOptions) {
    this.#options = options;
    this.#table = identifier(`${options.keyspace}.${options.table.name}`);
  }

  /** Becomes the writer, in place of the one before. */
  async claim(): Promise<void> {
    this.#isClaimed = false;
    await this.next();
    this.#isClaimed = true;
  }

  /**
   * A time later than that of every write before, in microseconds since 1970: that of the clock, unless that one has jumped back.
   *
   * @throws RUN_UNDER_WAY when another has become the writer
   */
  async next(): Promise<number> {
    for (;;) {
      const last = await this.#last();
      if (this.#isClaimed && last?.writer !== this.#writer)
        throw new StreambookError(
          "RUN_UNDER_WAY",
          `another job writes the ratings of the topic ${this.#options.topic} now; this one ends, and nothing is lost or doubled`,
        );
      const time = Math.max(this.#now(), Number(last?.time ?? 0n) + 1);
      if (await this.#replace(last?.time, time)) return time;
    }
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now() * 1000;
  }

  async #last(): Promise<{ readonly writer: unknown; readonly time: bigint } | undefined> {
    const { cassandra, topic } = this.#options;
    const cql = `SELECT writer, write_time FROM ${this.#table} WHERE topic = ?`;
    const [row] = await cassandra.query(cql, [topic], { consistency: "serial" });
    return row === undefined ? undefined : { writer: row["writer"], time: row["write_time"] as bigint };
  }

  /** A condition, so that of two that come at once one is refused. One whose answer was lost may have been done: the next look says. */
  async #replace(before: bigint | undefined, time: number): Promise<boolean> {
    const { cassandra, topic } = this.#options;
    const parameters = [this.#writer, BigInt(time), topic];
    const [row] =
      before === undefined
        ? await cassandra.query(
            `INSERT INTO ${this.#table} (writer, write_time, topic) VALUES (?, ?, ?) IF NOT EXISTS`,
            parameters,
            { isIdempotent: false },
          )
        : await cassandra.query(
            `UPDATE ${this.#table} SET writer = ?, write_time = ? WHERE topic = ? IF write_time = ?`,
            [...parameters, before],
            { isIdempotent: false },
          );
    return row?.["[applied]"] === true;
  }
}
