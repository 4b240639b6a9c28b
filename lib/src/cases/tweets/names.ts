/** What the case is called in the stores: its topic, its buckets, its tables. */
import { StreambookError } from "../../errors/index.ts";
import { projectFile } from "../../project/index.ts";
import { loadSchema, type Schema } from "../../schema/index.ts";
import type { CaseTopic } from "../case.ts";
import { TWEETS_TOPIC } from "./generate/generate.ts";

/** The names that the case works with. */
export interface LakeNames {
  readonly topic: string;
  /** The bucket of the messages as they came. */
  readonly bronze: string;
  /** The bucket of the tweets, each once: one table, {@link silverTable}. */
  readonly silver: string;
  /** The bucket of the answers: the tables {@link goldTables}. */
  readonly gold: string;
  /** The schemas of Trino that name the tables of the buckets, and hold the views over them. */
  readonly silverSchema: string;
  readonly goldSchema: string;
}

/**
 * The names of the case.
 *
 * @param suffix what they end with, for tests and for another lakehouse @default nothing
 * @throws USAGE for a suffix that is not small letters and digits, at most 32
 *
 * @example
 * ```ts
 * import { lakeNames } from "streambook/cases";
 * console.assert(lakeNames().bronze === "tweets-bronze" && lakeNames("b").silverSchema === "silver_b");
 * ```
 */
export function lakeNames(suffix = ""): LakeNames {
  if (!/^[a-z0-9]{0,32}$/.test(suffix))
    throw new StreambookError(
      "USAGE",
      `names of a lakehouse cannot end with ${JSON.stringify(suffix)}; give at most 32 small letters and digits`,
    );
  const [bucket, name] = suffix === "" ? ["", ""] : [`-${suffix}`, `_${suffix}`]; // a bucket has no _ in its name, and a schema no -
  return {
    topic: `${TWEETS_TOPIC}${name}`,
    bronze: `tweets-bronze${bucket}`,
    silver: `tweets-silver${bucket}`,
    gold: `tweets-gold${bucket}`,
    silverSchema: `silver${name}`,
    goldSchema: `gold${name}`,
  };
}

/** Partitions of the topic. */
export const PARTITIONS = 4;

/** The topic as a run makes it. */
export function lakeTopics({ topic }: Pick<LakeNames, "topic">): CaseTopic[] {
  return [{ topic, partitions: PARTITIONS }];
}

/** Where the case would be on HDFS; its files are on S3. */
export const TWEETS_FOLDER = "/streambook/tweets";

/** The table of silver. */
export const silverTable = "tweets";

/** The tables of gold. The last one is written last: what it has of an hour, the others have, too. */
export const goldTables = [
  "popular_hashtags_by_hour",
  "active_users_by_day",
  "tweet_volume_by_region",
  "tweet_metrics_by_language",
  "hourly_activity_summary",
] as const;

/** One of {@link goldTables}. */
export type GoldTable = (typeof goldTables)[number];

/** Where the table of silver is, as Spark has it: `s3a://tweets-silver/tweets`. */
export function silverPath({ silver }: Pick<LakeNames, "silver">): string {
  return `s3a://${silver}/${silverTable}`;
}

/** Where a table of gold is, as Spark has it: `s3a://tweets-gold/hourly_activity_summary`. */
export function goldPath({ gold }: Pick<LakeNames, "gold">, table: GoldTable): string {
  return `s3a://${gold}/${table}`;
}

/** The schema of the topic, from its file. */
export function tweetSchema(): Promise<Schema> {
  return loadSchema(projectFile("schemas", "tweets.json"));
}
