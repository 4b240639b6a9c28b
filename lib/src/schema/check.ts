/** Checks of messages against a schema. */
import { unscaled } from "./decimal.ts";
import { comparable, isDate, isTime } from "./iso.ts";
import type { Field, Schema, SimpleType, ValueType } from "./schema.ts";

/** What is wrong with a message, as a clause; undefined when nothing is. */
export type MessageCheck = (message: unknown) => string | undefined;

const accepts: Readonly<Record<SimpleType, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string" && value.isWellFormed(), // half a character has no UTF-8: it would be changed
  int: (value) => Number.isInteger(value) && Math.abs(value as number) < 2 ** 31,
  bigint: (value) => Number.isSafeInteger(value),
  double: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  timestamp: (value) => typeof value === "string" && isTime(value),
  date: (value) => typeof value === "string" && isDate(value),
};

const described: Readonly<Record<SimpleType, string>> = {
  string: "text",
  int: "a whole number of 32 bits",
  bigint: "a whole number below 2^53",
  double: "a number",
  boolean: "true or false",
  timestamp: "a time in ISO 8601, UTC, with Z",
  date: "a date of the form 2026-01-31",
};

/**
 * Makes the check of a schema. Every field must be there with its type, unless it is nullable; further fields are refused, because a
 * table would lose them.
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
  const check = checkOfFields(schema.fields, ` is not in the schema ${schema.name}`);
  const { ordered = [] } = schema;
  return (message) => {
    if (!isObject(message)) return "is not a JSON object";
    const fault = check(message) ?? faultOfOrder(message, ordered);
    return fault === undefined ? undefined : `field "${fault.path}"${fault.what}`;
  };
}

/** @param ordered fields that hold times, which were checked before */
function faultOfOrder(message: Record<string, unknown>, ordered: readonly string[]): Fault | undefined {
  for (const [index, name] of ordered.entries()) {
    const next = ordered[index + 1];
    if (next !== undefined && comparable(message[name] as string) > comparable(message[next] as string))
      return { path: next, what: ` must not come before "${name}", and is ${shorten(message[next])}` };
  }
  return undefined;
}

/** Where something is wrong, `user.tags[2]`, and what, to be read after it. */
interface Fault {
  readonly path: string;
  readonly what: string;
}

/** Says what is wrong with a value; undefined when nothing is. */
type ValueCheck<T> = (value: T) => Fault | undefined;

/** @param unknown what is said of a field that there is not */
function checkOfFields(fields: readonly Field[], unknown: string): ValueCheck<Record<string, unknown>> {
  const checks = fields.map((field) => [field, checkOf(field)] as const);
  const known = new Set(fields.map(({ name }) => name));
  return (record) => {
    for (const [{ name, nullable }, check] of checks) {
      // Every object has a "constructor" that it inherits.
      if (!Object.hasOwn(record, name)) {
        if (nullable === true) continue;
        return { path: name, what: " is missing" };
      }
      const fault = check(record[name]);
      if (fault !== undefined) return { ...fault, path: `${name}${fault.path}` };
    }
    for (const name in record) if (!known.has(name)) return { path: name.slice(0, 40), what: unknown };
    return undefined;
  };
}

function checkOf(type: ValueType): ValueCheck<unknown> {
  const check = withLimits(checkOfValue(type), type);
  return type.nullable === true ? (value) => (value === null ? undefined : check(value)) : check;
}

/** A check that looks at the limits of the type, too, once the value is of the type. */
function withLimits(check: ValueCheck<unknown>, type: ValueType): ValueCheck<unknown> {
  const { minimum, maximum, values } = type;
  if (minimum === undefined && maximum === undefined && values === undefined) return check;
  const order = orderOf(type);
  const [least, most] = [minimum, maximum].map((limit) => (limit === undefined ? undefined : order(limit)));
  const known = values === undefined ? undefined : new Set<unknown>(values);
  return (value) => {
    const fault = check(value);
    if (fault !== undefined) return fault;
    const one = order(value);
    if (least !== undefined && one < least) return mustBe(`${minimum} at the least`, value);
    if (most !== undefined && one > most) return mustBe(`${maximum} at the most`, value);
    if (known?.has(value) === false) return mustBe(`one of ${values?.join(", ")}`, value);
    return undefined;
  };
}

/** What values of a type are compared by. */
function orderOf({ type }: ValueType): (value: unknown) => number | string {
  if (type === "timestamp") return (value) => comparable(value as string);
  if (type === "decimal") return Number; // it may be text
  return (value) => value as number | string;
}

function checkOfValue(type: ValueType): ValueCheck<unknown> {
  switch (type.type) {
    case "array": {
      const check = checkOf(type.items);
      return (value) => {
        if (!Array.isArray(value)) return mustBe("a list", value);
        for (const [index, item] of value.entries()) {
          const fault = check(item);
          if (fault !== undefined) return { ...fault, path: `[${index}]${fault.path}` };
        }
        return undefined;
      };
    }
    case "record": {
      const check = checkOfFields(type.fields, " is not in the schema");
      return (value) => {
        if (!isObject(value)) return mustBe("an object", value);
        const fault = check(value);
        return fault === undefined ? undefined : { ...fault, path: `.${fault.path}` };
      };
    }
    case "decimal": {
      const { precision, scale } = type;
      const what = `a decimal number of ${precision} digits, ${scale} of them after the point`;
      return (value) => (unscaled(value, precision, scale) === undefined ? mustBe(what, value) : undefined);
    }
    default: {
      const [accept, what] = [accepts[type.type], described[type.type]];
      return (value) => (accept(value) ? undefined : mustBe(what, value));
    }
  }
}

function mustBe(what: string, value: unknown): Fault {
  return { path: "", what: ` must be ${what}, and is ${shorten(value)}` };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function shorten(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
