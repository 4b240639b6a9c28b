/** Seeded events of three topics for the benchmark of `ingest`: clicks, what users do, and what they buy, in the order of their time. */
import { Random } from "../lib/src/random/index.ts";
import type { Field, Schema } from "../lib/src/schema/index.ts";

/** One of the topics. */
export type ClickTopic = "clickstream" | "events" | "transactions";

const text = (...names: readonly string[]): Field[] => names.map((name) => ({ name, type: "string", doc: "" }));
const common: readonly Field[] = [...text("user_id", "session_id"), { name: "timestamp", type: "timestamp", doc: "" }];

export const clickSchemas: Readonly<Record<ClickTopic, Schema>> = {
  clickstream: {
    name: "clickstream",
    fields: [...text("event_id", "product", "category", "event", "page"), ...common],
  },
  events: { name: "events", fields: [...text("event_id", "action"), ...common] },
  transactions: {
    name: "transactions",
    fields: [
      ...text("transaction_id", "product", "category"),
      { name: "quantity", type: "int", doc: "" },
      { name: "amount", type: "decimal", precision: 10, scale: 2, doc: "" },
      ...common,
    ],
  },
};

/** One event, ready to be sent. */
export interface ClickEvent {
  readonly kind: ClickTopic;
  readonly key: string;
  readonly value: string;
}

/**
 * Makes events one by one: the same seed gives the same events.
 *
 * @param count how many, spread over 24 hours
 */
export function* clickEvents(count: number, { seed = 42 } = {}): Generator<ClickEvent> {
  const random = new Random(seed);
  const begin = Date.UTC(2026, 0, 31);
  for (let i = 0; i < count; i++) {
    const user = random.below(20_000);
    const [product, category] = [`product-${random.below(500)}`, `category-${random.below(12)}`];
    const own = {
      user_id: `user-${user}`,
      session_id: `session-${user}-${Math.floor((i * 48) / count)}`,
      timestamp: new Date(begin + Math.floor((i * 86_400_000) / count)).toISOString(),
    };
    const id = `${seed}-${i}`;
    const share = random.below(10);
    const [kind, event] =
      share < 6
        ? ([
            "clickstream",
            { event_id: id, product, category, event: "view", page: `/${category}/${product}` },
          ] as const)
        : share < 9
          ? (["events", { event_id: id, action: "scroll" }] as const)
          : ([
              "transactions",
              { transaction_id: id, product, category, quantity: 1 + random.below(5), amount: 9.99 },
            ] as const);
    yield { kind, key: own.user_id, value: JSON.stringify({ ...event, ...own }) };
  }
}
