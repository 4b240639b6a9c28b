/** One statement: its rows are read as they come, or all at once; nothing is sent before that. */
import { delay } from "../async/index.ts";
import { StreambookError } from "../errors/index.ts";
import { trinoError, TrinoError } from "./errors.ts";
import { progressOf, type TrinoProgress } from "./progress.ts";
import { columnNames, rowReader, type TrinoRow } from "./rows.ts";
import type { Answer, TrinoWire } from "./wire.ts";

/** Options of everything that runs a statement. */
export interface QueryOptions {
  /** Ends the statement on Trino as well. */
  readonly signal?: AbortSignal | undefined;
  /** Called with every answer of Trino, several times a second. */
  readonly onProgress?: ((progress: TrinoProgress) => void) | undefined;
}

/**
 * How long a statement waits for a Trino that answers already but has no node to work on yet, in milliseconds: for some seconds after its
 * start, and while a busy machine lets its node miss its own heartbeat.
 */
const NODE_WAIT = 30_000;
/** Milliseconds between two tries of that. */
const NODE_INTERVAL = 500;

/** A column of a result. */
export interface TrinoColumn {
  readonly name: string;
  /** As Trino writes it: `varchar(20)`, `array(bigint)`. */
  readonly type: string;
}

/** What a statement came to. */
export interface TrinoResult<Row> {
  /** Trino's name of the statement. */
  readonly id: string;
  readonly columns: readonly TrinoColumn[];
  readonly rows: Row[];
  /** What it has done, where that is not to give rows: `INSERT`, `CREATE TABLE`. */
  readonly updateType: string | undefined;
  /** How many rows it has changed, where it says so. */
  readonly updateCount: number | undefined;
  readonly warnings: readonly string[];
  /** How far it was at its end. */
  readonly progress: TrinoProgress;
}

/** A statement of {@link Trino.query}. It may run several times. */
export class TrinoQuery<Row = TrinoRow> implements AsyncIterable<Row> {
  /** As it is sent. */
  readonly text: string;
  readonly #wire: TrinoWire;

  /** For {@link Trino.query}. */
  constructor(wire: TrinoWire, text: string) {
    this.#wire = wire;
    this.text = text;
  }

  /** Runs the statement, and gives all of its rows. @throws TrinoError with Trino's own reason; UNREACHABLE */
  async collect(options: QueryOptions = {}): Promise<Row[]> {
    return (await this.run(options)).rows;
  }

  /** The first row; undefined without one. Trino is not asked for the others. */
  async first(options: QueryOptions = {}): Promise<Row | undefined> {
    for await (const row of this.stream(options)) return row;
    return undefined;
  }

  /** Runs the statement to its end, and gives all that is known of it. @throws as {@link collect} */
  async run(options: QueryOptions = {}): Promise<TrinoResult<Row>> {
    const rows: Row[] = [];
    let last: Answer | undefined;
    let columns: TrinoColumn[] = [];
    for await (const { answer, page } of this.#pages(options)) {
      last = answer;
      if (answer.columns !== undefined && columns.length === 0) columns = described(answer.columns);
      for (const row of page) rows.push(row); // no spread: a page may have more rows than a call may have arguments
    }
    if (last === undefined) throw new StreambookError("INTERNAL", "Trino has ended a statement without an answer");
    const { id, updateType, updateCount, warnings = [], stats } = last;
    const [said, progress] = [warnings.map(({ message }) => message), progressOf(id, stats)];
    return { id, columns, rows, updateType, updateCount, warnings: said, progress };
  }

  /** Runs the statement, and gives its rows as they come. Whoever stops reading ends it. */
  async *stream(options: QueryOptions = {}): AsyncGenerator<Row> {
    for await (const { page } of this.#pages(options)) yield* page;
  }

  [Symbol.asyncIterator](): AsyncGenerator<Row> {
    return this.stream();
  }

  /** The answers of one run, each with its rows. One that Trino has not begun, for want of a node, is run again. */
  async *#pages(options: QueryOptions): AsyncGenerator<{ answer: Answer; page: Row[] }> {
    const giveUp = performance.now() + NODE_WAIT;
    for (;;) {
      let hasBegun = false;
      try {
        for await (const each of this.#run(options)) {
          hasBegun ||= each.page.length > 0 || (each.answer.stats.completedSplits ?? 0) > 0;
          yield each;
        }
        return;
      } catch (error) {
        const lacksNode = error instanceof TrinoError && error.errorName === "NO_NODES_AVAILABLE";
        if (!lacksNode || hasBegun || performance.now() > giveUp) throw error;
        await delay(NODE_INTERVAL, options.signal);
      }
    }
  }

  /** The answers of one run, as they come. */
  async *#run({ signal, onProgress }: QueryOptions): AsyncGenerator<{ answer: Answer; page: Row[] }> {
    let answer = await this.#wire.begin(this.text, signal);
    let read: ReturnType<typeof rowReader> | undefined;
    let isOver = false;
    try {
      for (;;) {
        const { id, error, columns, data = [], nextUri, stats } = answer;
        onProgress?.(progressOf(id, stats));
        if (error !== undefined) {
          isOver = true;
          throw trinoError(error, id);
        }
        if (columns !== undefined) read ??= rowReader(columns);
        isOver = nextUri === undefined;
        yield { answer, page: read === undefined ? [] : data.map((values) => read!(values) as Row) };
        if (nextUri === undefined) return;
        answer = await this.#wire.next(nextUri, id, signal);
      }
    } finally {
      // Whoever stopped reading, or whatever broke: Trino would go on working for nobody.
      if (!isOver && answer.nextUri !== undefined) await this.#wire.cancel(answer.nextUri);
    }
  }
}

function described(columns: NonNullable<Answer["columns"]>): TrinoColumn[] {
  const names = columnNames(columns);
  return columns.map(({ type }, index) => ({ name: names[index]!, type }));
}
