/**
 * Members that keep their place while they are away (KIP-345): a member with an instance id of its own does not leave when it closes,
 * and is given the same partitions when it is back within its session; the group does not rebalance.
 *
 * kafkajs 2.2.4 has no option for it, although it can write the requests that carry the id: its `Broker` does not hand the id on
 * (src/broker/index.js, `joinGroup`). So it is added here, to the requests of the one broker that coordinates the group.
 */
import { alteredBroker } from "../altered-broker.ts";

/** A coordinator whose requests name an instance, and who is not told when it closes. */
export function asStaticMember<T extends object>(coordinator: T, instance: string): T {
  const named = alteredBroker(coordinator, (make) => (values) => make({ ...values, groupInstanceId: instance }));
  return Object.assign(named, { leaveGroup: () => Promise.resolve() });
}
