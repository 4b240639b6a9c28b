/** Which cluster answers at an address. */
import { type KafkaOptions, withAdmin } from "./client.ts";

/**
 * The id of the cluster at an address: it stays while a cluster moves to other ports, and another one has another.
 *
 * @throws UNREACHABLE; KAFKA_FAILED
 */
export function clusterId(options: KafkaOptions): Promise<string> {
  return withAdmin(options, "look up the cluster's id", async (admin) => (await admin.describeCluster()).clusterId);
}
