/**
 * Members that keep their place while they are away (KIP-345): a member with an instance id of its own does not leave when it closes,
 * and is given the same partitions when it is back within its session; the group does not rebalance.
 *
 * kafkajs 2.2.4 has no option for it, although it can write the requests that carry the id: its `Broker` does not hand the id on
 * (src/broker/index.js, `joinGroup`). So it is added here, to the requests of the one broker that coordinates the group.
 */

/** What of kafkajs' broker matters here. */
interface Coordinator {
  readonly lookupRequest: (key: number, definition: unknown) => (values: object) => unknown;
}

/** A coordinator whose requests name an instance, and who is not told when it closes. */
export function asStaticMember<T>(coordinator: T, instance: string): T {
  const { lookupRequest } = coordinator as Coordinator;
  return Object.create(coordinator as object, {
    lookupRequest: {
      value: (key: number, definition: unknown) => {
        const request = lookupRequest.call(coordinator, key, definition);
        return (values: object) => request({ ...values, groupInstanceId: instance });
      },
    },
    leaveGroup: { value: () => Promise.resolve() },
  }) as T;
}
