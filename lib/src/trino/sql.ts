/** SQL with values and names in it: `SELECT * FROM ${identifier("delta.gold.hours")} WHERE n > ${5}`. */
import { StreambookError } from "../errors/index.ts";

/**
 * A value for a statement.
 *
 * | here | Trino |
 * |---|---|
 * | string | VARCHAR |
 * | a whole number of 53 bits, bigint | BIGINT |
 * | any other number | DOUBLE |
 * | boolean | BOOLEAN |
 * | Date | TIMESTAMP(3) WITH TIME ZONE, in UTC |
 * | Uint8Array | VARBINARY |
 * | a list of these | ARRAY |
 * | null | NULL |
 */
export type TrinoInput = string | number | bigint | boolean | Date | Uint8Array | null | readonly TrinoInput[];

/** What may stand in `${…}` of a statement. */
export type SqlPart = TrinoInput | Identifier;

/** A name for a statement: {@link identifier}. */
export class Identifier {
  /** As SQL. */
  readonly sql: string;

  constructor(sql: string) {
    this.sql = sql;
  }
}

/**
 * The name of a catalog, schema, table or column, each part in quotes, so that nothing in it is read as SQL.
 *
 * @param name parts with dots between them: `delta.gold.hours`; or a list of parts, which may have dots in them
 * @throws USAGE for an empty part
 *
 * @example
 * ```ts
 * import { identifier } from "streambook/trino";
 * console.assert(identifier("delta.gold.hours").sql === '"delta"."gold"."hours"');
 * console.assert(identifier(["delta", "gold", "hours$history"]).sql === '"delta"."gold"."hours$history"');
 * ```
 */
export function identifier(name: string | readonly string[]): Identifier {
  const parts = typeof name === "string" ? name.split(".") : name;
  if (parts.length === 0 || parts.some((part) => part === "" || part.includes("\0")))
    throw new StreambookError("USAGE", `${JSON.stringify(name)} cannot be a name on Trino; a part of it is empty`);
  return new Identifier(parts.map((part) => `"${part.replaceAll('"', '""')}"`).join("."));
}

/** A statement with what stands in it, as literals that end where they should. It is a tag of templates. */
export function statementText(text: string | TemplateStringsArray, ...parts: readonly SqlPart[]): string {
  if (typeof text === "string") return text;
  return text.reduce((before, piece, index) => before + partText(parts[index - 1] as SqlPart) + piece);
}

function partText(part: SqlPart): string {
  return part instanceof Identifier ? part.sql : literal(part);
}

/**
 * A value as a literal of Trino (https://trino.io/docs/476/language/types.html).
 *
 * @throws USAGE for a value that Trino has no literal for
 */
export function literal(value: TrinoInput): string {
  if (value === null) return "NULL";
  if (value instanceof Date) return `TIMESTAMP '${dateText(value)} UTC'`;
  if (value instanceof Uint8Array) return `X'${Buffer.from(value).toString("hex")}'`;
  if (Array.isArray(value)) return `ARRAY[${(value as readonly TrinoInput[]).map(literal).join(", ")}]`;
  switch (typeof value) {
    case "string":
      if (!value.isWellFormed()) throw unsuited("a string that is no valid Unicode");
      return `'${value.replaceAll("'", "''")}'`;
    case "boolean":
      return String(value);
    case "bigint":
      if (BigInt.asIntN(64, value) !== value) throw unsuited(`${value}, which has more than 64 bits`);
      return bigintText(value);
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? bigintText(BigInt(value)) : doubleText(value);
    default:
      throw unsuited(`of type ${typeof value}`);
  }
}

/** A number alone would be an INTEGER, and too large for one beyond 31 bits; the least of all is no literal. */
function bigintText(value: bigint): string {
  return `BIGINT '${value}'`;
}

function doubleText(value: number): string {
  if (Number.isNaN(value)) return "nan()";
  if (!Number.isFinite(value)) return value < 0 ? "-infinity()" : "infinity()";
  return `DOUBLE '${Object.is(value, -0) ? "-0.0" : value}'`;
}

function dateText(value: Date): string {
  if (Number.isNaN(value.getTime())) throw unsuited("an invalid Date");
  return value.toISOString().replace("T", " ").replace("Z", "");
}

function unsuited(what: string): StreambookError {
  return new StreambookError(
    "USAGE",
    `a value for Trino is ${what}; give a string, number, bigint, boolean, Date, Uint8Array, null, or a list of these`,
  );
}
