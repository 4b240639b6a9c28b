/**
 * The job that rebuilds texts from messages: lines in any order, from any number of streams, some of them twice.
 *
 * Map finds the chunk in a line. The shuffle brings the chunks of one stream together, in order. Reduce joins them and proves that
 * nothing is missing: every `seq` from 0 to the chunk marked as the last. A text leaves it in pieces, so that one of any size needs
 * no memory; the record after the pieces says what they are worth.
 */
import { createHash } from "node:crypto";
import { defineJob } from "../../mapreduce/index.ts";

/** A chunk on its way from map to reduce. */
export interface Chunk {
  readonly seq: number;
  readonly chunk: string;
  readonly last: boolean;
}

/** A piece of a text: the pieces of a stream follow each other, in order. */
export interface TextPiece {
  readonly uri: string;
  readonly stream: string;
  readonly text: string;
}

/** What comes after the pieces of a stream. */
export interface StreamEnd {
  readonly uri: string;
  readonly stream: string;
  /** Whether the pieces are the whole text. */
  readonly complete: boolean;
  /** Chunks, duplicates left out. */
  readonly chunks: number;
  /** Length of the pieces in UTF-8, and its SHA-256 in hexadecimal. */
  readonly bytes: number;
  readonly sha256: string;
  /** Chunks that came more than once, word for word, and were dropped. */
  readonly duplicates: number;
  /** Ranges of `seq` that are missing, the first ten; both ends belong to them. */
  readonly gaps: readonly (readonly [number, number])[];
  /** Number of chunks missing in all gaps. */
  readonly missing: number;
  /** Values of `seq` that came with two different contents, the first ten. */
  readonly conflicts: readonly number[];
  /** Whether the chunk marked as the last is there, and is the last. */
  readonly ended: boolean;
}

/** A record of the job's output. */
export type RebuildRecord = TextPiece | StreamEnd;

const PIECE_CHARACTERS = 64 * 1024;
const NAMED = 10;

export default defineJob<Chunk, RebuildRecord>({
  name: "rebuild",
  // The URI chooses the reducer, so all streams of a text meet; URI and stream make the group; seq orders it.
  sort: ["text", "text", "number"],
  partitionFields: 1,
  groupFields: 2,

  map(line, { emit, count }) {
    if (line.trim() === "") return;
    const message = parse(line);
    if (message === undefined) return count("malformed");
    count("messages");
    const { destination_uri: uri, stream_id: stream, seq, chunk, is_last: last } = message;
    emit([uri, stream, seq], { seq, chunk, last });
  },

  reduce([uri, stream], chunks, { emit, count }) {
    const key = { uri: String(uri), stream: String(stream) };
    const end = joinChunks(chunks, (text) => emit({ ...key, text }));
    emit({ ...key, ...end });
    count("streams");
    count(end.complete ? "complete" : "incomplete");
    count("duplicates", end.duplicates);
    count("missing", end.missing);
    count("conflicts", end.conflicts.length);
  },
});

/** What the job needs of a message, or of a row of the table. */
interface Message {
  readonly destination_uri: string;
  readonly stream_id: string;
  readonly seq: number;
  readonly chunk: string;
  readonly is_last: boolean;
}

/** The message in a line; undefined when there is none. */
function parse(line: string): Message | undefined {
  let value: Partial<Record<keyof Message, unknown>> | null;
  try {
    value = JSON.parse(line) as typeof value;
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { destination_uri: uri, stream_id: stream, seq, chunk, is_last: last } = value;
  const right =
    typeof uri === "string" &&
    uri.startsWith("/") &&
    uri.isWellFormed() &&
    typeof stream === "string" &&
    stream !== "" &&
    stream.isWellFormed() &&
    Number.isSafeInteger(seq) &&
    (seq as number) >= 0 &&
    typeof chunk === "string" &&
    typeof last === "boolean";
  return right ? (value as Message) : undefined;
}

/** Joins the chunks of one stream, sorted by `seq`, and says whether they are all. */
function joinChunks(chunks: Iterable<Chunk>, emit: (text: string) => void): Omit<StreamEnd, "uri" | "stream"> {
  const text = new PieceWriter(emit);
  const gaps: [number, number][] = [];
  const conflicts: number[] = [];
  let before: Chunk | undefined;
  let count = 0;
  let duplicates = 0;
  let missing = 0;
  let afterLast = false;
  for (const next of chunks) {
    const expected = before === undefined ? 0 : before.seq + 1;
    if (next.seq < expected) {
      if (next.chunk === before?.chunk && next.last === before.last) duplicates++;
      else if (conflicts.at(-1) !== next.seq) conflicts.push(next.seq);
      continue;
    }
    if (next.seq > expected) {
      gaps.push([expected, next.seq - 1]);
      missing += next.seq - expected;
    }
    if (before?.last === true) afterLast = true;
    if (gaps.length + conflicts.length === 0) text.write(next.chunk); // the rest of a broken text helps nobody
    before = next;
    count++;
  }
  const { bytes, sha256, wellFormed } = text.end();
  const ended = before?.last === true && !afterLast;
  const complete = ended && missing === 0 && conflicts.length === 0 && wellFormed;
  return {
    ...{ complete, chunks: count, bytes, sha256, duplicates, missing, ended },
    ...{ gaps: gaps.slice(0, NAMED), conflicts: conflicts.slice(0, NAMED) },
  };
}

/** Gathers chunks to pieces, never cut between the halves of a character, and sums them up. */
class PieceWriter {
  readonly #emit: (text: string) => void;
  readonly #hash = createHash("sha256");
  #pending = "";
  #bytes = 0;
  #wellFormed = true;

  constructor(emit: (text: string) => void) {
    this.#emit = emit;
  }

  write(chunk: string): void {
    this.#pending += chunk;
    if (this.#pending.length < PIECE_CHARACTERS) return;
    const unit = this.#pending.charCodeAt(this.#pending.length - 1);
    const half = unit >= 0xd800 && unit < 0xdc00 ? 1 : 0;
    this.#flush(this.#pending.length - half);
  }

  end(): { bytes: number; sha256: string; wellFormed: boolean } {
    this.#flush(this.#pending.length);
    return { bytes: this.#bytes, sha256: this.#hash.digest("hex"), wellFormed: this.#wellFormed };
  }

  #flush(length: number): void {
    if (length === 0) return;
    const piece = this.#pending.slice(0, length);
    this.#pending = this.#pending.slice(length);
    this.#wellFormed &&= piece.isWellFormed();
    this.#bytes += Buffer.byteLength(piece);
    this.#hash.update(piece, "utf8");
    this.#emit(piece);
  }
}
