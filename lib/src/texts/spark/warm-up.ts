/** The first messages of a topic, from which models learn before the stream begins. */
import { delay } from "../../async/index.ts";
import type { OffsetsOfPartition } from "../../ingest/index.ts";
import { topicOffsets } from "../../kafka/index.ts";

/** Options of {@link firstMessages}. */
export interface WarmUpOptions {
  /** Kafka broker, `host:port`. */
  readonly broker: string;
  readonly topic: string;
  /** How many messages there should be. */
  readonly messages: number;
  /** Whether those that are there now must do. */
  readonly once: boolean;
  /** Otherwise: how long nothing may come before fewer are enough, in milliseconds. */
  readonly pause: number;
  readonly signal: AbortSignal;
  /** Called with how many there are while more are waited for. */
  readonly onWait: (messages: number) => void;
}

/**
 * The places of a topic's first messages: so many from each partition that has any, because a partition alone knows only its own
 * streams. Waits until there are enough, or some and none more for a while.
 *
 * @returns empty when there is none now, with `once`
 */
export async function firstMessages(options: WarmUpOptions): Promise<OffsetsOfPartition[]> {
  const { broker, topic, messages, once, pause, signal, onWait } = options;
  let [last, since] = [-1, performance.now()];
  for (;;) {
    const filled = [...(await topicOffsets({ broker, topic, signal }))].filter(([, { low, high }]) => high > low);
    const there = filled.reduce((sum, [, { low, high }]) => sum + Number(high - low), 0);
    if (there !== last) [last, since] = [there, performance.now()];
    const hasPaused = there > 0 && performance.now() - since >= pause;
    if (once || there >= messages || hasPaused) {
      const each = BigInt(Math.ceil(messages / Math.max(1, filled.length)));
      return filled.map(([partition, { low, high }]) => ({
        partition,
        first: low,
        end: high - low > each ? low + each : high,
      }));
    }
    onWait(there);
    await delay(200, signal);
  }
}
