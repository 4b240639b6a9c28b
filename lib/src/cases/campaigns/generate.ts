/**
 * The views of banners, without end: who saw which banner of which campaign, and for how long. A view is sent when it is over; most
 * arrive within seconds, some from slow phones minutes later, a few twice, and a few are no views at all.
 */
import { Random } from "../../random/index.ts";
import type { CaseEvent, EventOptions } from "../events/event.ts";
import { Resent } from "../events/resent.ts";
import { type Campaign, knownCampaigns } from "./dictionary.ts";

/** The topic of the views. */
export const VIEWS_TOPIC = "ad-views";
/** How many messages a second of event time has. */
export const VIEWS_PER_SECOND = 100;
/** The second copy of a view comes at most so many messages after the first. */
export const DOUBLE_DISTANCE = 3000;

/** A view, as a message says it. */
export interface AdView {
  readonly view_id: string;
  readonly start_timestamp: string;
  readonly end_timestamp: string;
  readonly banner_id: number;
  readonly campaign_id: number;
}

/** When the first message is sent, in event time, unless it is said. */
const START = new Date("2026-09-13T06:30:00Z");
/** The share of views of campaigns that the dictionary does not have. */
const UNKNOWN = 0.01;
const SECOND = 1000;

/**
 * The messages of the topic `ad-views`: endless, and the same for the same options, however many are taken. A hundred of them are a second
 * of event time.
 *
 * @example
 * ```ts
 * import { adViews, take } from "streambook/cases";
 * const [first] = take(adViews({ seed: 1 }), 1);
 * console.assert(first?.topic === "ad-views" && JSON.parse(first.value).view_id === first.key);
 * ```
 */
export function* adViews(options: EventOptions = {}): Generator<CaseEvent, never, undefined> {
  const { seed = 42, start = START, late = 0.01, doubled = 0.005, malformed = 0.001 } = options;
  const random = new Random(seed);
  const known = knownCampaigns();
  const weights = known.map(({ id }) => 1 + (id % 3));
  const resent = new Resent<CaseEvent>();
  for (let index = 0; ; index++) {
    const double = resent.take(index);
    if (double !== undefined) {
      yield double;
      continue;
    }
    const sent = start.getTime() + (index * SECOND) / VIEWS_PER_SECOND;
    const campaign = random.next() < UNKNOWN ? stranger(random) : (known[random.weighted(weights)] as Campaign).id;
    const view = viewOf(campaign, sent - delayOf(random, late), random);
    const isMalformed = random.next() < malformed;
    const value = isMalformed ? random.pick(FAULTS)(view) : JSON.stringify(view);
    const event = { topic: VIEWS_TOPIC, key: view.view_id, value };
    if (!isMalformed && random.next() < doubled) resent.add(index + 1 + random.below(DOUBLE_DISTANCE), event);
    yield event;
  }
}

/** A campaign that has ended, and is shown somewhere still. */
function stranger(random: Random): number {
  return 901 + random.below(9);
}

/** Milliseconds from the end of a view to its arrival. */
function delayOf(random: Random, late: number): number {
  const exponential = (mean: number, most: number): number => Math.min(most, -Math.log(1 - random.next()) * mean);
  return random.next() < late
    ? 75 * SECOND + exponential(180 * SECOND, 825 * SECOND)
    : exponential(2 * SECOND, 20 * SECOND);
}

/** A view that ended at a time. How long it was follows a log-normal distribution, whose median is the campaign's. */
function viewOf(campaign: number, ended: number, random: Random): AdView {
  const median = 2 * SECOND + ((campaign * 37) % 10) * SECOND;
  const duration = Math.round(Math.min(120 * SECOND, Math.max(100, median * Math.exp(0.6 * random.normal()))));
  const end = Math.floor(ended);
  return {
    view_id: random.uuid(),
    start_timestamp: new Date(end - duration).toISOString(),
    end_timestamp: new Date(end).toISOString(),
    banner_id: 1 + random.below(1000),
    campaign_id: campaign,
  };
}

/** What goes wrong with messages: cut off, a number as text, an end before the start, ids out of range, fields too many or too few. */
const FAULTS: readonly ((view: AdView) => string)[] = [
  (view) => JSON.stringify(view).slice(0, 60),
  (view) => JSON.stringify({ ...view, campaign_id: String(view.campaign_id) }),
  (view) => JSON.stringify({ ...view, start_timestamp: view.end_timestamp, end_timestamp: view.start_timestamp }),
  (view) => JSON.stringify({ ...view, banner_id: 1001 }),
  (view) => JSON.stringify({ ...view, end_timestamp: view.end_timestamp.replace("Z", "") }),
  ({ campaign_id: _, ...view }) => JSON.stringify(view),
  (view) => JSON.stringify({ ...view, page: "/" }),
];
