/** The windows of the streams that are under way, within a memory that does not grow with the number of streams. */
import { SlidingWindow, type TermCounts } from "../../text/index.ts";

/** Options of {@link StreamWindows}. */
export interface StreamWindowsOptions {
  /** Words that a window holds at least. @default 100 */
  readonly minimumWords?: number;
  /** Streams that are remembered. @default 4096 */
  readonly streams?: number;
  /** Numbers that all windows together may have room for, 8 bytes each. @default 4194304 */
  readonly room?: number;
}

/**
 * One window for each stream. A stream that has ended is forgotten at once; when there are too many others, or they hold too
 * much, the one not heard of for longest is forgotten first. If it does go on, its window begins anew.
 */
export class StreamWindows {
  readonly #minimumWords: number | undefined;
  readonly #mostStreams: number;
  readonly #mostRoom: number;
  /** In the order in which they were last heard of. */
  readonly #windows = new Map<string, SlidingWindow>();
  #room = 0;

  constructor({ minimumWords, streams = 4096, room = 2 ** 22 }: StreamWindowsOptions = {}) {
    this.#minimumWords = minimumWords;
    this.#mostStreams = streams;
    this.#mostRoom = room;
  }

  /** Streams of which something is remembered. */
  get size(): number {
    return this.#windows.size;
  }

  /** Numbers that the windows have room for. */
  get room(): number {
    return this.#room;
  }

  /** Takes in a stream's next chunk; returns the counts of its window, the chunk included. */
  push(stream: string, chunk: TermCounts, isLast: boolean): TermCounts {
    const window = this.#windows.get(stream) ?? new SlidingWindow({ minimumWords: this.#minimumWords });
    this.#forget(stream);
    const counts = window.push(chunk);
    if (!isLast) {
      this.#windows.set(stream, window);
      this.#room += window.room;
      while (this.#windows.size > this.#mostStreams || (this.#room > this.#mostRoom && this.#windows.size > 1))
        this.#forget(this.#windows.keys().next().value as string);
    }
    return counts;
  }

  #forget(stream: string): void {
    this.#room -= this.#windows.get(stream)?.room ?? 0;
    this.#windows.delete(stream);
  }
}
