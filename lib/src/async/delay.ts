import { setTimeout as timer } from "node:timers/promises";

/** Waits for some milliseconds; rejects with the signal's reason when it aborts. */
export async function delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  signal?.throwIfAborted();
  try {
    await timer(milliseconds, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
