/** The plain answer: every layer of the lakehouse and every chart, in one pass of plain TypeScript over the messages. */
import type { Schema } from "../../../schema/index.ts";
import type { CaseEvent } from "../../events/event.ts";
import type { Row } from "../../report/compare-rows.ts";
import { LONGEST_DELAY, RESENT_WITHIN } from "../generate/generate.ts";
import type { Tweet } from "../generate/tweet.ts";
import { influenceLevels, levelOf } from "../levels.ts";
import { type ChartName, charts, type SilverSums } from "./charts.ts";
import { Day, type DayRows, Hour, type HourRows, OpenPeriods } from "./periods.ts";
import { hourOf, type ReadTweet, readTweets } from "./read.ts";
import { type SilverValues, silverValues } from "./silver-row.ts";
import { Tally } from "./tally.ts";

/** What messages come to. */
export interface PlainLake {
  /** All messages. */
  readonly messages: number;
  /** Those that can be read: the rows of bronze. */
  readonly readable: number;
  /** Those that cannot: the dead letters. */
  readonly malformed: number;
  /** Messages whose tweet was there before. */
  readonly doubled: number;
  /** Tweets of an hour that was over for five minutes or more when they came. */
  readonly late: number;
  /** Different tweets: the rows of silver. */
  readonly tweets: number;
  /** Tweets that say what they were written with. */
  readonly withClient: number;
  /** The rows of each table, by hour or day; of bronze and silver sums by hour. */
  readonly tables: HourRows & DayRows;
  /** What each chart shows. */
  readonly charts: Readonly<Record<ChartName, readonly Row[]>>;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A tweet that comes so long after its hour is late. */
const LATE_AFTER = 5 * MINUTE;

/**
 * Answers every question of the case without a store. Memory grows with the hours and what is in their rows, not with the messages.
 *
 * @param schema of the topic; what breaks it is no tweet
 *
 * @example
 * ```ts
 * import { plainLake, take, tweets, tweetSchema } from "streambook/cases";
 * const lake = plainLake(take(tweets(), 1000), await tweetSchema());
 * console.assert(lake.messages === 1000 && lake.tweets + lake.doubled + lake.malformed === 1000);
 * ```
 */
export function plainLake(messages: Iterable<CaseEvent>, schema: Schema): PlainLake {
  const lake = new Lake();
  for (const message of readTweets(messages, schema)) lake.add(message);
  return lake.answer();
}

class Lake {
  readonly #counts = { messages: 0, readable: 0, malformed: 0, doubled: 0, late: 0, tweets: 0, withClient: 0 };
  readonly #tables: HourRows & DayRows = {
    ...{ bronze: [], silver: [], popular_hashtags_by_hour: [], active_users_by_day: [] },
    ...{ tweet_volume_by_region: [], tweet_metrics_by_language: [], hourly_activity_summary: [] },
  };
  readonly #hours = new OpenPeriods<Hour>(
    (name) => new Hour(name),
    (hour) => this.#keep(hour.rows()),
  );
  readonly #days = new OpenPeriods<Day>(
    (name) => new Day(name),
    (day) => this.#keep(day.rows()),
  );
  readonly #sums: Readonly<Record<keyof SilverSums, Tally>> = {
    sentiments: new Tally(),
    types: new Tally(),
    influence: new Tally(),
    languages: new Tally(),
  };
  #newest = -Infinity;

  add({ tweet, isDouble }: ReadTweet): void {
    const counts = this.#counts;
    counts.messages++;
    if (tweet === undefined) counts.malformed++;
    else {
      counts.readable++;
      const time = Date.parse(tweet.created_at);
      const hour = this.#hours.of(hourOf(tweet), closing(time, HOUR));
      hour.received();
      if (isDouble) counts.doubled++;
      else this.#addTweet(tweet, time, hour);
      this.#newest = Math.max(this.#newest, time);
      this.#hours.passed(this.#newest);
      this.#days.passed(this.#newest);
    }
  }

  #addTweet(tweet: Tweet, time: number, hour: Hour): void {
    const values = silverValues(tweet);
    this.#counts.tweets++;
    if (tweet.client !== undefined) this.#counts.withClient++;
    if (this.#newest >= endOf(time, HOUR) + LATE_AFTER) this.#counts.late++;
    hour.add(tweet, values);
    this.#days.of(tweet.created_at.slice(0, 10), closing(time, DAY)).add(tweet, values);
    this.#addSums(tweet, values);
  }

  #addSums({ tweet_type, language, user }: Tweet, values: SilverValues): void {
    const { sentiments, types, influence, languages } = this.#sums;
    sentiments.add({ sentiment_category: values.sentiment_category }, values);
    types.add({ tweet_type }, values);
    influence.add({ influence_level: levelOf(influenceLevels, user.followers_count) }, values);
    languages.add({ language }, values);
  }

  #keep(rows: Partial<HourRows & DayRows>): void {
    for (const [table, more] of Object.entries(rows))
      for (const row of more) this.#tables[table as keyof HourRows].push(row);
  }

  /** The answer to what was added; nothing can be added after it. */
  answer(): PlainLake {
    this.#hours.passed(Infinity);
    this.#days.passed(Infinity);
    return { ...this.#counts, tables: this.#tables, charts: charts(this.#tables, this.#sums) };
  }
}

function endOf(time: number, length: number): number {
  return (Math.floor(time / length) + 1) * length;
}

/** The event time after which nothing comes any more of the hour or day of a time. */
function closing(time: number, length: number): number {
  return endOf(time, length) + LONGEST_DELAY + RESENT_WITHIN + MINUTE;
}
