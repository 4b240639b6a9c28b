/** Values of columns, as the driver gives them and as we do. */
import type { types } from "cassandra-driver";

/**
 * A value of a row.
 *
 * | Cassandra | here |
 * |---|---|
 * | text, ascii | string |
 * | tinyint, smallint, int, float, double | number |
 * | bigint, counter, varint | bigint |
 * | decimal, date, time, uuid, timeuuid, inet, duration | string, as Cassandra writes it |
 * | timestamp | Date |
 * | boolean | boolean |
 * | blob | Uint8Array |
 * | list, set, tuple | list |
 * | map | Map |
 * | a type of one's own | object |
 * | null | null |
 */
export type CassandraValue =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Uint8Array
  | null
  | readonly CassandraValue[]
  | ReadonlyMap<CassandraValue, CassandraValue>
  | { readonly [name: string]: CassandraValue };

/** A row: values by column name. */
export type CassandraRow = Readonly<Record<string, CassandraValue>>;

/** A row of the driver as ours. */
export function plainRow(row: types.Row): CassandraRow {
  return Object.fromEntries(row.keys().map((name) => [name, plainValue(row.get(name))]));
}

/** A value of the driver as ours. */
export function plainValue(value: unknown): CassandraValue {
  if (value === null || value === undefined) return null;
  if (typeof value !== "object") return value as string | number | bigint | boolean;
  if (value instanceof Date || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(plainValue);
  if (value instanceof Map)
    return new Map(
      [...(value as ReadonlyMap<unknown, unknown>)].map(([key, one]) => [plainValue(key), plainValue(one)]),
    );
  if (value instanceof Set) return [...(value as ReadonlySet<unknown>)].map(plainValue);
  // classes of the driver's own, such as Uuid and LocalDate, say themselves as Cassandra does
  if (Object.getPrototypeOf(value) !== Object.prototype) return tupleOrText(value);
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, plainValue(one)]));
}

function tupleOrText(value: types.Tuple | object): CassandraValue {
  // eslint-disable-next-line @typescript-eslint/no-base-to-string -- the driver's classes have a toString of their own
  return "elements" in value ? value.elements.map(plainValue) : String(value);
}
