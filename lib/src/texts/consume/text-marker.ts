/** What the labeller needs of each message, found in the threads that parse: its terms, its stream, and whether the stream ends. */
import { StreambookError } from "../../errors/index.ts";
import type { Marker } from "../../ingest/index.ts";
import { DEFAULT_FEATURES, TermCounter, TermList } from "../../text/index.ts";

/** The fields of a message that are looked into. */
export const textField = "chunk";
export const streamField = "stream_id";
const lastField = "is_last";

/** Options of a {@link TextMarker}. */
export interface TextMarkerOptions {
  /** Number of features that terms are hashed to, 1 to 65536. @default 16384 */
  readonly features?: number;
  /** Whether terms are stemmed. @default true */
  readonly stem?: boolean;
}

/** The rows of a batch: terms in one flat array, streams as places in a short list. */
export interface TextMarks {
  readonly streams: readonly string[];
  readonly stream: Uint32Array;
  readonly isLast: Uint8Array;
  /** Row i has the terms `termEnds[i - 1] … termEnds[i]` of `indices` and `counts`, and `words[i]` words. */
  readonly termEnds: Uint32Array;
  readonly indices: Uint16Array;
  readonly counts: Float32Array;
  readonly words: Uint32Array;
}

/** Buckets go to the labeller in 16 bits each. */
const MOST_FEATURES = 2 ** 16;

/**
 * Checks the options of a marker without making one.
 *
 * @throws USAGE when `features` is not a whole number from 1 to 65536
 */
export function checkMarkerOptions({ features = 1 }: Pick<TextMarkerOptions, "features">): void {
  if (Number.isInteger(features) && features >= 1 && features <= MOST_FEATURES) return;
  throw new StreambookError(
    "USAGE",
    `the consumer's number of features must be a whole number from 1 to ${MOST_FEATURES}, and is ${features}; give another`,
  );
}

/** What a thread calls. @throws USAGE as {@link checkMarkerOptions} */
export function createMarker(options: TextMarkerOptions): TextMarker {
  return new TextMarker(options);
}

/** Marks batches of chunks, one after the other. */
export class TextMarker implements Marker<TextMarks> {
  readonly #terms: TermCounter;
  readonly #list = new TermList();
  #batch = emptyBatch(0);
  #rows = 0;

  /** @throws USAGE as {@link checkMarkerOptions} */
  constructor({ features = DEFAULT_FEATURES, stem = true }: TextMarkerOptions = {}) {
    checkMarkerOptions({ features });
    this.#terms = new TermCounter({ features, stem });
  }

  begin(rows: number): void {
    this.#batch = emptyBatch(rows);
    this.#rows = this.#list.size = 0;
  }

  mark(message: Readonly<Record<string, unknown>>): void {
    const row = this.#rows++;
    const { streams, stream, isLast, termEnds, words } = this.#batch;
    const id = message[streamField] as string;
    if (!streams.has(id)) streams.set(id, streams.size);
    stream[row] = streams.get(id) as number;
    isLast[row] = message[lastField] === true ? 1 : 0;
    words[row] = this.#terms.countTo(this.#list, message[textField] as string);
    termEnds[row] = this.#list.size;
  }

  end(): TextMarks {
    const { streams, stream, isLast, termEnds, words } = this.#batch;
    const { indices, counts, size } = this.#list;
    return {
      streams: [...streams.keys()],
      stream: stream.slice(0, this.#rows),
      isLast: isLast.slice(0, this.#rows),
      termEnds: termEnds.slice(0, this.#rows),
      words: words.slice(0, this.#rows),
      indices: indices.slice(0, size),
      counts: counts.slice(0, size),
    };
  }
}

function emptyBatch(rows: number) {
  return {
    streams: new Map<string, number>(),
    stream: new Uint32Array(rows),
    isLast: new Uint8Array(rows),
    termEnds: new Uint32Array(rows),
    words: new Uint32Array(rows),
  };
}
