/** One tweet: who wrote it, about what, in which words, and how many cared. */
import type { Random } from "../../../random/index.ts";
import { type Hashtag, hashtags, hashtagWeights, languages, regions } from "./vocabulary.ts";
import type { User, Users } from "./users.ts";

/** What a tweet may be. */
export const tweetTypes = ["original", "retweet", "reply", "quote"] as const;

/** A tweet, as a message says it. */
export interface Tweet {
  readonly tweet_id: string;
  readonly text: string;
  readonly user: User;
  /** ISO 8601, UTC, microseconds. */
  readonly created_at: string;
  readonly tweet_type: (typeof tweetTypes)[number];
  readonly language: string;
  readonly region: string;
  readonly hashtags: readonly string[];
  readonly mentions: readonly string[];
  readonly retweet_count: number;
  readonly like_count: number;
  readonly reply_count: number;
  readonly quote_count: number;
  readonly is_retweet: boolean;
  readonly is_reply: boolean;
  readonly is_quote: boolean;
  readonly has_media: boolean;
  readonly has_url: boolean;
  readonly sentiment_score: number;
  readonly engagement_score: number;
  readonly reach_estimate: number;
  readonly original_tweet_id?: string;
  readonly original_user?: string;
  readonly reply_to_tweet_id?: string;
  readonly reply_to_user?: string;
  readonly quoted_tweet_id?: string;
  readonly quoted_user?: string;
  readonly quoted_text?: string;
  /** What it was written with: since a new version of the program only. */
  readonly client?: string;
}

/** Characters of the longest tweet, and of the longest quotation. */
export const LONGEST_TEXT = 280;
const LONGEST_QUOTATION = 100;
/** How many of the last tweets may be answered. */
const REMEMBERED = 500;
/** How much of what there is is of each type, in the order of {@link tweetTypes}. */
const TYPE_WEIGHTS = [60, 15, 15, 10];
/** How many tweets have no hashtag, one, two, … */
const HASHTAG_COUNTS = [25, 30, 22, 13, 7, 3];
const MENTION_COUNTS = [60, 25, 10, 5];
const LANGUAGE_WEIGHTS = languages.map(({ weight }) => weight);
const CLIENTS = ["web", "phone", "tablet", "program"];
const CLIENT_WEIGHTS = [30, 55, 10, 5];

/** Writes tweets, one after the other: each may answer one of the last. */
export class Writer {
  readonly #users: Users;
  readonly #saysClientFrom: number;
  readonly #last: Tweet[] = [];
  #written = 0;

  /** @param saysClientFrom from when on a tweet says what it was written with: milliseconds since 1970 */
  constructor(users: Users, saysClientFrom: number) {
    this.#users = users;
    this.#saysClientFrom = saysClientFrom;
  }

  /** The next tweet. @param time milliseconds since 1970 */
  write(time: number, random: Random): Tweet {
    const other = this.#last.length === 0 ? undefined : random.pick(this.#last);
    const type = other === undefined ? "original" : (tweetTypes[random.weighted(TYPE_WEIGHTS)] ?? "original");
    const language = languages[random.weighted(LANGUAGE_WEIGHTS)] as (typeof languages)[number];
    const user = this.#users.any(random);
    const topics = topicsOf(time, random);
    const mentions = this.#mentions(type === "reply" ? other : undefined, random);
    const has_url = random.next() < 0.4;
    const mood = topics.reduce((sum, { mood }) => sum + mood, 0) / Math.max(1, topics.length);
    const sentiment = clamp(mood + 0.35 * random.normal(), -1, 1);
    const reaction = reactions(user, sentiment, random);
    const tweet: Tweet = {
      tweet_id: random.uuid(),
      text: textOf({ type, other, words: language.words, topics, mentions, has_url }, random),
      user,
      created_at: `${new Date(time).toISOString().slice(0, -1)}${String(random.below(1000)).padStart(3, "0")}Z`,
      tweet_type: type,
      language: language.name,
      region: regions[random.weighted(language.regionWeights)] as string,
      hashtags: topics.map(({ name }) => name),
      mentions,
      ...reaction.counts,
      is_retweet: type === "retweet",
      is_reply: type === "reply",
      is_quote: type === "quote",
      has_media: random.next() < 0.2,
      has_url,
      sentiment_score: Math.round(sentiment * 1000) / 1000,
      ...reaction.scores,
      ...(other !== undefined && answerOf(type, other)),
      ...(time >= this.#saysClientFrom && { client: CLIENTS[random.weighted(CLIENT_WEIGHTS)] as string }),
    };
    this.#last[this.#written++ % REMEMBERED] = tweet;
    return tweet;
  }

  #mentions(answered: Tweet | undefined, random: Random): string[] {
    const names = new Set(answered === undefined ? [] : [`@${answered.user.username}`]);
    const wanted = Math.max(names.size, random.weighted(MENTION_COUNTS));
    for (let tries = 0; names.size < wanted && tries < 8; tries++) names.add(`@${this.#users.any(random).username}`);
    return [...names];
  }
}

/** The hashtags of a tweet, each once. */
function topicsOf(time: number, random: Random): Hashtag[] {
  const weights = hashtagWeights(new Date(time).getUTCHours());
  const topics = new Set<Hashtag>();
  for (let left = random.weighted(HASHTAG_COUNTS); left > 0; left--)
    topics.add(hashtags[random.weighted(weights)] as Hashtag);
  return [...topics];
}

/** What a text is made of. */
interface TextParts {
  readonly type: Tweet["tweet_type"];
  readonly other: Tweet | undefined;
  readonly words: readonly string[];
  readonly topics: readonly Hashtag[];
  readonly mentions: readonly string[];
  readonly has_url: boolean;
}

function textOf({ type, other, words, topics, mentions, has_url }: TextParts, random: Random): string {
  const begin = type === "retweet" && other !== undefined ? [`RT @${other.user.username}:`] : [];
  const end = [...topics.map(({ name }) => name), ...(has_url ? [`https://example.com/${random.below(1e6)}`] : [])];
  const middle = Array.from({ length: 3 + random.below(22) }, () => random.pick(words));
  const all = (): string => [...begin, ...mentions, ...middle, ...end].join(" ");
  while (characters(all()) > LONGEST_TEXT) middle.pop();
  return all();
}

/** How many characters a text has: code points, as SQL counts them. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

function answerOf(type: Tweet["tweet_type"], other: Tweet): Partial<Tweet> {
  const { tweet_id, text } = other;
  const { username } = other.user;
  switch (type) {
    case "retweet":
      return { original_tweet_id: tweet_id, original_user: username };
    case "reply":
      return { reply_to_tweet_id: tweet_id, reply_to_user: username };
    case "quote":
      return {
        ...{ quoted_tweet_id: tweet_id, quoted_user: username },
        quoted_text: [...text].slice(0, LONGEST_QUOTATION).join(""),
      };
    default:
      return {};
  }
}

/** How many cared: most tweets are read by few, a few by very many. */
function reactions({ followers_count }: User, sentiment: number, random: Random) {
  const interest = followers_count * 0.012 * Math.exp(1.1 * random.normal() + 0.4 * Math.abs(sentiment));
  const count = (share: number, most: number): number =>
    Math.min(most, Math.floor(interest * share * (0.5 + random.next())));
  const counts = {
    retweet_count: count(0.2, 10_000),
    like_count: count(1, 50_000),
    reply_count: count(0.06, 1000),
    quote_count: count(0.03, 500),
  };
  const total = counts.retweet_count + counts.like_count + counts.reply_count + counts.quote_count;
  return {
    counts,
    scores: {
      engagement_score: Math.round(clamp((100 * total) / (followers_count * 0.05 + 50), 0, 100) * 100) / 100,
      reach_estimate: clamp(Math.round(followers_count * 0.3 + total * 20), 100, 1_000_000),
    },
  };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
