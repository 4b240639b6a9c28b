/** Events and schemas for the tests of the case. */
import type { Schema } from "../../schema/index.ts";
import type { CaseEvent } from "../events/event.ts";
import { clicksNames, clicksSchemas } from "./names.ts";

export const topics = ["clickstream_raw", "user_events", "transactions"] as const;

export function schemasForTest(): Promise<Schema[]> {
  return clicksSchemas(clicksNames());
}

/** Writes the events of a user by hand: `shop("u1", "s1").view("12:00", "tent")`. */
export function shop(user: string, session: string, date = "2026-10-24") {
  const event = (topic: (typeof topics)[number], time: string, fields: object): CaseEvent => {
    const key = topic === "transactions" ? "transaction_id" : "event_id";
    const [hour = "", minute = "", second = "00"] = time.split(":");
    const timestamp = `${date}T${hour}:${minute}:${second.padEnd(6, ".000").slice(0, 6)}Z`;
    const id = `${session}-${time}-${JSON.stringify(fields)}`;
    return {
      topic,
      key: user,
      value: JSON.stringify({ [key]: id, user_id: user, session_id: session, ...fields, timestamp }),
    };
  };
  const of = (product: string | null) => ({ product, category: product === null ? null : "sport" });
  return {
    page: (time: string, page: string) => event("clickstream_raw", time, { event: "view", page, ...of(null) }),
    view: (time: string, product: string) =>
      event("clickstream_raw", time, { event: "view", page: "product", ...of(product) }),
    click: (time: string, product: string) =>
      event("clickstream_raw", time, { event: "click", page: "product", ...of(product) }),
    act: (time: string, action: string) => event("user_events", time, { action }),
    buy: (time: string, product: string, quantity = 1, amount: number | string = 10) =>
      event("transactions", time, { ...of(product), quantity, amount }),
  };
}

/** The first of many. */
export function first<T>(count: number, all: Iterable<T>): T[] {
  const some: T[] = [];
  for (const one of all) if (some.push(one) === count) break;
  return some;
}
