/** Values as JSON. `JSON.stringify` alone writes NaN and the infinities as null, and fails at a bigint. */
import { StreambookError } from "../errors/index.ts";

/**
 * A value as JSON, for people and programs to read. What JSON has no form for is text there: `"NaN"`, `"Infinity"`, `"-Infinity"`; a
 * bigint is its digits, because most readers would round a number; bytes are base64. A Map is an object, whose names are its keys.
 *
 * @param indent blanks for each level @default 0, everything on one line
 *
 * @example
 * ```ts
 * import { toJson } from "streambook/json";
 * console.assert(toJson({ mean: NaN, big: 2n ** 60n }) === '{"mean":"NaN","big":"1152921504606846976"}');
 * ```
 */
export function toJson(value: unknown, indent = 0): string {
  return JSON.stringify(value, asText, indent) ?? "null";
}

/** A replacer of JSON.stringify. Bytes are looked up in their holder: a Buffer would arrive as what its own toJSON makes of it. */
function asText(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "bigint") return String(value);
  if (value instanceof Map) return Object.fromEntries([...value].map(([name, member]) => [nameOf(name), member]));
  const held = (this as Record<string, unknown>)[key];
  return held instanceof Uint8Array ? Buffer.from(held).toString("base64") : value;
}

function nameOf(key: unknown): string {
  return typeof key === "object" && key !== null ? toJson(key) : String(key);
}

/**
 * A value as JSON that reads back as the same value, for records on their way between programs of ours.
 *
 * @param what what the value is, for the message: "the value that map emits"
 * @throws USAGE when a number in it is NaN or infinite, which would come back as null, or when it holds a bigint
 *
 * @example
 * ```ts
 * import { exactJson } from "streambook/json";
 * console.assert(exactJson({ count: 1, rest: null }, "the record") === '{"count":1,"rest":null}');
 * ```
 */
export function exactJson(value: unknown, what: string): string {
  let text: string;
  try {
    text = JSON.stringify(value) ?? "null";
  } catch (cause) {
    throw new StreambookError(
      "USAGE",
      `${what} cannot be written as JSON (${(cause as Error).message}); turn it into text`,
      {
        cause,
      },
    );
  }
  // A replacer makes JSON.stringify several times slower, so numbers are looked at only where one may have become null.
  if (text.includes("null")) JSON.stringify(value, (key, member: unknown) => finite(key, member, what));
  return text;
}

function finite(key: string, member: unknown, what: string): unknown {
  if (typeof member !== "number" || Number.isFinite(member)) return member;
  const place = key === "" ? "" : ` in "${key}"`;
  throw new StreambookError(
    "USAGE",
    `${what} has ${member}${place}, and JSON has no such number; make it null or text`,
  );
}
