/** Tweets: a lakehouse. Raw messages on S3, tables of Delta over them, SQL over history and stream, dashboards. */
export { CLIENT_AFTER, tweets, TWEETS_TOPIC } from "./generate/generate.ts";
export { type Tweet, tweetTypes } from "./generate/tweet.ts";
export { plainLake, type PlainLake } from "./plain/lake.ts";
export { type ChartName } from "./plain/charts.ts";
export { tweetSchema } from "./names.ts";
