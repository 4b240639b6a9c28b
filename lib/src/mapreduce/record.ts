/**
 * How a record travels between map and reduce: one line, the key's fields and the value separated by tabs. And the two orders that
 * Hadoop gives such lines, said again in TypeScript: which reducer a key goes to, and which key comes first.
 *
 * A text field is written as the inside of a JSON string, so that tabs, line ends and backslashes survive, after a `=`: Hadoop's
 * KeyFieldBasedComparator takes an empty last field for a missing one and then contradicts itself. A value is JSON.
 */
import { StreambookError } from "../errors/index.ts";
import { exactJson } from "../json/index.ts";

/** A field of a key: text, or a whole number. */
export type KeyField = string | number;

/** A key: its fields in order. */
export type Key = readonly KeyField[];

/** How a field is ordered: text by its code points, numbers by their value. */
export type SortOrder = "text" | "number" | "text-descending" | "number-descending";

const TAB = "\t";
const TEXT_MARK = "=";
// eslint-disable-next-line no-control-regex
const NEEDS_ESCAPE = /[\u0000-\u001f\\"\ud800-\udfff]/;

/** One field as it travels. @throws USAGE when its kind is not what the job says */
export function encodeField(field: KeyField, order: SortOrder): string {
  if (order.startsWith("number")) {
    if (typeof field === "number" && Number.isSafeInteger(field)) return String(field);
    throw new StreambookError(
      "USAGE",
      `a key field sorted as number must be a whole number, and is ${shown(field)}; fix the job's map`,
    );
  }
  if (typeof field !== "string") {
    throw new StreambookError(
      "USAGE",
      `a key field sorted as text must be text, and is ${shown(field)}; fix the job's map`,
    );
  }
  return TEXT_MARK + (NEEDS_ESCAPE.test(field) ? JSON.stringify(field).slice(1, -1) : field);
}

/** The field that {@link encodeField} has written. */
export function decodeField(field: string): KeyField {
  if (!field.startsWith(TEXT_MARK)) return Number(field);
  const inner = field.slice(1);
  return inner.includes("\\") ? (JSON.parse(`"${inner}"`) as string) : inner;
}

/** A record as it travels: the key's fields and the value's JSON, with tabs between. @throws USAGE for what would not come back as it is */
export function encodeRecord(key: Key, value: unknown, sort: readonly SortOrder[]): string {
  if (key.length !== sort.length) {
    throw new StreambookError(
      "USAGE",
      `the key ${shown(key)} has ${key.length} fields, and the job says ${sort.length}; fix the job's map`,
    );
  }
  let line = "";
  for (let index = 0; index < sort.length; index++) line += encodeField(key[index]!, sort[index]!) + TAB;
  return line + exactJson(value ?? null, "a value that map emits");
}

/** A record of a job's output: one line of JSON. @throws USAGE for what would not come back as it is */
export function encodeOutput(record: unknown): string {
  return exactJson(record, "a record that reduce emits");
}

/** The first fields of a travelling record, as written, without the tab after them. */
export function fieldsOf(line: string, count: number): string {
  let end = -1;
  for (let field = 0; field < count; field++) end = line.indexOf(TAB, end + 1);
  return line.slice(0, end);
}

/** The key of {@link fieldsOf}. */
export function decodeKey(fields: string): KeyField[] {
  return fields.split(TAB).map(decodeField);
}

/** The value of a travelling record. */
export function decodeValue(line: string): unknown {
  return JSON.parse(line.slice(line.lastIndexOf(TAB) + 1));
}

/**
 * Which reducer a record goes to, as Hadoop's KeyFieldBasedPartitioner decides: Java's hash of the UTF-8 bytes (signed) of the
 * partition fields, modulo the number of reducers.
 */
export function partitionOf(fields: string, reducers: number): number {
  let hash = 0;
  for (const field of fields.split(TAB)) {
    for (const byte of Buffer.from(field, "utf8")) hash = (Math.imul(31, hash) + ((byte << 24) >> 24)) | 0;
  }
  return (hash & 0x7fffffff) % reducers;
}

/** Which of two keys, as they travel, comes first; as KeyFieldBasedComparator decides. */
export function compareKeys(a: readonly string[], b: readonly string[], sort: readonly SortOrder[]): number {
  for (let index = 0; index < sort.length; index++) {
    const order = sort[index]!;
    const x = a[index]!;
    const y = b[index]!;
    const difference = order.startsWith("number") ? Number(x) - Number(y) : compareText(x, y);
    if (difference !== 0) return order.endsWith("descending") ? -difference : difference;
  }
  return 0;
}

/**
 * Compares by code point, which is the order of UTF-8 bytes, Hadoop's. JavaScript's own `<` compares UTF-16 units: it puts an emoji
 * (a surrogate pair, from U+D800) before U+E000–U+FFFF.
 */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index);
    const y = b.charCodeAt(index);
    if (x !== y) return pastSurrogates(x) - pastSurrogates(y);
  }
  return a.length - b.length;
}

function pastSurrogates(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit >= 0xd800 ? unit + 0x2000 : unit;
}

/** The options of KeyFieldBasedComparator for an order: `-k1,1 -k2,2nr`. */
export function comparatorOptions(sort: readonly SortOrder[]): string {
  return sort
    .map((order, index) => {
      const field = `-k${index + 1},${index + 1}`;
      return `${field}${order.startsWith("number") ? "n" : ""}${order.endsWith("descending") ? "r" : ""}`;
    })
    .join(" ");
}

/** The options of KeyFieldBasedPartitioner for the first fields: `-k1,1 -k2,2`. */
export function partitionerOptions(fields: number): string {
  return Array.from({ length: fields }, (_, index) => `-k${index + 1},${index + 1}`).join(" ");
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
