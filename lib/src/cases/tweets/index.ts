/** Tweets: a lakehouse. Raw messages on S3, tables of Delta over them, SQL over history and stream, dashboards. */
export { CLIENT_AFTER, tweets, TWEETS_TOPIC } from "./generate/generate.ts";
export { type Tweet, tweetTypes } from "./generate/tweet.ts";
export { plainLake, type PlainLake } from "./plain/lake.ts";
export { type ChartName } from "./plain/charts.ts";
export { type GoldTable, type LakeNames, lakeNames, tweetSchema } from "./names.ts";
export { type BronzeOptions, ingestBronze } from "./bronze/ingest.ts";
export { bronzeSums } from "./bronze/read.ts";
export { refreshSilver, type SilverBatch, type SilverOptions } from "./silver/refresh.ts";
export { silverSums } from "./silver/sums.ts";
export { type GoldOptions, type GoldRefresh, refreshGold } from "./gold/refresh.ts";
export { forgetTables, makeViews } from "./serve/views.ts";
export { askTrino, type LakeAnswers } from "./serve/answers.ts";
export { lakeComparisons, type LakeFound } from "./serve/compare.ts";
