/** Dead letters: messages that cannot be read are put aside, with where they came from and why, and never just dropped. */
import { isStreambookError } from "../errors/index.ts";
import type { OutgoingMessage } from "./accumulator.ts";
import type { BatchingProducer } from "./producer.ts";

/** A message that could not be read, and why. */
export interface DeadLetter {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** What is wrong with it. */
  readonly error: string;
}

/** The topic for the dead letters of a topic. */
export function deadLetterTopic(topic: string): string {
  return `${topic}-dead-letter`;
}

/** Bytes of a key and of a value that are kept of a letter that is too large; a topic with Kafka's own limit takes both. */
const [KEPT_KEY, KEPT_VALUE] = [64 << 10, 512 << 10];

/**
 * Sends dead letters to `<topic>-dead-letter`, which is made if it is missing. Key and value stay as they are; the headers
 * `topic`, `partition`, `offset` and `error` say where the message came from and what is wrong with it.
 * Of a message that is too large for that topic (it may have come compressed, or its own topic takes more) only the beginning
 * is sent, 64 KiB of the key and 512 KiB of the value; the header `truncated` is `true` then, and `size` the whole value's bytes.
 *
 * Resolves when the broker has acknowledged them: only then may their offsets be committed.
 *
 * @throws UNREACHABLE; KAFKA_FAILED; MESSAGE_TOO_LARGE
 */
export async function deadLetter(producer: BatchingProducer, ...letters: readonly DeadLetter[]): Promise<void> {
  for (const { topic, partition, offset, key, value, error } of letters) {
    const name = deadLetterTopic(topic);
    // Room for the headers beside the largest message of a topic with Kafka's own limit.
    await producer.prepareTopic(name, { partitions: 1, config: { "max.message.bytes": "2097152" } });
    const headers = { topic, partition: String(partition), offset: String(offset), error: error.slice(0, 1000) };
    await sendOrCut(producer, { topic: name, key, value, headers });
  }
  if (letters.length > 0) await producer.flush();
}

/** A letter that no topic takes would be met again, and end the consumer, at every start. */
async function sendOrCut(
  producer: BatchingProducer,
  message: OutgoingMessage & Pick<DeadLetter, "key" | "value">,
): Promise<void> {
  const { key, value, headers } = message;
  try {
    await producer.send(message);
  } catch (error) {
    if (!isStreambookError(error, "MESSAGE_TOO_LARGE")) throw error;
    await producer.send({
      ...message,
      key: key?.subarray(0, KEPT_KEY) ?? null,
      value: value?.subarray(0, KEPT_VALUE) ?? null,
      headers: { ...headers, truncated: "true", size: String(value?.length ?? 0) },
    });
  }
}
