/** Values of TypeScript as literals of Spark: what a statement or an estimator is given. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { StreambookError } from "../errors/index.ts";
import { type Expression_Literal, Expression_LiteralSchema } from "./messages/expressions.ts";

/**
 * A value for a statement.
 *
 * | here | Spark |
 * |---|---|
 * | string | STRING |
 * | a whole number of 32 bits | INT |
 * | any other number | DOUBLE |
 * | bigint | BIGINT |
 * | boolean | BOOLEAN |
 * | Date | TIMESTAMP |
 * | Uint8Array | BINARY |
 * | a list of these | ARRAY |
 * | null | NULL |
 */
export type SparkInput = string | number | bigint | boolean | Date | Uint8Array | null | readonly SparkInput[];

/** Whole numbers up to here are INT. */
const LARGEST_INT = 2 ** 31 - 1;

/** @throws USAGE for a value that Spark has no type for */
export function literal(value: SparkInput): Expression_Literal {
  return create(Expression_LiteralSchema, { literalType: literalType(value) });
}

type LiteralType = NonNullable<MessageInitShape<typeof Expression_LiteralSchema>["literalType"]>;

function literalType(value: SparkInput): LiteralType {
  if (value === null) return { case: "null", value: { kind: { case: "null", value: {} } } };
  if (value instanceof Date) return { case: "timestamp", value: microseconds(value) };
  if (value instanceof Uint8Array) return { case: "binary", value };
  if (Array.isArray(value)) return { case: "array", value: { elements: value.map(literal) } };
  switch (typeof value) {
    case "string":
      return { case: "string", value };
    case "boolean":
      return { case: "boolean", value };
    case "bigint":
      if (BigInt.asIntN(64, value) !== value) throw unsuited(`${value}, which has more than 64 bits`);
      return { case: "long", value };
    case "number":
      return Number.isInteger(value) && Math.abs(value) <= LARGEST_INT
        ? { case: "integer", value }
        : { case: "double", value };
    default:
      throw unsuited(`of type ${typeof value}`);
  }
}

function microseconds(date: Date): bigint {
  if (Number.isNaN(date.getTime())) throw unsuited("an invalid Date");
  return BigInt(date.getTime()) * 1000n;
}

function unsuited(what: string): StreambookError {
  return new StreambookError(
    "USAGE",
    `a value for Spark is ${what}; give a string, number, bigint, boolean, Date, Uint8Array, null, or a list of these`,
  );
}
