/** A {@link RowStore} in a thread of its own: answers each request in order. */
import { parentPort, workerData } from "node:worker_threads";
import { messageOf } from "../errors/index.ts";
import { type EncodeSegment, type ParseRequest, RowStore, type RowStoreOptions } from "./row-store.ts";

/** What the thread is asked. */
export type WorkerRequest =
  | { readonly id: number; readonly kind: "parse"; readonly request: ParseRequest }
  | { readonly id: number; readonly kind: "encode"; readonly segments: readonly EncodeSegment[] }
  | { readonly id: number; readonly kind: "drop"; readonly partition: number; readonly last: number };

/** What it answers. */
export type WorkerReply = { readonly id: number; readonly result?: unknown; readonly error?: string };

if (parentPort !== null) {
  const port = parentPort;
  const store = new RowStore(workerData as RowStoreOptions);
  port.on("message", (message: WorkerRequest) => {
    try {
      const result = answer(store, message);
      port.postMessage({ id: message.id, result } satisfies WorkerReply, transferable(result));
    } catch (error) {
      port.postMessage({ id: message.id, error: messageOf(error) } satisfies WorkerReply);
    }
  });
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
  const values: unknown[] = result instanceof Uint8Array ? [result] : Object.values(result ?? {});
  return values.flatMap((value) =>
    ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer && value.buffer.byteLength > 0
      ? [value.buffer]
      : [],
  );
}
