/** An event of any of the three topics in the one shape that the clean table has, and what is asked about it. */
import { compileCheck, type MessageCheck, type Schema, unscaled } from "../../../schema/index.ts";
import type { CaseEvent } from "../../events/event.ts";

/** An event that can be read. */
export interface CleanEvent {
  readonly topic: string;
  readonly id: string;
  readonly user: string;
  readonly session: string;
  /** What happened: view, click, purchase, login, search, logout. */
  readonly action: string;
  readonly page: string | null;
  readonly product: string | null;
  readonly category: string | null;
  readonly quantity: number;
  /** What was paid, in euro cents. */
  readonly cents: number;
  /** When it happened: milliseconds since 1970, UTC. */
  readonly time: number;
}

/** Reads events. @param schemas those of all topics; undefined is what a schema refuses */
export function eventReader(schemas: readonly Schema[]): (event: CaseEvent) => CleanEvent | undefined {
  const checks = new Map<string, MessageCheck>(schemas.map((schema) => [schema.name, compileCheck(schema)]));
  return ({ topic, value }) => {
    const message = parsed(value);
    if (message === undefined || checks.get(topic)?.(message) !== undefined) return undefined;
    return cleaned(topic, message);
  };
}

type Message = Readonly<Record<string, string | number | null | undefined>>;

function parsed(value: string): Message | undefined {
  try {
    return JSON.parse(value) as Message;
  } catch {
    return undefined;
  }
}

/** @param message one that its schema accepts */
function cleaned(topic: string, message: Message): CleanEvent {
  const text = (name: string): string | null => (message[name] ?? null) as string | null;
  return {
    topic,
    id: text("event_id") ?? text("transaction_id") ?? "",
    user: text("user_id") ?? "",
    session: text("session_id") ?? "",
    action: text("event") ?? text("action") ?? "purchase",
    page: text("page"),
    product: text("product"),
    category: text("category"),
    quantity: Number(message["quantity"] ?? 0),
    cents: Number(unscaled(message["amount"] ?? 0, 10, 2)),
    time: Date.parse(text("timestamp") ?? ""),
  };
}

/** Neighbouring events mostly share their hour. */
let last: { readonly hour: number; readonly text: readonly [date: string, hour: string] } = {
  hour: NaN,
  text: ["", ""],
};

/** The UTC date and hour of a time, `["2026-01-31", "23"]`. @param time milliseconds since 1970 */
export function hourOf(time: number): readonly [date: string, hour: string] {
  const hour = Math.floor(time / 3_600_000);
  if (hour !== last.hour) {
    const text = new Date(time).toISOString();
    last = { hour, text: [text.slice(0, 10), text.slice(11, 13)] };
  }
  return last.text;
}
