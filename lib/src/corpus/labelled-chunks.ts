/** Labelled text in memory, as it would come out of the stream: for tests and lessons. */
import { Random } from "../random/index.ts";
import { InventedLanguage, type LanguageOptions } from "./language.ts";

/** Options of {@link labelledChunks}. */
export interface LabelledChunksOptions extends LanguageOptions {
  /** How many chunks. */
  readonly chunks: number;
  /** How many characters each has. @default 1024 */
  readonly characters?: number | undefined;
  /** How many texts the chunks are of; their streams come mixed, a chunk of one, then of another. @default 4 for each topic */
  readonly texts?: number | undefined;
}

/** A piece of a text, and what the text is about. */
export interface LabelledChunk {
  readonly text: string;
  readonly topic: number;
  /** The text that the chunk is a piece of, from 0. */
  readonly stream: number;
}

/**
 * Invents texts and yields their chunks, mixed as the streams of several agents are.
 *
 * @example
 * ```ts
 * import { labelledChunks } from "streambook/corpus";
 * const [first] = labelledChunks({ topics: 2, chunks: 10, characters: 80 });
 * console.assert(first!.text.length === 80 && first!.topic < 2);
 * ```
 */
export function* labelledChunks(options: LabelledChunksOptions): Generator<LabelledChunk, void, undefined> {
  const language = new InventedLanguage(options);
  const { chunks, characters = 1024, texts = 4 * language.topics, seed = 7 } = options;
  const random = new Random(seed).fork(texts);
  const streams = Array.from({ length: texts }, (_, stream) => ({ random: new Random(seed).fork(stream), rest: "" }));
  for (let i = 0; i < chunks; i++) {
    const stream = random.below(texts);
    const topic = stream % language.topics;
    const state = streams[stream] as (typeof streams)[number];
    while (state.rest.length < characters) state.rest += `${language.paragraph(topic, state.random)}\n\n`;
    yield { text: state.rest.slice(0, characters), topic, stream };
    state.rest = state.rest.slice(characters);
  }
}
