/** What cannot be read, on its way to the topic for dead letters. */
import { BatchingProducer, deadLetter, type DeadLetter, deadLetterTopic, type KafkaCluster } from "../kafka/index.ts";
import type { Logger } from "../log/index.ts";
import type { ServiceRetry } from "./service-retry.ts";

/** Options of {@link DeadLetters}. */
export interface DeadLettersOptions {
  /** Kafka broker, `host:port`. */
  readonly broker: string;
  /** The cluster that must answer. */
  readonly cluster: KafkaCluster;
  /** The topic that the messages come from. */
  readonly topic: string;
  readonly services: ServiceRetry;
  readonly logger: Logger;
}

/** Dead letters of a topic that are worth a warning each; of thousands, nobody reads more. */
const WARNINGS = 10;

/** Sends dead letters. Its producer is opened when the first one comes, and again after a failure. */
export class DeadLetters implements AsyncDisposable {
  readonly #options: DeadLettersOptions;
  #producer: Promise<BatchingProducer> | undefined;
  #sent = 0;

  constructor(options: DeadLettersOptions) {
    this.#options = options;
  }

  /**
   * Sends a message of the topic; the first ones with a warning. Resolves when the broker has acknowledged it.
   *
   * @param reason why it cannot be read, to be read after "the message"
   * @param stop ends the waiting for a broker that is away
   */
  async send(message: Omit<DeadLetter, "topic" | "error">, reason: string, stop: AbortSignal): Promise<void> {
    const { topic, services, logger } = this.#options;
    const { partition, offset } = message;
    const error = `the message ${reason}`;
    const line = `${topic}[${partition}] offset ${offset}: ${error}; it goes to ${deadLetterTopic(topic)}`;
    if (this.#sent++ < WARNINGS) logger.warn(line);
    else logger.info(line);
    if (this.#sent === WARNINGS)
      logger.warn(`${topic}: further messages that go to ${deadLetterTopic(topic)} are only counted`);
    const letter = { topic, ...message, error };
    await services.try("sending a dead letter", () => this.#try((producer) => deadLetter(producer, letter)), stop);
  }

  async #try(operation: (producer: BatchingProducer) => Promise<void>): Promise<void> {
    const { broker, cluster, logger } = this.#options;
    // Few tries of its own: a broker that stays away is waited for by the caller, who reports it.
    this.#producer ??= BatchingProducer.open({ broker, cluster, logger, lingerMilliseconds: 0, deliveryTimeout: 5000 });
    const opening = this.#producer;
    try {
      await operation(await opening);
    } catch (failure) {
      this.#producer = undefined;
      await opening.then((producer) => producer.close()).catch(() => undefined);
      throw failure;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await (await this.#producer?.catch(() => undefined))?.close().catch(() => undefined);
  }
}
