/** Names and addresses of Kafka, checked before they are used. */
import { formatAddress, parseAddress } from "../address/index.ts";
import { StreambookError } from "../errors/index.ts";

/**
 * The address of a broker, from what a person types: a port (`9092`) or `host:port`; of several, with commas between them as Kafka's
 * own clients have them, each.
 *
 * @throws USAGE when it is neither
 *
 * @example
 * ```ts
 * import { brokerAddress } from "streambook/kafka";
 * console.assert(brokerAddress("9092") === "127.0.0.1:9092");
 * console.assert(brokerAddress("kafka:9092, kafka-2:9095") === "kafka:9092,kafka-2:9095");
 * ```
 */
export function brokerAddress(text: string | number): string {
  return brokerAddresses(text).join(",");
}

/** The brokers of an address, one or several. @throws USAGE as {@link brokerAddress} */
export function brokerAddresses(text: string | number): string[] {
  const places = String(text).split(",").map(parseAddress);
  return places.map((place) => {
    if (place !== undefined) return formatAddress(place.host ?? "127.0.0.1", place.port);
    throw new StreambookError(
      "USAGE",
      `"${text}" is not the address of a Kafka broker; give a port such as 9092, or host:port, or several with commas between them`,
    );
  });
}

/**
 * Returns a topic name that Kafka accepts: letters, digits, `.`, `_` and `-`, at most 249 of them, neither `.` nor `..`.
 *
 * @throws USAGE for any other
 */
export function checkTopic(topic: string): string {
  if (!/^[A-Za-z0-9._-]{1,249}$/.test(topic) || topic === "." || topic === "..") {
    throw new StreambookError(
      "USAGE",
      `${JSON.stringify(topic)} is not a topic name; use letters, digits, ".", "_" and "-", at most 249`,
    );
  }
  return topic;
}
