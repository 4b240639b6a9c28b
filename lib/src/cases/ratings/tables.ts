/** The questions, and the tables that answer them. */
import type { Column, Question, TableDesign } from "../../cassandra/index.ts";
import type { Schema } from "../../schema/index.ts";

/** The keyspace of the case. */
export const KEYSPACE = "reviews";
/** Movies that are listed as the best of an hour. */
export const TOP = 10;
/** A movie with fewer ratings in an hour is not listed: one friend's ten points are no average. */
export const LEAST_RATINGS = 5;
/** Hours of the running average, the last among them. */
export const WINDOW = 6;

const questions = {
  records: {
    asks: "Which movies did a person rate in an hour, how, and what is the average?",
    given: ["name", "hour"],
    ordered: ["time", "movie"],
    answer: ["rating"],
  },
  records_by_movie: {
    asks: "Who rated a movie in an hour, and what is the average?",
    given: ["movie", "hour"],
    ordered: ["time", "name"],
    answer: ["rating"],
  },
  movies_by_hour: {
    asks: "How was each movie rated in an hour?",
    given: ["hour"],
    ordered: ["movie"],
    answer: ["ratings", "points", "average"],
  },
  hours_by_movie: {
    asks: "How does the average of a movie run, by hour and over the last hours?",
    given: ["movie"],
    ordered: ["-hour"],
    answer: ["ratings", "average", "window_ratings", "window_average"],
  },
  top_movies: {
    asks: "Which movies were the best of an hour?",
    given: ["hour"],
    ordered: ["rank"],
    answer: ["movie", "ratings", "average"],
  },
  /** How far the job is: it begins there. Its counts are those of the messages before. */
  progress: {
    asks: "How far is a partition of the topic written?",
    given: ["topic"],
    ordered: ["kafka_partition"],
    answer: ["cluster", "next_offset", "ratings", "late", "malformed", "newest"],
  },
  /** Which job writes, and what time its writes carry. */
  writers: {
    asks: "Who writes, and which time did the last writes carry?",
    given: ["topic"],
    ordered: [],
    answer: ["writer", "write_time"],
  },
  marks: {
    asks: "Which topics has a run made, and where did they end?",
    given: ["path"],
    ordered: [],
    answer: ["mark"],
  },
} as const satisfies Record<string, Omit<Question, "table">>;

/** What the tables have beside the fields of the messages; the field `date` is their `time`. */
const derived: readonly Column[] = [
  { name: "time", type: "timestamp" },
  { name: "hour", type: "timestamp" },
  { name: "ratings", type: "bigint" },
  { name: "points", type: "bigint" },
  { name: "average", type: "double" },
  { name: "window_ratings", type: "bigint" },
  { name: "window_average", type: "double" },
  { name: "rank", type: "int" },
  { name: "topic", type: "string" },
  { name: "kafka_partition", type: "int" },
  { name: "cluster", type: "string" },
  { name: "next_offset", type: "bigint" },
  { name: "late", type: "bigint" },
  { name: "malformed", type: "bigint" },
  { name: "newest", type: "timestamp" },
  { name: "writer", type: "string" },
  { name: "write_time", type: "bigint" },
  { name: "path", type: "string" },
  { name: "mark", type: "string" },
];

/** The tables of the case, by name. */
export type RatingTables = Readonly<Record<keyof typeof questions, TableDesign>>;

/** The tables of the case, worked out. @param schema of the messages */
export async function ratingTables(schema: Schema): Promise<RatingTables> {
  // here, because the driver takes a while to load
  const { tablesFor } = await import("../../cassandra/index.ts");
  const designs = tablesFor(
    [...schema.fields, ...derived],
    Object.entries(questions).map(([table, question]) => ({ table, ...question })),
  );
  return Object.fromEntries(designs.map((design) => [design.name, design])) as unknown as RatingTables;
}
