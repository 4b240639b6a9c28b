/** Messages as a batch for a store of rows, for its tests and those of its formats and threads. */
import type { ParseRequest } from "./row-store.ts";

/**
 * @param values the messages; null for one without a value
 * @param place where they stand; `step` is from one offset to the next
 */
export function requestOf(
  values: readonly (string | Buffer | null)[],
  {
    batch = 1,
    partition = 3,
    firstOffset = 100n,
    step = 1,
  }: { batch?: number; partition?: number; firstOffset?: bigint; step?: number } = {},
): ParseRequest {
  const buffers = values.map((value) => (value === null ? Buffer.alloc(0) : Buffer.from(value)));
  let end = 0;
  return {
    batch,
    partition,
    firstOffset,
    offsets: Uint32Array.from(values, (_, index) => index * step),
    bytes: new Uint8Array(Buffer.concat(buffers)),
    ends: Uint32Array.from(buffers, ({ length }) => (end += length)),
  };
}
