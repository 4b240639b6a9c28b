/** Results as Trino sends them, JSON (https://trino.io/docs/476/develop/client-protocol.html), turned into rows. */
import type { SqlValue } from "../schema/index.ts";

/**
 * A value of a row. What it is follows from the column's type alone, never from the value.
 *
 * | Trino | here |
 * |---|---|
 * | VARCHAR, CHAR, JSON, UUID, IPADDRESS, TIME, INTERVAL … | string |
 * | TINYINT, SMALLINT, INTEGER, REAL, DOUBLE | number |
 * | BIGINT | bigint |
 * | DECIMAL | string with all its digits: `12.30` |
 * | TIMESTAMP WITH TIME ZONE | string, ISO 8601 in UTC: `2026-09-13T06:49:00.123Z`, with as many digits as the column has |
 * | TIMESTAMP | the same without `Z` |
 * | DATE | string: `2026-09-13` |
 * | BOOLEAN | boolean |
 * | VARBINARY | Uint8Array |
 * | ARRAY | list |
 * | ROW | object; a field without a name is `field0`, `field1`, … |
 * | MAP | Map |
 * | NULL | null |
 */
export type TrinoValue = SqlValue;

/** A row: values by column name. */
export type TrinoRow = Record<string, TrinoValue>;

/** A type as Trino describes it, as far as it is looked at. */
export interface TypeSignature {
  readonly rawType: string;
  readonly arguments: readonly TypeArgument[];
}

type TypeArgument =
  | { readonly kind: "TYPE"; readonly value: TypeSignature }
  | { readonly kind: "NAMED_TYPE"; readonly value: NamedType }
  | { readonly kind: "LONG" | "VARIABLE"; readonly value: unknown };

interface NamedType {
  readonly fieldName?: { readonly name: string };
  readonly typeSignature: TypeSignature;
}

/** A column as Trino describes it. */
export interface ColumnDescription {
  readonly name: string;
  /** `varchar(20)`, `array(bigint)` */
  readonly type: string;
  readonly typeSignature: TypeSignature;
}

type Reader = (value: unknown) => TrinoValue;

/** Makes rows of what a page holds. Names of columns that come twice bear their places, so that none hides another. */
export function rowReader(columns: readonly ColumnDescription[]): (values: readonly unknown[]) => TrinoRow {
  const readers = columns.map(({ typeSignature }) => readerOf(typeSignature));
  const names = columnNames(columns);
  return (values) => Object.fromEntries(names.map((name, index) => [name, readers[index]!(values[index])]));
}

/** The names of the columns, all of them different: `_col0` for one without a name is Trino's own. */
export function columnNames(columns: readonly Pick<ColumnDescription, "name">[]): string[] {
  const seen = new Set<string>();
  return columns.map(({ name }, index) => {
    const free = seen.has(name) ? `${name}_${index + 1}` : name;
    seen.add(free);
    return free;
  });
}

function readerOf(type: TypeSignature): Reader {
  const read = plainReader(type);
  return (value) => (value === null || value === undefined ? null : read(value));
}

function plainReader(type: TypeSignature): Reader {
  switch (type.rawType) {
    case "bigint":
      return (value) => BigInt(value as number);
    case "real":
    case "double":
      return Number; // "NaN" and "Infinity" are texts in JSON
    case "varbinary":
      return (value) => new Uint8Array(Buffer.from(value as string, "base64"));
    case "timestamp":
      return (value) => (value as string).replace(" ", "T");
    case "timestamp with time zone":
      return (value) => utcText(value as string);
    case "array":
      return listReader(type);
    case "map":
      return mapReader(type);
    case "row":
      return rowValueReader(type);
    default:
      return (value) => value as TrinoValue; // numbers, texts and booleans are what they are
  }
}

function listReader({ arguments: [element] }: TypeSignature): Reader {
  const read = readerOf((element as { value: TypeSignature }).value);
  return (value) => (value as unknown[]).map(read);
}

/** Keys come as the names of an object, which are texts. */
function mapReader({ arguments: [key, element] }: TypeSignature): Reader {
  const keyType = (key as { value: TypeSignature }).value;
  const [readKey, read] = [keyReader(keyType), readerOf((element as { value: TypeSignature }).value)];
  return (value) => new Map(Object.entries(value as object).map(([name, one]) => [readKey(name), read(one)]));
}

function keyReader(type: TypeSignature): Reader {
  const read = readerOf(type);
  switch (type.rawType) {
    case "tinyint":
    case "smallint":
    case "integer":
      return Number;
    case "boolean":
      return (name) => name === "true";
    default:
      return read;
  }
}

function rowValueReader({ arguments: fields }: TypeSignature): Reader {
  const readers = fields.map((field, index) => {
    const { fieldName, typeSignature } = (field as { value: NamedType }).value;
    return [fieldName?.name ?? `field${index}`, readerOf(typeSignature)] as const;
  });
  return (value) => Object.fromEntries(readers.map(([name, read], index) => [name, read((value as unknown[])[index])]));
}

/** Trino gives a time with its zone, as `2026-01-01 00:00:00.123456 Europe/Athens`. The digits below the second are the same in every zone. */
function utcText(text: string): string {
  const [, day, time, fraction = "", zone = "UTC"] = /^(\S+) ([\d:]+)(\.\d+)? (.+)$/.exec(text) ?? [];
  if (day === undefined || time === undefined) return text;
  if (zone === "UTC" || zone === "Z") return `${day}T${time}${fraction}Z`;
  const utc = new Date(`${day}T${time}Z`).getTime() - offsetOf(zone, `${day}T${time}Z`);
  return `${new Date(utc).toISOString().slice(0, 19)}${fraction}Z`;
}

/** Milliseconds by which a zone is before UTC at a local time. */
function offsetOf(zone: string, local: string): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):(\d\d)$/.exec(zone) ?? [];
  if (sign !== undefined) return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
  const wanted = new Date(local).getTime();
  // The first guess may be on the other side of a change of the clocks.
  const guess = wanted - zoneOffset(zone, wanted);
  return zoneOffset(zone, guess);
}

function zoneOffset(zone: string, instant: number): number {
  const parts = new Intl.DateTimeFormat("en-US", {
    ...{ timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric" },
    ...{ hour: "numeric", minute: "numeric", second: "numeric" },
  }).formatToParts(instant);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  const shown = Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second"));
  return shown - instant;
}
