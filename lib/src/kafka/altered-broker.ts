/** kafkajs' broker with other requests than it makes by itself: what 2.2.4 can send and read, but has no option for. */

/** A request, and how its answer is read. */
interface Exchange {
  readonly response: { readonly decode: unknown; readonly parse: (answer: unknown) => Promise<unknown> };
}

type MakeExchange = (values: object) => Exchange;

/** What of kafkajs' broker matters here: each of its methods looks its request up, in the newest version that both sides know. */
interface Broker {
  readonly lookupRequest: (key: number, definition: unknown) => MakeExchange;
}

/** @returns the same broker, on the same connection, with each of its requests altered; the one given stays as it is */
export function alteredBroker<B extends object>(broker: B, alter: (make: MakeExchange) => MakeExchange): B {
  const { lookupRequest } = broker as B & Broker;
  const value = (key: number, definition: unknown): MakeExchange => alter(lookupRequest.call(broker, key, definition));
  return Object.create(broker, { lookupRequest: { value } }) as B;
}

/**
 * @returns the same broker, whose answers come as they were sent. kafkajs throws a whole answer away when it has an error for any part:
 *   for one partition of all, which a moment ago was there
 */
export function lenientBroker<B extends object>(broker: B): B {
  return alteredBroker(broker, (make) => (values) => {
    const exchange = make(values);
    return { ...exchange, response: { ...exchange.response, parse: async (answer) => answer } };
  });
}
