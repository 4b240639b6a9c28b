/** Statements of CQL made from designs: names are checked and quoted, so that what comes from outside never becomes CQL. */
import { StreambookError } from "../errors/index.ts";
import type { SimpleType, ValueType } from "../schema/index.ts";
import type { TableDesign } from "./design.ts";

const NAME = /^[a-z][a-z0-9_]{0,47}$/;

const columnTypes: Readonly<Record<SimpleType, string>> = {
  string: "text",
  int: "int",
  bigint: "bigint",
  double: "double",
  boolean: "boolean",
  timestamp: "timestamp",
  date: "date",
};

/** The type of a column, as Cassandra writes it. @throws USAGE for a record: a table for its questions has columns of their own */
export function columnType(type: ValueType): string {
  switch (type.type) {
    case "decimal":
      return "decimal";
    case "array":
      return `frozen<list<${columnType(type.items)}>>`;
    case "record":
      throw new StreambookError(
        "USAGE",
        "a record has no column in Cassandra; give a column to each field that is asked for",
      );
    default:
      return columnTypes[type.type];
  }
}

/**
 * A name of a keyspace, table or column, or `keyspace.table`.
 *
 * @throws USAGE for anything but lower-case letters, digits and `_`, beginning with a letter, at most 48 of them
 *
 * @example
 * ```ts
 * import { identifier } from "streambook/cassandra";
 * console.assert(identifier("reviews.records") === '"reviews"."records"');
 * ```
 */
export function identifier(name: string): string {
  const parts = name.split(".");
  if (parts.length > 2 || !parts.every((part) => NAME.test(part)))
    throw new StreambookError(
      "USAGE",
      `the Cassandra name ${JSON.stringify(name.slice(0, 80))} cannot be used; a name is at most 48 lower-case letters, digits and _, beginning with a letter, and may be keyspace.table`,
    );
  return parts.map((part) => `"${part}"`).join(".");
}

/** CREATE KEYSPACE, unless it is there. @param copies how many nodes keep each row; fewer nodes keep as many as there are */
export function createKeyspace(keyspace: string, copies: number): string {
  return `CREATE KEYSPACE IF NOT EXISTS ${identifier(keyspace)} WITH replication = {'class': 'SimpleStrategy', 'replication_factor': ${Math.trunc(copies)}}`;
}

/** CREATE TABLE, unless it is there. */
export function createTable(keyspace: string, design: TableDesign, comment: string): string {
  const { name, partition, clustering, columns } = design;
  const lines = columns.map((column) => `  ${identifier(column.name)} ${columnType(column)}`);
  const key = [`(${partition.map(identifier).join(", ")})`, ...clustering.map((one) => identifier(one.name))].join(
    ", ",
  );
  const order = clustering
    .map((one) => `${identifier(one.name)} ${one.descending === true ? "DESC" : "ASC"}`)
    .join(", ");
  const options = [
    ...(order === "" ? [] : [`CLUSTERING ORDER BY (${order})`]),
    `comment = '${comment.replaceAll("'", "''")}'`,
  ];
  return `CREATE TABLE IF NOT EXISTS ${identifier(`${keyspace}.${name}`)} (
${lines.join(",\n")},
  PRIMARY KEY (${key})
) WITH ${options.join(" AND ")}`;
}
