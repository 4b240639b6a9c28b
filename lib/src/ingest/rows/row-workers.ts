/**
 * The threads that parse and encode, for all topics of a consumer. A partition always goes to the same thread, which keeps its
 * rows until the flush.
 */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { StreambookError } from "../../errors/index.ts";
import type { ParsedBatch } from "../batches.ts";
import type { EncodeSegment, ParseRequest } from "./row-store.ts";
import type { WorkerData, WorkerReply, WorkerRequest } from "./row-worker.ts";

/** Options of {@link RowWorkers}. */
export interface RowWorkersOptions extends WorkerData {
  /** Number of threads. @default one less than there are cores (this thread needs one), 1 to 4 */
  readonly threads?: number | undefined;
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

type Request = WorkerRequest extends infer R ? (R extends { id: number } ? Omit<R, "id"> : never) : never;

/**
 * Memory for the messages on their way to a thread: it goes there, comes back, and goes again. New memory for each batch
 * would be freed in its own time, by the collector of another thread.
 */
class Memory {
  readonly #free: ArrayBuffer[] = [];

  /** A piece of at least so many bytes; what it holds is whatever was there. */
  take(size: number): ArrayBuffer {
    const index = this.#free.findIndex(({ byteLength }) => byteLength >= size);
    return this.#free.splice(index, index < 0 ? 0 : 1)[0] ?? new ArrayBuffer(Math.ceil((size + 1) / PIECE) * PIECE);
  }

  giveBack(memory: ArrayBuffer): void {
    if (memory.byteLength > LARGEST_KEPT) return;
    if (this.#free.push(memory) > MOST_KEPT) this.#free.shift();
  }
}

/** Memory is taken in pieces of this, in bytes, so that one fits the next batch too. */
const PIECE = 512 << 10;
const LARGEST_KEPT = 4 << 20;
const MOST_KEPT = 8;

/** One thread with the requests that wait for its answer. */
class RowThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #next = 0;
  #failure: Error | undefined;

  constructor(options: WorkerData, memory: Memory) {
    const file = import.meta.url.endsWith(".ts") ? "./row-worker.ts" : "./row-worker.js";
    this.#worker = new Worker(new URL(file, import.meta.url), {
      workerData: options,
      // A small young generation keeps the resident size of each thread flat; rows live until their flush anyway. The limit
      // of the old one is several times what can be gathered and wait: V8 lets a heap with a limit grow by a third before
      // it collects, and one without to four times what is alive.
      resourceLimits: { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 512 },
    });
    this.#worker.on("message", ({ id, result, error, memory: returned }: WorkerReply) => {
      if (returned !== undefined) memory.giveBack(returned);
      const pending = this.#pending.get(id);
      this.#pending.delete(id);
      if (error === undefined) pending?.resolve(result);
      else pending?.reject(new StreambookError("INTERNAL", `a row could not be prepared: ${error}; please report it`));
    });
    this.#worker.on("error", (cause: Error) =>
      this.#fail(
        new StreambookError(
          "INTERNAL",
          `a thread of the consumer failed: ${cause.message}; nothing is lost, start it again`,
          { cause },
        ),
      ),
    );
    this.#worker.on("exit", () =>
      this.#fail(new StreambookError("INTERNAL", "a thread of the consumer ended; nothing is lost, start it again")),
    );
  }

  ask<T>(request: Request, transfer: ArrayBuffer[] = []): Promise<T> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise<T>((resolve, reject) => {
      const id = this.#next++;
      this.#pending.set(id, { resolve: resolve, reject });
      this.#worker.postMessage({ ...request, id }, transfer);
    });
  }

  async terminate(): Promise<void> {
    this.#failure ??= new StreambookError("INTERNAL", "the consumer's threads are closed");
    await this.#worker.terminate();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const pending of this.#pending.values()) pending.reject(this.#failure);
    this.#pending.clear();
  }
}

/** A fixed number of threads, each with a store of rows for every topic. */
export class RowWorkers implements AsyncDisposable {
  /** The rows of each topic, in the order of the options. */
  readonly topics: readonly TopicRows[];
  readonly #threads: readonly RowThread[];

  constructor({ stores, threads = Math.min(4, availableParallelism() - 1) }: RowWorkersOptions) {
    const memory = new Memory();
    this.#threads = Array.from({ length: Math.max(1, threads) }, () => new RowThread({ stores }, memory));
    this.topics = stores.map((_, store) => new TopicRows(store, this.#threads, memory));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}

/** The rows of one topic, in the threads. */
export class TopicRows {
  readonly #store: number;
  readonly #threads: readonly RowThread[];
  readonly #memory: Memory;

  /** @param store index of the topic's store in each thread */
  constructor(store: number, threads: readonly RowThread[], memory: Memory) {
    this.#store = store;
    this.#threads = threads;
    this.#memory = memory;
  }

  /** Memory for a batch's messages, at least so many bytes; {@link parse} takes it away. */
  memory(size: number): ArrayBuffer {
    return this.#memory.take(size);
  }

  /** Parses a batch in its partition's thread; the request's buffers move there. */
  parse(request: ParseRequest): Promise<ParsedBatch> {
    const transfer = [request.bytes, request.ends, request.offsets].map((view) => view.buffer as ArrayBuffer);
    return this.#threadOf(request.partition).ask({ kind: "parse", store: this.#store, request }, transfer);
  }

  /** Encodes rows of one partition to a file, and forgets them. */
  encode(partition: number, segments: readonly EncodeSegment[]): Promise<Uint8Array> {
    return this.#threadOf(partition).ask({ kind: "encode", store: this.#store, segments });
  }

  /** Forgets the batches of a partition up to a number: they will not be flushed. */
  drop(partition: number, last: number): Promise<void> {
    return this.#threadOf(partition).ask({ kind: "drop", store: this.#store, partition, last });
  }

  #threadOf(partition: number): RowThread {
    return this.#threads[(this.#store + partition) % this.#threads.length] as RowThread;
  }
}
