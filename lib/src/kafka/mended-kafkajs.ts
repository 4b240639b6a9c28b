/** Faults of kafkajs 2.2.4 that no option avoids, mended in its own classes, once for the process. */
import { createRequire } from "node:module";
import { lenientBroker } from "./altered-broker.ts";

let mended = false;

/** Mends them; the first call does. */
export function mendKafkajs(): void {
  if (mended) return;
  mended = true;
  const load = createRequire(import.meta.url);
  mendTimers(load("kafkajs/src/network/requestQueue") as { prototype: RequestQueue });
  mendList(load("kafkajs/src/broker") as { prototype: Broker });
}

interface RequestQueue {
  pending: unknown[];
  throttledUntil: number;
  throttleCheckTimeoutId: NodeJS.Timeout | null;
  checkPendingRequests(): void;
  scheduleCheckPendingRequests(): void;
}

/**
 * It sets a timer of negative time after each request, for which Node 24 prints a warning. This is its function with the time kept at 0
 * or more; it does not set the timer at all when nothing waits for it.
 */
function mendTimers({ prototype }: { readonly prototype: RequestQueue }): void {
  prototype.scheduleCheckPendingRequests = function schedule(this: RequestQueue) {
    if (this.throttleCheckTimeoutId !== null && this.throttleCheckTimeoutId !== undefined) return;
    const throttled = this.throttledUntil - Date.now();
    if (this.pending.length === 0 && throttled <= 0) return;
    this.throttleCheckTimeoutId = setTimeout(
      () => {
        this.throttleCheckTimeoutId = null;
        this.checkPendingRequests();
      },
      throttled > 0 ? throttled : 10,
    );
  };
}

interface Broker {
  metadata: (this: Broker, topics?: readonly string[]) => Promise<unknown>;
}

/**
 * It refuses the list of all topics when any partition of any of them has no leader, and with the list all that begins with it: while
 * a broker is away that alone has some topic, no other can be made or deleted. Who asks for all topics gets them all here, those
 * partitions with the leader -1; who asks for some is still told that they have none.
 */
function mendList({ prototype }: { readonly prototype: Broker }): void {
  const { metadata } = prototype;
  prototype.metadata = async function all(this: Broker, topics: readonly string[] = []) {
    return metadata.call(topics.length > 0 ? this : lenientBroker(this), topics);
  };
}
