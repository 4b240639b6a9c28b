/** Events that cannot be read: what the world makes of a message when a program, a clock or a till is wrong. */
import type { Random } from "../../../random/index.ts";

type Message = Readonly<Record<string, unknown>>;

/** Ways in which a message goes wrong, each of which the schemas refuse. */
const WAYS: readonly ((message: Message) => unknown)[] = [
  (message) => JSON.stringify(message).slice(0, -7),
  (message) => ({ ...message, user_id: 7 }),
  (message) => ({ ...message, timestamp: String(message["timestamp"]).replace(/T\d\d/, "T25") }),
  (message) => ({ ...message, timestamp: "1970-01-01T00:00:12.345Z" }), // a phone that has never heard the time
  (message) => ({ ...message, session_id: undefined }),
  (message) => ({ ...message, colour: "blue" }),
  (message) =>
    "quantity" in message
      ? { ...message, quantity: 0 }
      : "action" in message
        ? { ...message, action: "sigh" }
        : { ...message, event: "hover" },
  (message) => ("amount" in message ? { ...message, amount: `${String(message["amount"])} EUR` } : [message]),
];

/** The value of a message that cannot be read any more. */
export function misread(message: Message, random: Random): string {
  const wrong = random.pick(WAYS)(message);
  return typeof wrong === "string" ? wrong : JSON.stringify(wrong);
}
