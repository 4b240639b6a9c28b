/** The answers of one hour, and of one day: kept open while tweets of it may come, then only as rows. */
import { StreambookError } from "../../../errors/index.ts";
import type { Row } from "../../report/compare-rows.ts";
import type { Tweet } from "../generate/tweet.ts";
import { silverChecksum, type SilverValues } from "./silver-row.ts";
import { averageSentiment, Tally } from "./tally.ts";

/** The tables that follow from an hour, and the sums of the layers below. */
export interface HourRows {
  /** Messages of the hour, doubles among them. */
  readonly bronze: Row[];
  readonly silver: Row[];
  readonly popular_hashtags_by_hour: Row[];
  readonly tweet_volume_by_region: Row[];
  readonly tweet_metrics_by_language: Row[];
  readonly hourly_activity_summary: Row[];
}

/** One hour. */
export class Hour {
  readonly #hour: string;
  #messages = 0;
  readonly #all = new Tally();
  #checksum = 0;
  readonly #hashtags = new Tally();
  readonly #regions = new Tally();
  readonly #volumes = new Tally();
  readonly #languages = new Tally();

  constructor(hour: string) {
    this.#hour = hour;
  }

  /** Counts a message, whether its tweet was there before or not. */
  received(): void {
    this.#messages++;
  }

  add(tweet: Tweet, values: SilverValues): void {
    const hour = this.#hour;
    const { hashtags, mentions, region, language, user } = tweet;
    this.#all.add({ hour }, values, [user.user_id]);
    this.#checksum += silverChecksum(tweet, values);
    for (const hashtag of hashtags) this.#hashtags.add({ hour, hashtag }, values, mentions);
    this.#regions.add({ region }, values);
    this.#volumes.add({ hour, region, language }, values, [user.user_id]);
    this.#languages.add({ hour, language }, values, [user.user_id]);
  }

  rows(): HourRows {
    const hour = this.#hour;
    const top = { top_hashtag: this.#hashtags.largest("hashtag"), top_region: this.#regions.largest("region") };
    return {
      bronze: [{ hour, messages: this.#messages }],
      silver: [
        ...this.#all.rows(({ count, length, engagement, sentiment }) => ({
          ...{ tweets: count, text_length: length, total_engagement: engagement, sentiment },
          checksum: this.#checksum,
        })),
      ],
      popular_hashtags_by_hour: [
        ...this.#hashtags.rows((sums) => ({
          tweet_count: sums.count,
          unique_mentions: sums.different.size,
          avg_sentiment: averageSentiment(sums),
          total_engagement: sums.engagement,
        })),
      ],
      tweet_volume_by_region: [
        ...this.#volumes.rows((sums) => ({
          tweet_count: sums.count,
          unique_users: sums.different.size,
          avg_sentiment: averageSentiment(sums),
        })),
      ],
      tweet_metrics_by_language: [
        ...this.#languages.rows((sums) => ({
          tweet_count: sums.count,
          avg_tweet_length: sums.length / sums.count,
          avg_sentiment: averageSentiment(sums),
          avg_engagement: sums.engagement / sums.count,
          unique_users: sums.different.size,
        })),
      ],
      hourly_activity_summary: [
        ...this.#all.rows((sums) => ({
          total_tweets: sums.count,
          unique_users: sums.different.size,
          avg_sentiment: averageSentiment(sums),
          total_engagement: sums.engagement,
          ...top,
        })),
      ],
    };
  }
}

/** The table that follows from a day. */
export interface DayRows {
  readonly active_users_by_day: Row[];
}

/** One day. */
export class Day {
  readonly #day: string;
  readonly #users = new Tally();
  readonly #followers = new Map<string, number>();

  constructor(day: string) {
    this.#day = day;
  }

  add({ user }: Tweet, values: SilverValues): void {
    const { user_id, username, followers_count } = user;
    this.#users.add({ day: this.#day, user_id, username }, values);
    this.#followers.set(user_id, Math.max(followers_count, this.#followers.get(user_id) ?? 0));
  }

  rows(): DayRows {
    const rows = this.#users.rows((sums) => ({
      tweets_count: sums.count,
      total_engagement: sums.engagement,
      avg_sentiment: averageSentiment(sums),
    }));
    return {
      active_users_by_day: [...rows].map((row) => ({
        ...row,
        followers_count: this.#followers.get(String(row["user_id"])) ?? 0,
      })),
    };
  }
}

/** Periods that are open, each until nothing of it can come any more. */
export class OpenPeriods<Period> {
  readonly #open = new Map<string, { readonly period: Period; readonly closes: number }>();
  readonly #make: (name: string) => Period;
  readonly #close: (period: Period) => void;
  #closed = -Infinity;

  constructor(make: (name: string) => Period, close: (period: Period) => void) {
    this.#make = make;
    this.#close = close;
  }

  /**
   * The period of a name.
   *
   * @param closes the event time after which nothing of it comes, milliseconds since 1970
   * @throws INTERNAL when it was closed before
   */
  of(name: string, closes: number): Period {
    const known = this.#open.get(name);
    if (known !== undefined) return known.period;
    if (closes <= this.#closed) throw new StreambookError("INTERNAL", `a tweet of ${name} came when none could`);
    const period = this.#make(name);
    this.#open.set(name, { period, closes });
    return period;
  }

  /** Closes the periods of which nothing comes any more. @param time the newest event time, milliseconds since 1970 */
  passed(time: number): void {
    if (time <= this.#closed) return;
    for (const [name, { period, closes }] of this.#open) {
      if (closes > time) continue;
      this.#close(period);
      this.#open.delete(name);
    }
    this.#closed = time;
  }
}
