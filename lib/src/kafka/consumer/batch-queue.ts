/** What a consumer has fetched and its reader has not yet taken, bounded by bytes. */
import type { PartitionBatch } from "./messages.ts";

interface Entry {
  readonly batch: PartitionBatch;
  readonly bytes: number;
}

/** A queue of batches; it says when something changes, so that both ends can wait. */
export class BatchQueue {
  readonly #limit: number;
  #entries: Entry[] = [];
  #bytes = 0;
  #changed = Promise.withResolvers<void>();

  /** @param limit bytes from which on the queue is full */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get isFull(): boolean {
    return this.#bytes >= this.#limit;
  }

  push(batch: PartitionBatch, bytes: number): void {
    this.#entries.push({ batch, bytes });
    this.#bytes += bytes;
    this.wake();
  }

  /** The next batch, if there is one. */
  take(): PartitionBatch | undefined {
    const entry = this.#entries.shift();
    if (entry === undefined) return undefined;
    this.#bytes -= entry.bytes;
    this.wake();
    return entry.batch;
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries = [];
    this.#bytes = 0;
    this.wake();
  }

  /** Resolves at the next change, when someone calls {@link wake}, or after a limit in milliseconds. */
  async changed(limit?: number): Promise<void> {
    if (limit === undefined) return this.#changed.promise;
    const timer = setTimeout(() => this.wake(), limit);
    await this.#changed.promise;
    clearTimeout(timer);
  }

  /** Lets everyone who waits look again. */
  wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}
