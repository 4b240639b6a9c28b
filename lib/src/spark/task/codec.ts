/** Rows of a task as they travel (see `wire-sql.ts`), on the side of the task: read as values, and written when they fit their columns. */
import { StreambookError } from "../../errors/index.ts";
import type { SparkRow, SparkValue } from "../rows.ts";
import { timestampMicroseconds, timestampText } from "../timestamp.ts";
import { treeName, type ColumnTree, type TaskColumn } from "./column-type.ts";

type Wired = Readonly<Record<string, unknown>>;
type Decode = (value: never) => SparkValue;

/** Reads lines of rows with these columns. @throws USAGE for a null where none may be */
export function rowReader(columns: readonly TaskColumn[]): (line: string) => SparkRow {
  const readers = columns.map(({ name, tree, optional }, place) => {
    return { name, key: String(place), read: decoder(tree) as (value: unknown) => SparkValue, optional };
  });
  return (line) => {
    const wired = JSON.parse(line) as Wired;
    const row: SparkRow = {};
    for (const { name, key, read, optional } of readers) {
      const value = wired[key] ?? null; // Spark leaves nulls out
      if (value === null && !optional)
        throw new StreambookError(
          "USAGE",
          `the column ${name} that the task is given holds a null, which its type excludes; declare it with ? behind the type, or leave such rows out`,
        );
      row[name] = value === null ? null : read(value);
    }
    return row;
  };
}

/** Reads values that are no nulls. */
function decoder(tree: ColumnTree): Decode {
  switch (tree.kind) {
    case "double":
      return Number;
    case "bigint":
      return BigInt;
    case "decimal":
      return plainDigits;
    case "timestamp":
      return (value: string) => timestampText(BigInt(value), "Z");
    case "local":
      return localTime;
    case "binary":
      return (value: string) => new Uint8Array(Buffer.from(value, "base64"));
    case "array": {
      const read = orNull(decoder(tree.element));
      return (values: unknown[]) => values.map(read);
    }
    case "map": {
      const [key, value] = [orNull(decoder(tree.key)), orNull(decoder(tree.value))];
      return (entries: Wired[]) => new Map(entries.map((entry) => [key(entry["0"]), value(entry["1"])]));
    }
    case "struct": {
      const fields = tree.fields.map(([name, type], place) => [name, String(place), orNull(decoder(type))] as const);
      return (value: Wired) => Object.fromEntries(fields.map(([name, key, read]) => [name, read(value[key])]));
    }
    default:
      return (value: string) => value;
  }
}

function orNull(decode: Decode): (value: unknown) => SparkValue {
  return (value) => (value === null || value === undefined ? null : decode(value as never));
}

/** Without its exponent: Spark writes small decimals as `0E-10` where ANSI mode is off. */
function plainDigits(text: string): string {
  const [, sign = "", digits = "", fraction = "", exponent] = /^(-?)(\d+)(?:\.(\d+))?E([+-]?\d+)$/.exec(text) ?? [];
  if (exponent === undefined) return text;
  const places = fraction.length - Number(exponent);
  const all = `${digits}${fraction}`.padStart(places + 1, "0");
  return places <= 0 ? `${sign}${all}${"0".repeat(-places)}` : `${sign}${all.slice(0, -places)}.${all.slice(-places)}`;
}

/** `2026-01-01 00:00:00.5` as rows have it: `2026-01-01T00:00:00.500` */
function localTime(text: string): string {
  const [whole = "", fraction = ""] = text.replace(" ", "T").split(".");
  return `${whole}.${fraction.padEnd(fraction.length > 3 ? 6 : 3, "0")}`;
}

/** What stands for a value in JSON; undefined for a value that does not fit. */
type Encode = (value: unknown) => unknown;

/** Writes rows with these columns as lines. @throws USAGE naming the column and the value, for a row that does not fit them */
export function rowWriter(columns: readonly TaskColumn[]): (row: unknown) => string {
  const writers = columns.map((column) => ({ column, write: encoder(column.tree) }));
  const names = new Set(columns.map(({ name }) => name));
  return (row) => {
    if (typeof row !== "object" || row === null) throw unfit(`a row that is ${shown(row)}; give an object, or nothing`);
    const wired: unknown[] = [];
    for (const { column, write } of writers) {
      const value = (row as Wired)[column.name] ?? null;
      const json = value === null ? null : write(value);
      if (json === undefined || (json === null && !column.optional)) throw misfit(column, (row as Wired)[column.name]);
      wired.push(json);
    }
    for (const name of Object.keys(row))
      if (!names.has(name)) throw unfit(`a value for ${name}, which is none of its columns ${[...names].join(", ")}`);
    return `{${wired.map((json, place) => `"${place}":${JSON.stringify(json)}`).join(",")}}`;
  };
}

function unfit(what: string): StreambookError {
  return new StreambookError("USAGE", `the task gave ${what}`);
}

function misfit({ name, tree, optional }: TaskColumn, value: unknown): StreambookError {
  const what = value === undefined ? "no value" : shown(value);
  const wanted = `${treeName(tree)}${optional ? "?" : ""}`;
  return unfit(`${what} for the column ${name}, which is ${wanted}: ${WANTED[tree.kind]}`);
}

const WANTED: Readonly<Record<ColumnTree["kind"], string>> = {
  string: "give a string of whole characters",
  int: "give a whole number of 32 bits",
  bigint: "give a bigint of 64 bits, as 12n or BigInt(x)",
  double: "give a number",
  decimal: 'give its digits as text, no more than its type has places for, as "12.30"',
  boolean: "give true or false",
  timestamp: 'give its time in UTC, as "2026-09-13T06:49:00.123Z"',
  local: 'give its time, as "2026-09-13T06:49:00.123"',
  date: 'give its day, as "2026-09-13"',
  binary: "give a Uint8Array",
  array: "give a list of such values",
  map: "give a Map of such values",
  struct: "give an object with these fields",
};

function encoder(tree: ColumnTree): Encode {
  switch (tree.kind) {
    case "string":
      return (value) => (typeof value === "string" && value.isWellFormed() ? value : undefined);
    case "int":
      return (value) => (typeof value === "number" && (value | 0) === value ? value : undefined);
    case "bigint":
      return (value) => (typeof value === "bigint" && BigInt.asIntN(64, value) === value ? String(value) : undefined);
    case "double":
      return (value) => (typeof value !== "number" ? undefined : Object.is(value, -0) ? "-0.0" : String(value));
    case "decimal":
      return (value) => (typeof value === "string" && fitsDecimal(value, tree) ? value : undefined);
    case "boolean":
      return (value) => (typeof value === "boolean" ? value : undefined);
    case "timestamp":
      return (value) => (typeof value === "string" ? timestampMicroseconds(value)?.toString() : undefined);
    case "local":
      return (value) => (typeof value === "string" && isTime(`${value}Z`) ? value : undefined);
    case "date":
      return (value) => (typeof value === "string" && isTime(`${value}T00:00:00Z`) ? value : undefined);
    case "binary":
      return (value) => (value instanceof Uint8Array ? Buffer.from(value).toString("base64") : undefined);
    case "array":
      return listEncoder(encoder(tree.element));
    case "map":
      return mapEncoder(encoder(tree.key), encoder(tree.value));
    case "struct":
      return structEncoder(tree.fields.map(([name, type]) => [name, encoder(type)] as const));
  }
}

function isTime(text: string): boolean {
  return timestampMicroseconds(text) !== undefined;
}

function fitsDecimal(text: string, { precision, scale }: { precision: number; scale: number }): boolean {
  const [, whole, fraction = ""] = /^-?0*(\d*?)(?:\.(\d+))?$/.exec(text) ?? [];
  return whole !== undefined && /\d/.test(text) && fraction.length <= scale && whole.length <= precision - scale;
}

/** The members of a list, null for null; undefined when one does not fit. */
function listEncoder(encode: Encode): Encode {
  return (values) => {
    if (!Array.isArray(values)) return undefined;
    const wired = values.map((value: unknown) => nullable(encode, value));
    return wired.includes(undefined) ? undefined : wired;
  };
}

function nullable(encode: Encode, value: unknown): unknown {
  return value === null ? null : encode(value);
}

function mapEncoder(encodeKey: Encode, encodeValue: Encode): Encode {
  const encodeEntries = listEncoder((entry) => {
    const [key, value] = entry as [unknown, unknown];
    const [wiredKey, wiredValue] = [encodeKey(key), nullable(encodeValue, value)];
    return wiredKey === undefined || wiredValue === undefined ? undefined : { 0: wiredKey, 1: wiredValue };
  });
  return (value) => (value instanceof Map ? encodeEntries([...value]) : undefined);
}

function structEncoder(fields: readonly (readonly [name: string, encode: Encode])[]): Encode {
  return (value) => {
    if (typeof value !== "object" || value === null || Object.keys(value).length !== fields.length) return undefined;
    const wired = fields.map(([name, encode]) => nullable(encode, (value as Wired)[name]));
    return wired.includes(undefined) ? undefined : Object.fromEntries(wired.entries());
  };
}

const MOST_SHOWN = 120;

/** A value, short, for a message. */
export function shown(value: unknown): string {
  const text =
    typeof value === "bigint"
      ? `${value}n`
      : (JSON.stringify(value, (_, member: unknown) => (typeof member === "bigint" ? `${member}n` : member)) ??
        String(value));
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
