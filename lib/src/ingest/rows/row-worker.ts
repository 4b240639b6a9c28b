/** The {@link RowStore}s of some topics in a thread of its own: answers each request in order. */
import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "../../errors/index.ts";
import type { ParsedBatch } from "../batches.ts";
import type { Marker, MarkerModule } from "../enrichment.ts";
import { type EncodeSegment, type ParseRequest, RowStore, type RowStoreOptions } from "./row-store.ts";

/** What a topic's store of rows is made for. */
export interface StoreOptions extends RowStoreOptions {
  readonly marker?: MarkerModule | undefined;
}

/** What the thread is begun with: a store for each topic. */
export interface WorkerData {
  readonly stores: readonly StoreOptions[];
}

/** What the thread is asked, of the store with that index. */
export type WorkerRequest = { readonly id: number; readonly store: number } & (
  | { readonly kind: "parse"; readonly request: ParseRequest }
  | { readonly kind: "encode"; readonly segments: readonly EncodeSegment[] }
  | { readonly kind: "drop"; readonly partition: number; readonly last: number }
);

/** What it answers. */
export interface WorkerReply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
  /** The memory of the request's messages, to be used again. */
  readonly memory?: ArrayBuffer | undefined;
}

if (parentPort !== null) {
  const port = parentPort;
  const stores = (workerData as WorkerData).stores.map(openStore);
  for (const opening of stores) opening.catch(() => undefined); // each request is answered with it
  const reply = async (message: WorkerRequest): Promise<void> => {
    try {
      const result = answer((await stores[message.store]) as RowStore, message);
      const memory = message.kind === "parse" ? (message.request.bytes.buffer as ArrayBuffer) : undefined;
      const moved = transferable(result).concat(memory ?? []);
      port.postMessage({ id: message.id, result, memory } satisfies WorkerReply, moved);
    } catch (error) {
      port.postMessage({ id: message.id, error: messageOf(error) } satisfies WorkerReply);
    }
  };
  // In order: each waits for its store, and for nothing else.
  port.on("message", (message: WorkerRequest) => void reply(message));
}

async function openStore({ marker, ...options }: StoreOptions): Promise<RowStore> {
  if (marker === undefined) return new RowStore(options);
  const { createMarker } = (await import(marker.url)) as { createMarker: (options: unknown) => Marker };
  return new RowStore(options, createMarker(marker.options));
}

function answer(store: RowStore, message: WorkerRequest): unknown {
  switch (message.kind) {
    case "parse":
      return store.parse(message.request);
    case "encode":
      return store.encode(message.segments);
    case "drop":
      return store.drop(message.partition, message.last);
  }
}

/** The buffers of a result travel without being copied. */
function transferable(result: unknown): ArrayBuffer[] {
  const parsed = (result ?? {}) as Partial<ParsedBatch>;
  const values = result instanceof Uint8Array ? [result] : [parsed, parsed.marks ?? {}].flatMap(Object.values);
  return values.flatMap((value) =>
    ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer && value.buffer.byteLength > 0
      ? [value.buffer]
      : [],
  );
}
