/** Messages as plain TypeScript reads them: which are tweets, and which tweets were there before. */
import { compileCheck, type Schema } from "../../../schema/index.ts";
import type { CaseEvent } from "../../events/event.ts";
import { RecentIds } from "../../events/recent-ids.ts";
import type { Tweet } from "../generate/tweet.ts";

/** A second copy of a tweet comes behind fewer messages than these: ten minutes of event time are some hundred. */
const DOUBLE_DISTANCE = 5000;

/** A message, read. */
export interface ReadTweet {
  /** Undefined when the message cannot be read. */
  readonly tweet: Tweet | undefined;
  /** Whether the tweet was there before. */
  readonly isDouble: boolean;
}

/**
 * Reads messages, one after the other. Memory does not grow with them: a double is looked for among the last messages only.
 *
 * @param schema of the topic; what breaks it is no tweet
 */
export function* readTweets(messages: Iterable<CaseEvent>, schema: Schema): Generator<ReadTweet, void> {
  const check = compileCheck(schema);
  const seen = new RecentIds(DOUBLE_DISTANCE);
  for (const { value } of messages) {
    const message = parsed(value);
    const tweet = check(message) === undefined ? (message as Tweet) : undefined;
    yield { tweet, isDouble: tweet !== undefined && seen.has(tweet.tweet_id) };
  }
}

function parsed(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}

/** The hour in which a tweet was written, UTC: `2026-06-29 13:00`. */
export function hourOf({ created_at }: Pick<Tweet, "created_at">): string {
  return `${created_at.slice(0, 10)} ${created_at.slice(11, 13)}:00`;
}
