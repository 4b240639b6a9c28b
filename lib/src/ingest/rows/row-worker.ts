/** A {@link RowStore} in a thread of its own: answers each request in order. */
import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "../errors/index.ts";
import type { ParsedBatch } from "./batches.ts";
import type { Marker, MarkerModule } from "./enrichment.ts";
import { type EncodeSegment, type ParseRequest, RowStore, type RowStoreOptions } from "./row-store.ts";

/** What the thread is begun with. */
export interface WorkerData extends RowStoreOptions {
  readonly marker?: MarkerModule | undefined;
}

/** What the thread is asked. */
export type WorkerRequest =
  | { readonly id: number; readonly kind: "parse"; readonly request: ParseRequest }
  | { readonly id: number; readonly kind: "encode"; readonly segments: readonly EncodeSegment[] }
  | { readonly id: number; readonly kind: "drop"; readonly partition: number; readonly last: number };

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
  const opening = openStore(workerData as WorkerData);
  opening.catch(() => undefined); // each request is answered with it
  const reply = async (message: WorkerRequest): Promise<void> => {
    try {
      const result = answer(await opening, message);
      const memory = message.kind === "parse" ? (message.request.bytes.buffer as ArrayBuffer) : undefined;
      const moved = transferable(result).concat(memory ?? []);
      port.postMessage({ id: message.id, result, memory } satisfies WorkerReply, moved);
    } catch (error) {
      port.postMessage({ id: message.id, error: messageOf(error) } satisfies WorkerReply);
    }
  };
  // In order: each waits for the same store, and for nothing else.
  port.on("message", (message: WorkerRequest) => void reply(message));
}

async function openStore({ marker, ...options }: WorkerData): Promise<RowStore> {
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
