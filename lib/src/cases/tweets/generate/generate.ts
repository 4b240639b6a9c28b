/**
 * The tweets, without end: in the order of their times, but for those that come late, come twice, or cannot be read. The same options give the
 * same tweets.
 */
import { Random } from "../../../random/index.ts";
import type { CaseEvent, EventOptions } from "../../events/event.ts";
import { InTransit } from "../../events/in-transit.ts";
import { misread } from "./malformed.ts";
import { Writer } from "./tweet.ts";
import { Users } from "./users.ts";

/** The topic of the tweets. */
export const TWEETS_TOPIC = "tweets";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** A Monday, so that the mood is bad. */
const START = new Date("2026-06-29T00:00:00Z");
/** Tweets a second of event time, on average over a day. */
const DENSITY = 0.35;
/** When fewest tweets come, UTC. */
const QUIET_HOUR = 3;
/** Most tweets arrive within these seconds. */
const USUAL_DELAY = 20_000;
/** The longest that a tweet is on its way, in milliseconds. */
export const LONGEST_DELAY = 3 * HOUR;
/** The second copy of a tweet comes within this time after the first, in milliseconds of event time. */
export const RESENT_WITHIN = 10 * MINUTE;
/** After so much event time a new version of the program begins to say what a tweet was written with. */
export const CLIENT_AFTER = 12 * HOUR;

/**
 * The messages of the topic `tweets`: endless, and the same for the same options, however many are taken. Some 30,000 of them are a day.
 *
 * @example
 * ```ts
 * import { take, tweets } from "streambook/cases";
 * const [first] = take(tweets({ seed: 1, malformed: 0 }), 1);
 * console.assert(first?.topic === "tweets" && JSON.parse(first.value).tweet_id === first.key);
 * ```
 */
export function* tweets(options: EventOptions = {}): Generator<CaseEvent, never, undefined> {
  const { seed = 42, start = START, late = 0.01, doubled = 0.01, malformed = 0.002 } = options;
  const arrivals = new Random(seed);
  const contents = new Random(seed).fork(1);
  const writer = new Writer(new Users(seed), start.getTime() + CLIENT_AFTER);
  const inTransit = new InTransit<CaseEvent>();
  for (let number = 0, time = start.getTime(); ; number++) {
    time += (-Math.log(1 - arrivals.next()) / densityAt(time)) * 1000;
    yield* inTransit.until(time);
    const random = contents.fork(number);
    const tweet = writer.write(Math.floor(time), random);
    const isMalformed = random.next() < malformed;
    const value = isMalformed ? misread(tweet, random) : JSON.stringify(tweet);
    const event = { topic: TWEETS_TOPIC, key: tweet.tweet_id, value };
    const arrives = time + (random.next() < late ? lateDelay(random) : random.next() * USUAL_DELAY);
    inTransit.add(arrives, event);
    if (!isMalformed && random.next() < doubled) inTransit.add(arrives + random.next() * RESENT_WITHIN, event);
  }
}

/** Tweets a second: more by day. @param time milliseconds since 1970 */
function densityAt(time: number): number {
  const hour = (time / HOUR) % 24;
  return DENSITY * (1 - 0.7 * Math.cos(((hour - QUIET_HOUR) / 24) * 2 * Math.PI));
}

/** Milliseconds that a late tweet is on its way. */
function lateDelay(random: Random): number {
  return Math.min(LONGEST_DELAY, 5 * MINUTE - Math.log(1 - random.next()) * 40 * MINUTE);
}
