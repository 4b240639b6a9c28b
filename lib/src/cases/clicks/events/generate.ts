/**
 * The events of the shop as they come to Kafka: three topics that belong together, in the order of their times, but for those that
 * come late, come twice, or cannot be read.
 */
import { Random } from "../../../random/index.ts";
import type { CaseEvent, EventOptions } from "../../events/event.ts";
import { InTransit } from "../../events/in-transit.ts";
import { misread } from "./malformed.ts";
import { isClosed, sessionsPerSecond, USERS } from "./shop.ts";
import { type ShopEvent, visit } from "./visit.ts";

/** A Saturday afternoon: that night summer time ends in Europe, and the shop is closed for an hour. */
const START = "2026-10-24T15:00:00Z";
const MINUTE = 60_000;
/** Most late events were minutes on their way; some were written by a phone without a net. */
const SHORT_DELAY = 5 * MINUTE;
/** The longest that an event is on its way, in milliseconds. */
export const LONGEST_DELAY = 120 * MINUTE;
const LONG_DELAYS = 0.1;
/** A message that is sent again comes within this time. */
const RESENT_WITHIN = MINUTE;
/** Of a thousand purchases, one comes from an old till that writes its amount as text. */
const OLD_TILL = 0.001;

/** A message on its way. */
interface Sent {
  /** When it comes to Kafka: milliseconds since 1970. */
  readonly arrives: number;
  readonly event: CaseEvent;
}

/**
 * The events of the shop, without an end: the first n are the same however many are taken, and memory does not grow with them.
 * Event time goes by 4 events a second on average over a day, whatever the clock says.
 *
 * @param options shares of events that come late (up to two hours), twice (within a minute), or malformed
 */
export function* clicks(options: EventOptions = {}): Generator<CaseEvent, never> {
  const { seed = 42, start = new Date(START), ...shares } = options;
  const arrivals = new Random(seed);
  const perVisit = new Random(seed).fork(1);
  const onItsWay = new InTransit<CaseEvent>();
  for (let number = 0, time = start.getTime(); ; number++) {
    time += (-Math.log(1 - arrivals.next()) / sessionsPerSecond(time)) * 1000;
    yield* onItsWay.until(time);
    const random = perVisit.fork(number);
    const visitor = { user: userOf(random), time: Math.floor(time), id: `${seed}-${number}` };
    for (const event of visit(random, visitor))
      if (!isClosed(event.time)) for (const sent of send(event, random, shares)) onItsWay.add(sent.arrives, sent.event);
  }
}

/** Some users come often. */
function userOf(random: Random): string {
  return `u${String(Math.floor(USERS * random.next() ** 1.3)).padStart(5, "0")}`;
}

/** What becomes of an event: the messages that come to Kafka. */
function* send(
  { topic, user, time, message }: ShopEvent,
  random: Random,
  { late = 0.002, doubled = 0.005, malformed = 0.001 }: EventOptions,
): Generator<Sent> {
  const { amount } = message;
  const written = amount !== undefined && random.next() < OLD_TILL ? { ...message, amount: String(amount) } : message;
  const value = random.next() < malformed ? misread(written, random) : JSON.stringify(written);
  const event = { topic, key: user, value };
  let arrives = time;
  if (random.next() < late) arrives += random.next() * (random.next() < LONG_DELAYS ? LONGEST_DELAY : SHORT_DELAY);
  yield { arrives, event };
  if (random.next() < doubled) yield { arrives: arrives + random.next() * RESENT_WITHIN, event };
}
