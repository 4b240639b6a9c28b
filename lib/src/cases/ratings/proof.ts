/** What the tables say against the plain answers, hour by hour, so that what is held at once does not grow with the ratings. */
import { type CassandraRow, type CassandraSession, identifier, type ReadCacheStats } from "../../cassandra/index.ts";
import { mapConcurrent } from "../../async/index.ts";
import { Random } from "../../random/index.ts";
import { compareNumbers, compareRows, type Comparison, type Row } from "../report/compare-rows.ts";
import type { PlainHour } from "./expected.ts";
import { RatingQuestions } from "./questions.ts";
import { KEYSPACE } from "./tables.ts";

/** Questions to Cassandra under way at once. */
const CONCURRENCY = 32;
/** Questions of people that go through the cache, for each hour. */
const QUESTIONS = 600;
/** Differences that are named. */
const MOST_EXAMPLES = 20;

/** Compares hours, and sums up. */
export class Proof {
  readonly #cassandra: CassandraSession;
  readonly #questions: RatingQuestions;
  readonly #random: Random;
  readonly #sums = new Map<string, Comparison>();
  /** Partitions and rows that there must be, by table. */
  readonly #sizes = { records: 0, records_by_movie: 0, hours_by_movie: 0, top_movies: 0 };

  constructor(cassandra: CassandraSession, seed: number) {
    this.#cassandra = cassandra;
    this.#questions = new RatingQuestions(cassandra);
    this.#random = new Random(seed);
  }

  /** What the cache has done. */
  get cache(): ReadCacheStats {
    return this.#questions.stats;
  }

  get comparisons(): Comparison[] {
    return [...this.#sums.values()];
  }

  /** Compares all that is known of an hour. @returns the rows of `hours_by_movie`, and the best movies */
  async add(plain: PlainHour): Promise<{ readonly runs: readonly Row[]; readonly top: readonly Row[] }> {
    const { hour, people, movies, runs, top } = plain;
    await this.#facts("ratings by person and hour", "records", "name", "movie", hour, people);
    await this.#facts("ratings by movie and hour", "records_by_movie", "movie", "name", hour, movies);
    const found = await mapConcurrent(movies.keys(), CONCURRENCY, (movie) =>
      this.#ask("hours_by_movie", { movie, hour }),
    );
    this.#compare("averages by hour, and running", runs, found.flat(), ["movie", "hour"]);
    const best = await this.#questions.topMovies(hour);
    const listed = best.map((one) => ({ hour, ...one }));
    this.#compare("best movies of an hour", top, listed, ["hour", "rank"]);
    await this.#people(plain);
    this.#sizes.hours_by_movie += runs.length;
    this.#sizes.top_movies += top.length;
    return { runs: found.flat(), top: listed };
  }

  /** Compares how many partitions and rows there are: what nobody has asked for would go unseen. */
  async finish(): Promise<void> {
    const found: Record<string, number> = {};
    for (const [table, columns] of [
      ["records", "DISTINCT name, hour"],
      ["records_by_movie", "DISTINCT movie, hour"],
      ["hours_by_movie", "movie"],
      ["top_movies", "hour"],
    ] as const) {
      found[table] = 0;
      for await (const _ of this.#cassandra.rows(`SELECT ${columns} FROM ${identifier(`${KEYSPACE}.${table}`)}`))
        found[table]++;
    }
    this.counts("partitions of facts, rows of averages", this.#sizes, found);
  }

  /** Adds a comparison of numbers that were counted. */
  counts(name: string, expected: Readonly<Record<string, number>>, found: Readonly<Record<string, number>>): void {
    this.#sum(compareNumbers(name, expected, found));
  }

  async #facts(
    name: string,
    table: "records" | "records_by_movie",
    given: string,
    other: string,
    hour: number,
    plain: ReadonlyMap<string, readonly Row[]>,
  ): Promise<void> {
    await mapConcurrent(plain, CONCURRENCY, async ([key, rows]) => {
      const found = await this.#ask(table, { [given]: key, hour });
      const own = (row: Row): Row => ({
        [given]: key,
        time: row["time"] ?? null,
        [other]: row[other] ?? null,
        rating: row["rating"] ?? null,
      });
      this.#compare(name, rows.map(own), found.map(own), [given, "time", other]);
    });
    this.#sizes[table] += plain.size;
  }

  /** Asks what people have rated; some are asked for often, as it is with people. */
  async #people({ hour, people }: PlainHour): Promise<void> {
    const names = [...people.keys()];
    const asked = Array.from(
      { length: QUESTIONS },
      () => names[Math.floor(names.length * this.#random.next() ** 3)] as string,
    );
    await mapConcurrent(asked, CONCURRENCY, async (name) => {
      const { average = null, movies } = await this.#questions.personHour(name, hour);
      const ratings = (people.get(name) ?? []).map((row) => Number(row["rating"]));
      const points = ratings.reduce((sum, rating) => sum + rating, 0);
      this.#compare(
        "questions of people, through the cache",
        [{ name, hour, average: points / ratings.length, movies: ratings.length }],
        [{ name, hour, average, movies: movies.length }],
        ["name", "hour"],
      );
    });
  }

  async #ask(table: string, given: Readonly<Record<string, string | number>>): Promise<Row[]> {
    const where = Object.keys(given).map((name) => `${identifier(name)} = ?`);
    const values = Object.entries(given).map(([name, value]) => (name === "hour" ? new Date(value) : value));
    const cql = `SELECT * FROM ${identifier(`${KEYSPACE}.${table}`)} WHERE ${where.join(" AND ")}`;
    return (await this.#cassandra.query(cql, values)).map(plainTimes);
  }

  #compare(name: string, expected: readonly Row[], found: readonly Row[], key: readonly string[]): void {
    this.#sum(compareRows(name, expected, found, key));
  }

  #sum(one: Comparison): void {
    const { name } = one;
    const sum = this.#sums.get(name) ?? { name, compared: 0, different: 0, examples: [] };
    this.#sums.set(name, {
      name,
      compared: sum.compared + one.compared,
      different: sum.different + one.different,
      examples: [...sum.examples, ...one.examples].slice(0, MOST_EXAMPLES),
    });
  }
}

/** A row with its times as milliseconds since 1970. */
function plainTimes(row: CassandraRow): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      value instanceof Date ? value.getTime() : (value as Row[string]),
    ]),
  );
}
