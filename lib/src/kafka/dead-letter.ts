/** Dead letters: messages that cannot be read are put aside, with where they came from and why, and never just dropped. */
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

/**
 * Sends dead letters to `<topic>-dead-letter`, which is made if it is missing. Key and value stay as they are; the headers
 * `topic`, `partition`, `offset` and `error` say where the message came from and what is wrong with it.
 * Resolves when the broker has acknowledged them: only then may their offsets be committed.
 *
 * @throws UNREACHABLE; KAFKA_FAILED; MESSAGE_TOO_LARGE
 */
export async function deadLetter(producer: BatchingProducer, ...letters: readonly DeadLetter[]): Promise<void> {
  for (const { topic, partition, offset, key, value, error } of letters) {
    const name = deadLetterTopic(topic);
    // Room for the headers beside the largest message that the topic itself takes.
    await producer.prepareTopic(name, { partitions: 1, config: { "max.message.bytes": "2097152" } });
    const headers = { topic, partition: String(partition), offset: String(offset), error: error.slice(0, 1000) };
    await producer.send({ topic: name, key, value, headers });
  }
  if (letters.length > 0) await producer.flush();
}
