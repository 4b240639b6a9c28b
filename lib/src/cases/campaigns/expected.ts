/** The plain answer: views and their average duration by network, minute and campaign, in one pass over the messages. */
import type { Schema } from "../../schema/index.ts";
import { compileCheck } from "../../schema/index.ts";
import type { CaseEvent } from "../events/event.ts";
import { RecentIds } from "../events/recent-ids.ts";
import { type Campaign, knownCampaigns, UNKNOWN_NETWORK } from "./dictionary.ts";
import { type AdView, DOUBLE_DISTANCE } from "./generate.ts";

/** A row of the report: one campaign in one minute of event time. */
export type ReportRow = {
  readonly network_id: string;
  /** When the minute begins, UTC, so that it can name a folder: `2026-09-13T06-49-00Z`. */
  readonly minute: string;
  readonly campaign_id: number;
  /** Seconds. */
  readonly avg_duration: number;
  readonly total_count: number;
};

/** What messages come to. */
export interface ExpectedReport {
  /** By minute, network and campaign. */
  readonly rows: readonly ReportRow[];
  /** All messages. */
  readonly messages: number;
  /** Those that can be read: the rows of the raw table. */
  readonly readable: number;
  /** Those that cannot: the dead letters. */
  readonly malformed: number;
  /** Messages whose view was there before. */
  readonly doubled: number;
  /** Views of campaigns that the dictionary does not have. */
  readonly unknown: number;
  /** Event time of the first view and of the last, milliseconds since 1970; NaN when there is none. */
  readonly from: number;
  readonly to: number;
}

const MINUTE = 60_000;

/**
 * The minute of event time in which a view ended.
 *
 * @param time milliseconds since 1970
 *
 * @example
 * ```ts
 * import { minuteOf } from "streambook/cases";
 * console.assert(minuteOf(Date.parse("2026-09-13T06:49:59.999Z")) === "2026-09-13T06-49-00Z");
 * ```
 */
export function minuteOf(time: number): string {
  return new Date(Math.floor(time / MINUTE) * MINUTE).toISOString().slice(0, 19).replaceAll(":", "-") + "Z";
}

/** When a minute begins, in milliseconds since 1970: {@link minuteOf} backwards. */
export function timeOfMinute(minute: string): number {
  return Date.parse(minute.replace(/T(\d\d)-(\d\d)-(\d\d)Z$/, "T$1:$2:$3Z"));
}

/** A message as plain TypeScript reads it. */
export interface ReadMessage {
  readonly event: CaseEvent;
  /** Undefined when the message cannot be read. */
  readonly view: AdView | undefined;
  /** When the view began and ended, milliseconds since 1970; NaN without a view. */
  readonly start: number;
  readonly end: number;
  /** Whether the view was there before. */
  readonly isDouble: boolean;
}

/**
 * Reads messages, one after the other. Memory does not grow with them: a double is looked for among the last messages only, because it comes
 * soon.
 *
 * @param schema of the topic; what breaks it is no view
 */
export function* readMessages(messages: Iterable<CaseEvent>, schema: Schema): Generator<ReadMessage, void> {
  const check = compileCheck(schema);
  const seen = new RecentIds(DOUBLE_DISTANCE);
  for (const event of messages) {
    const view = readView(event.value, check);
    const [start, end] =
      view === undefined ? [NaN, NaN] : [Date.parse(view.start_timestamp), Date.parse(view.end_timestamp)];
    yield { event, view, start, end, isDouble: view !== undefined && seen.has(view.view_id) };
  }
}

/**
 * Answers the case's question without a store. Memory grows with the minutes, not with the messages.
 *
 * @param schema of the topic; what breaks it is no view
 *
 * @example
 * ```ts
 * import { adViews, expectedReport, take, viewSchema } from "streambook/cases";
 * const { rows, messages } = expectedReport(take(adViews(), 1000), await viewSchema());
 * console.assert(messages === 1000 && rows.every(({ total_count }) => total_count > 0));
 * ```
 */
export function expectedReport(
  messages: Iterable<CaseEvent>,
  schema: Schema,
  dictionary: readonly Campaign[] = knownCampaigns(),
): ExpectedReport {
  const report = new PlainReport(dictionary);
  for (const message of readMessages(messages, schema)) report.add(message);
  return report.answer();
}

/** The plain answer while messages are added to it. */
export class PlainReport {
  readonly #networks: ReadonlyMap<number, string>;
  readonly #sums = new Map<string, { readonly row: ReportKey; milliseconds: number; views: number }>();
  readonly #counts = { messages: 0, readable: 0, malformed: 0, doubled: 0, unknown: 0, from: NaN, to: NaN };

  constructor(dictionary: readonly Campaign[] = knownCampaigns()) {
    this.#networks = new Map(dictionary.map(({ id, network }) => [id, network]));
  }

  add({ view, start, end, isDouble }: ReadMessage): void {
    const counts = this.#counts;
    counts.messages++;
    if (view === undefined) counts.malformed++;
    else {
      counts.readable++;
      if (isDouble) counts.doubled++;
      else this.#addView(view, start, end);
    }
  }

  #addView({ campaign_id }: AdView, start: number, end: number): void {
    const counts = this.#counts;
    const network_id = this.#networks.get(campaign_id) ?? UNKNOWN_NETWORK;
    if (network_id === UNKNOWN_NETWORK) counts.unknown++;
    if (!(counts.from <= end)) counts.from = end;
    if (!(counts.to >= end)) counts.to = end;
    const row = { network_id, minute: minuteOf(end), campaign_id };
    const key = `${row.minute} ${network_id} ${campaign_id}`;
    const sum = this.#sums.get(key) ?? { row, milliseconds: 0, views: 0 };
    sum.milliseconds += end - start;
    sum.views++;
    this.#sums.set(key, sum);
  }

  /** The answer to what was added so far. */
  answer(): ExpectedReport {
    const rows = [...this.#sums.entries()]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      // The divisions are Spark's, in their order, so that the last bit is the same.
      .map(([, { row, milliseconds, views }]) => ({
        ...row,
        avg_duration: milliseconds / views / 1000,
        total_count: views,
      }));
    return { ...this.#counts, rows };
  }
}

type ReportKey = Pick<ReportRow, "network_id" | "minute" | "campaign_id">;

function readView(value: string, check: ReturnType<typeof compileCheck>): AdView | undefined {
  let message: unknown;
  try {
    message = JSON.parse(value);
  } catch {
    return undefined;
  }
  return check(message) === undefined ? (message as AdView) : undefined;
}
