/** Checks of messages against a schema. */
import type { Field, FieldType, Schema } from "./schema.ts";

/** Says what is wrong with a message, in words; undefined when nothing is. */
export type MessageCheck = (message: unknown) => string | undefined;

const ISO_UTC =
  /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

const accepts: Readonly<Record<FieldType, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string" && value.isWellFormed(), // half a character has no UTF-8: it would be changed
  int: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  bigint: (value) => Number.isSafeInteger(value),
  double: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  timestamp: (value) => typeof value === "string" && ISO_UTC.test(value) && isDay(value.slice(0, 10)),
};

/** Whether a month has that day: `Date` takes 30 February for 2 March. */
function isDay(date: string): boolean {
  return Number(date.slice(8)) <= 28 || new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
}

const described: Readonly<Record<FieldType, string>> = {
  string: "text",
  int: "a whole number of 32 bits",
  bigint: "a whole number below 2^53",
  double: "a number",
  boolean: "true or false",
  timestamp: "a time in ISO 8601, UTC, with Z",
};

/**
 * Makes the check of a schema. Every field must be there with its type; further fields are refused, because a table
 * would lose them.
 *
 * @example
 * ```ts
 * import { compileCheck, parseSchema } from "streambook/schema";
 * const check = compileCheck(parseSchema({ name: "clicks", fields: [{ name: "page", type: "string", doc: "" }] }));
 * console.assert(check({ page: "/" }) === undefined);
 * console.assert(check({ page: 1 }) === `field "page" must be text, and is 1`);
 * ```
 */
export function compileCheck(schema: Schema): MessageCheck {
  const tests: readonly (readonly [Field, (value: unknown) => boolean])[] = schema.fields.map((field) => [
    field,
    accepts[field.type],
  ]);
  const known = new Set(schema.fields.map((field) => field.name));
  return (message) => {
    if (typeof message !== "object" || message === null || Array.isArray(message)) return "is not a JSON object";
    const record = message as Record<string, unknown>;
    for (const [{ name, type }, accept] of tests) {
      // Every object has a "constructor" that it inherits.
      if (!Object.hasOwn(record, name)) return `field "${name}" is missing`;
      if (!accept(record[name])) return `field "${name}" must be ${described[type]}, and is ${shorten(record[name])}`;
    }
    for (const name in record)
      if (!known.has(name)) return `field "${name.slice(0, 40)}" is not in the schema ${schema.name}`;
    return undefined;
  };
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
