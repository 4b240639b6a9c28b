/** The case as the command line knows it. */
import type { Case } from "../case.ts";
import { tweets } from "./generate/generate.ts";
import { lakeNames, lakeTopics } from "./names.ts";
import { runTweets } from "./run/run.ts";

/** Tweets: a lakehouse. */
export const tweetsCase: Case = {
  name: "tweets",
  title: "Tweets in a lakehouse",
  does: "tweets on S3, tables of Delta in three layers over them, one SQL over stream and history, and dashboards",
  services: ["core", "spark", "s3", "trino", "superset"],
  topics: lakeTopics(lakeNames()),
  defaultEvents: 50_000,
  events: tweets,
  run: runTweets,
};
