/** Ratings: a table for each question, written as ratings come, and answers that are exact whatever is killed. */
import type { Case } from "../case.ts";
import { movieRatings } from "./generate.ts";
import { PARTITIONS, TOPIC } from "./names.ts";

/** The case. */
export const ratingsCase: Case = {
  name: "ratings",
  topics: [{ topic: TOPIC, partitions: PARTITIONS }],
  title: "Movie ratings",
  does: "ratings of movies into tables that are made for their questions: keys, running averages, a cache",
  services: ["kafka", "cassandra"],
  defaultEvents: 100_000,
  events: movieRatings,
  // here, because the driver takes a while to load
  run: async (options) => (await import("./run.ts")).runRatings(options),
};

export { movieRatings, type MovieRating, RATINGS_PER_SECOND } from "./generate.ts";
export { runRatingsJob, type JobProgress as RatingsJobProgress, type RatingsJobOptions } from "./job.ts";
export { PlainAnswer, type PlainHour, type RatingCounts } from "./expected.ts";
export { PARTITIONS as RATINGS_PARTITIONS, ratingSchema, TOPIC as RATINGS_TOPIC } from "./names.ts";
export { openReviews } from "./session.ts";
export { KEYSPACE as RATINGS_KEYSPACE, ratingTables, type RatingTables } from "./tables.ts";
