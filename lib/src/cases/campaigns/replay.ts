/**
 * The watermark, replayed: which views were behind it, by the batches that Spark has read and plain arithmetic. So the stream's own counts are
 * compared with something, and what is drawn is what happened.
 */
import { partitionForKey } from "../../kafka/index.ts";
import type { StreamProgress } from "../../spark/index.ts";
import type { ReadMessage } from "./expected.ts";

/** A batch of the report's stream. */
export interface WatermarkBatch {
  /** The offset after its last message, by partition. */
  readonly ends: readonly number[];
  /** The watermark that it brought, milliseconds since 1970; -Infinity as long as nothing was seen. */
  readonly watermark: number;
}

/** What is kept of a batch, as Spark reports it. */
export function watermarkBatch({ sources, eventTime }: Pick<StreamProgress, "sources" | "eventTime">): WatermarkBatch {
  const time = Date.parse(eventTime?.["watermark"] ?? "");
  return { ends: endsOf(sources[0]?.endOffset), watermark: time > 0 ? time : -Infinity };
}

/** Kafka's offsets come as the text of a JSON object: by topic, by partition. */
function endsOf(offsets: unknown): number[] {
  const topics = (typeof offsets === "string" ? JSON.parse(offsets) : {}) as Record<string, Record<string, number>>;
  const [partitions = {}] = Object.values(topics);
  return Object.entries(partitions)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, end]) => end);
}

/** A view, drawn. */
export interface Arrival {
  /** How many messages were sent before it. */
  readonly index: number;
  /** When it ended, milliseconds since 1970. */
  readonly end: number;
  readonly isLate: boolean;
}

/** How far views are behind the newest, in steps of so many seconds. */
export const LAG_STEP = 5;

/** Options of {@link Replay}. */
export interface ReplayOptions {
  /** All batches, the first one first. */
  readonly batches: readonly WatermarkBatch[];
  /** Partitions of the topic. */
  readonly partitions: number;
  /** How many messages there will be, for the samples. */
  readonly messages: number;
}

/** Views that are on time, and views that are late, of which about so many are kept to be drawn. */
const SAMPLE = { onTime: 1500, late: 750 } as const;
/** About the share of late views. */
const LATE_SHARE = 0.01;

/** Messages that are added in the order in which they were sent. */
export class Replay {
  readonly #options: ReplayOptions;
  /** The next offset of each partition, and the batch that it is in. */
  readonly #places: { offset: number; batch: number }[];
  readonly #lags: number[] = [];
  readonly #sample: Arrival[] = [];
  #index = 0;
  #newest = -Infinity;
  #late = 0;
  #doubled = 0;

  constructor(options: ReplayOptions) {
    this.#options = options;
    this.#places = Array.from({ length: options.partitions }, () => ({ offset: 0, batch: 0 }));
  }

  add({ event, view, end, isDouble }: ReadMessage): void {
    const place = this.#places[partitionForKey(event.key, this.#places.length)] as { offset: number; batch: number };
    const watermark = this.#watermarkAt(place, this.#places.indexOf(place));
    const index = this.#index++;
    place.offset++;
    if (view === undefined) return;
    const isLate = end <= watermark;
    if (isLate) this.#late++;
    else if (isDouble) this.#doubled++;
    this.#newest = Math.max(this.#newest, end);
    const lag = Math.floor((this.#newest - end) / (LAG_STEP * 1000));
    this.#lags[lag] = (this.#lags[lag] ?? 0) + 1;
    this.#keep({ index, end, isLate });
  }

  /** Views that came behind the watermark. */
  get late(): number {
    return this.#late;
  }

  /** Views that were there already, and not late. */
  get doubled(): number {
    return this.#doubled;
  }

  /** Some of the views. */
  get sample(): readonly Arrival[] {
    return this.#sample;
  }

  /** How many views were so many steps of {@link LAG_STEP} seconds behind the newest one at their arrival. */
  get lags(): readonly number[] {
    return Array.from(this.#lags, (views = 0) => views);
  }

  /** The watermark that the batch of a place was held against: Spark takes the one that the batch before has brought. */
  #watermarkAt(place: { readonly offset: number; batch: number }, partition: number): number {
    const { batches } = this.#options;
    while (place.batch < batches.length && (batches[place.batch]?.ends[partition] ?? 0) <= place.offset) place.batch++;
    return batches[place.batch - 1]?.watermark ?? -Infinity;
  }

  #keep(arrival: Arrival): void {
    const { messages } = this.#options;
    const [most, all] = arrival.isLate ? [SAMPLE.late, messages * LATE_SHARE] : [SAMPLE.onTime, messages];
    const every = Math.max(1, Math.ceil(all / most));
    const count = arrival.isLate ? this.#late : arrival.index;
    if (count % every === 0) this.#sample.push(arrival);
  }
}
