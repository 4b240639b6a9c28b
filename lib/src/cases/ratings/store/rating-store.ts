/**
 * Ratings into their tables. First what happened, in both orders; then, of each movie's hour that something came to, the sum is asked for
 * and the averages are written anew; last of all how far it came. Killed anywhere in between, the same messages are read again, and the
 * same rows come of them: nothing is added to anything, so nothing can be added twice.
 */
import {
  type CassandraRow,
  type CassandraSession,
  ensureTables,
  identifier,
  type TableDesign,
  writeRows,
} from "../../../cassandra/index.ts";
import { mapConcurrent } from "../../../async/index.ts";
import { type MovieHour, type Ranked, type RunningAverage, runningAverages, topMovies } from "./averages.ts";
import { type Progress, progressOf, progressRow } from "./progress.ts";
import { hoursLater, type Rating } from "../read.ts";
import { type RatingTables, WINDOW } from "../tables.ts";
import { WriteTime } from "./write-time.ts";

/** What a {@link RatingStore} works with. */
export interface RatingStoreOptions {
  readonly cassandra: CassandraSession;
  readonly keyspace: string;
  readonly tables: RatingTables;
  readonly topic: string;
  /** The Kafka cluster whose offsets are kept. */
  readonly cluster: string;
  /** How many nodes keep each row. @default 1 */
  readonly copies?: number | undefined;
  /** The clock, in microseconds since 1970. @default the machine's */
  readonly now?: (() => number) | undefined;
}

/** What was written at once. */
export interface Stored {
  /** Rows of all tables. */
  readonly rows: number;
  /** Movies' hours whose averages were written anew. */
  readonly averages: number;
}

/** Questions to Cassandra under way at once. */
const CONCURRENCY = 32;

/** The tables of the case, for the job that writes them. */
export class RatingStore {
  readonly #options: RatingStoreOptions;
  readonly #writeTime: WriteTime;

  private constructor(options: RatingStoreOptions) {
    this.#options = options;
    this.#writeTime = new WriteTime({ ...options, table: options.tables.writers });
  }

  /** Opens the tables, makes those that are missing, and becomes their writer. @throws TABLE_DIFFERS */
  static async open(options: RatingStoreOptions): Promise<RatingStore> {
    const { cassandra, keyspace, tables, copies } = options;
    await ensureTables(cassandra, { keyspace, tables: Object.values(tables), copies });
    const store = new RatingStore(options);
    await store.#writeTime.claim();
    return store;
  }

  /** How far the partitions are, those of which something is written, with the cluster whose offsets these are. */
  async progress(): Promise<{ readonly cluster: string; readonly progress: Progress }[]> {
    const { cassandra, topic, tables } = this.#options;
    const rows = await cassandra.query(`SELECT * FROM ${this.#name(tables.progress)} WHERE topic = ?`, [topic]);
    return rows.map((row) => ({ cluster: row["cluster"] as string, progress: progressOf(row) }));
  }

  /** Writes ratings, what follows from them, and how far they go. @throws RUN_UNDER_WAY when another job has become the writer */
  async write(ratings: readonly Rating[], progress: readonly Progress[]): Promise<Stored> {
    const { tables } = this.#options;
    const timestamp = await this.#writeTime.next();
    const put: Put = async (table, rows) => {
      const { cassandra, keyspace } = this.#options;
      return (await writeRows(cassandra, rows, { keyspace, table, timestamp })).rows;
    };
    const facts = ratings.map(factRow);
    const changes = changedMovies(ratings);
    let rows = (await put(tables.records, facts)) + (await put(tables.records_by_movie, facts));
    for (const [hour, movies] of changes)
      rows += await put(tables.movies_by_hour, (await this.#sums(hour, movies)).map(sumRow));
    const hours = new KnownHours((hour) => this.#movies(hour));
    for (const [hour, movies] of changes) {
      const around = await hours.around(hour);
      rows += await put(tables.hours_by_movie, runningAverages(hour, movies, around).map(averageRow));
      rows += await put(tables.top_movies, topMovies(around(hour).values()).map(rankRow(hour)));
    }
    rows += await put(
      tables.progress,
      progress.map((one) => progressRow(one, this.#options)),
    );
    return { rows, averages: [...changes.values()].reduce((sum, { size }) => sum + size, 0) };
  }

  /** Ratings and points of movies in an hour, as the rows of it say. */
  #sums(hour: number, movies: Iterable<string>): Promise<MovieHour[]> {
    const { cassandra, tables } = this.#options;
    const cql = `SELECT count(rating) AS ratings, sum(CAST(rating AS bigint)) AS points FROM ${this.#name(tables.records_by_movie)} WHERE movie = ? AND hour = ?`;
    return mapConcurrent(movies, CONCURRENCY, async (movie) => {
      const [row] = await cassandra.query(cql, [movie, new Date(hour)]);
      return { movie, hour, ratings: Number(row?.["ratings"]), points: Number(row?.["points"]) };
    });
  }

  /** All movies of an hour. */
  async #movies(hour: number): Promise<ReadonlyMap<string, MovieHour>> {
    const { cassandra, tables } = this.#options;
    const cql = `SELECT movie, ratings, points FROM ${this.#name(tables.movies_by_hour)} WHERE hour = ?`;
    const rows = await cassandra.query(cql, [new Date(hour)]);
    const found = rows.map(({ movie, ratings, points }): MovieHour => ({
      ...{ movie: movie as string, hour, ratings: Number(ratings), points: Number(points) },
    }));
    return new Map(found.map((one) => [one.movie, one]));
  }

  #name({ name }: TableDesign): string {
    return identifier(`${this.#options.keyspace}.${name}`);
  }
}

/** Writes rows to a table, and gives how many. */
type Put = (table: TableDesign, rows: Iterable<CassandraRow>) => Promise<number>;

/** The movies to which something came, by hour. */
function changedMovies(ratings: readonly Rating[]): ReadonlyMap<number, ReadonlySet<string>> {
  const changes = new Map<number, Set<string>>();
  for (const { hour, movie } of ratings) {
    const movies = changes.get(hour) ?? new Set<string>();
    changes.set(hour, movies.add(movie));
  }
  return changes;
}

/** A row of `records`, and of `records_by_movie`. */
function factRow({ name, movie, time, hour, rating }: Rating): CassandraRow {
  return { name, movie, rating, time: new Date(time), hour: new Date(hour) };
}

/** A row of `movies_by_hour`. */
function sumRow({ movie, hour, ratings, points }: MovieHour): CassandraRow {
  const average = points / ratings;
  return { movie, hour: new Date(hour), ratings: BigInt(ratings), points: BigInt(points), average };
}

/** A row of `hours_by_movie`. */
function averageRow({ movie, hour, ratings, average, windowRatings, windowAverage }: RunningAverage): CassandraRow {
  const window = { window_ratings: BigInt(windowRatings), window_average: windowAverage };
  return { movie, hour: new Date(hour), ratings: BigInt(ratings), average, ...window };
}

/** Makes rows of `top_movies`. */
function rankRow(hour: number): (one: Ranked) => CassandraRow {
  return ({ ratings, ...one }) => ({ ...one, hour: new Date(hour), ratings: BigInt(ratings) });
}

/** Hours that were asked for, each once. */
class KnownHours {
  readonly #ask: (hour: number) => Promise<ReadonlyMap<string, MovieHour>>;
  readonly #known = new Map<number, ReadonlyMap<string, MovieHour>>();

  constructor(ask: (hour: number) => Promise<ReadonlyMap<string, MovieHour>>) {
    this.#ask = ask;
  }

  /** The hours that windows around an hour reach. */
  async around(hour: number): Promise<(hour: number) => ReadonlyMap<string, MovieHour>> {
    const wanted = Array.from({ length: 2 * WINDOW - 1 }, (_, index) => hoursLater(hour, index - WINDOW + 1));
    const missing = wanted.filter((one) => !this.#known.has(one));
    await mapConcurrent(missing, CONCURRENCY, async (one) => this.#known.set(one, await this.#ask(one)));
    return (one) => this.#known.get(one) ?? new Map<string, MovieHour>();
  }
}
