/** Turns errors of kafkajs into ours, which know what would help. */
import { isStreambookError, messageOf, StreambookError } from "../errors/index.ts";

interface KafkaJsError extends Error {
  readonly type?: string;
  readonly retriable?: boolean;
}

const CONNECTION = /^KafkaJS(Connection|NoBrokerAvailable|BrokerNotFound|RequestTimeout|ConnectionClosed)/;

/** The error at the root of one: kafkajs wraps what it gave up on. One of ours, thrown inside of kafkajs, is the root. */
export function rootOf(error: unknown): KafkaJsError {
  let root = error as KafkaJsError;
  while (root?.cause instanceof Error && root.cause !== root && root.type === undefined && !isStreambookError(root))
    root = root.cause;
  return root;
}

/** Whether an error means that the broker was not there, or went away. */
export function isConnectionFailure(error: unknown): boolean {
  for (let e = error as Error | undefined; e instanceof Error; e = e.cause as Error | undefined) {
    if (CONNECTION.test(e.name) || isStreambookError(e, "UNREACHABLE")) return true;
  }
  return false;
}

/**
 * Our error for one of kafkajs.
 *
 * @param doing what was tried: `read the topic "chunks"`
 */
export function kafkaError(error: unknown, broker: string, doing: string): unknown {
  if ((error as Error)?.name === "AbortError") return error;
  const root = rootOf(error);
  if (isStreambookError(root)) return root;
  if (isConnectionFailure(error)) {
    return new StreambookError(
      "UNREACHABLE",
      `cannot ${doing}: no Kafka broker answers at ${places(broker)} (${messageOf(root)})`,
      { cause: error, hint: { start: ["kafka"], change: ["broker"] } },
    );
  }
  switch (root.type) {
    case "UNKNOWN_TOPIC_OR_PARTITION":
      return new StreambookError(
        "NOT_FOUND",
        `cannot ${doing}: Kafka at ${places(broker)} has no such topic or partition; the producer creates the topic`,
        { cause: error, hint: { run: { program: "producer" } } },
      );
    case "NOT_ENOUGH_REPLICAS":
    case "NOT_ENOUGH_REPLICAS_AFTER_APPEND":
      return notEnoughReplicas(doing, `${messageOf(root)}; Kafka at ${places(broker)}`, error);
    case "MESSAGE_TOO_LARGE":
    case "RECORD_LIST_TOO_LARGE":
      return tooLarge(doing, undefined, error);
    default:
      return new StreambookError("KAFKA_FAILED", `Kafka at ${places(broker)} could not ${doing}: ${messageOf(root)}`, {
        cause: error,
        retriable: root.retriable !== false,
        hint: { log: "kafka" },
      });
  }
}

/** Addresses for a person: `127.0.0.1:9092, 127.0.0.1:9095`. */
export function places(broker: string): string {
  return broker.replaceAll(",", ", ");
}

/** The error for what too few brokers are there to do, such as to keep messages. */
export function notEnoughReplicas(doing: string, why: string, cause: unknown): StreambookError {
  return new StreambookError(
    "NOT_ENOUGH_REPLICAS",
    `cannot ${doing}: too few of the brokers are there (${why}); nothing counts as written until more of them run`,
    { cause, hint: { start: ["brokers"] } },
  );
}

/** The error for a message that a topic does not take. */
export function tooLarge(doing: string, limit: number | undefined, cause?: unknown): StreambookError {
  const allowed = limit === undefined ? "" : ` of ${limit} bytes`;
  return new StreambookError(
    "MESSAGE_TOO_LARGE",
    `cannot ${doing}: it is larger than the topic's limit${allowed} (max.message.bytes); use smaller chunks, or raise the limit`,
    { cause, hint: { change: ["chunkSize"] } },
  );
}
