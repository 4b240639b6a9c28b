/** The questions, asked: each is one partition of one table. Answers are kept for a while, and say nothing older than that. */
import {
  type CassandraRow,
  type CassandraSession,
  identifier,
  ReadCache,
  type ReadCacheOptions,
  type ReadCacheStats,
} from "../../cassandra/index.ts";
import { KEYSPACE } from "./tables.ts";

/** What a person rated in an hour. */
export interface PersonHour {
  /** A true one: 7.5, not 7. Undefined when nothing was rated. */
  readonly average: number | undefined;
  /** In the order in which they were rated. */
  readonly movies: readonly { readonly movie: string; readonly time: Date; readonly rating: number }[];
}

/** A movie of the best of an hour. */
export interface TopMovie {
  readonly rank: number;
  readonly movie: string;
  readonly ratings: number;
  readonly average: number;
}

/** Asks the tables of the case, through a cache. */
export class RatingQuestions {
  readonly #cassandra: CassandraSession;
  readonly #people: ReadCache<PersonHour>;
  readonly #top: ReadCache<readonly TopMovie[]>;

  /** @param cache how old answers may be, and how many are kept */
  constructor(cassandra: CassandraSession, cache: ReadCacheOptions = {}) {
    this.#cassandra = cassandra;
    this.#people = new ReadCache((question) => this.#askPerson(question), cache);
    this.#top = new ReadCache<readonly TopMovie[]>((question) => this.#askTop(question), cache);
  }

  /** What the cache has done. */
  get stats(): ReadCacheStats {
    const [people, top] = [this.#people.stats, this.#top.stats];
    return { hits: people.hits + top.hits, misses: people.misses + top.misses };
  }

  /** Which movies did a person rate in an hour, how, and what is the average? @param hour milliseconds since 1970 */
  personHour(name: string, hour: number): Promise<PersonHour> {
    return this.#people.get(JSON.stringify([name, hour]));
  }

  /** Which movies were the best of an hour? @param hour milliseconds since 1970 */
  topMovies(hour: number): Promise<readonly TopMovie[]> {
    return this.#top.get(String(hour));
  }

  async #askPerson(question: string): Promise<PersonHour> {
    const [name, hour] = JSON.parse(question) as [string, number];
    const ask = (columns: string): Promise<CassandraRow[]> =>
      this.#cassandra.query(`SELECT ${columns} FROM ${identifier(`${KEYSPACE}.records`)} WHERE name = ? AND hour = ?`, [
        name,
        new Date(hour),
      ]);
    // The average of an int is an int: 7 and 8 would make 7.
    const [movies, [row]] = await Promise.all([
      ask("movie, time, rating"),
      ask("avg(CAST(rating AS double)) AS average, count(rating) AS ratings"),
    ]);
    return {
      average: row === undefined || row["ratings"] === 0n ? undefined : Number(row["average"]),
      movies: movies.map(({ movie, time, rating }) => ({
        ...{ movie: movie as string, time: time as Date, rating: Number(rating) },
      })),
    };
  }

  async #askTop(hour: string): Promise<TopMovie[]> {
    const cql = `SELECT rank, movie, ratings, average FROM ${identifier(`${KEYSPACE}.top_movies`)} WHERE hour = ?`;
    const rows = await this.#cassandra.query(cql, [new Date(Number(hour))]);
    return rows.map(({ rank, movie, ratings, average }) => ({
      ...{ rank: Number(rank), movie: movie as string, ratings: Number(ratings), average: Number(average) },
    }));
  }
}
