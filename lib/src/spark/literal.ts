/** Values of TypeScript as literals of Spark: what a statement or an estimator is given. */
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { StreambookError } from "../errors/index.ts";
import { type Expression_Literal, Expression_LiteralSchema } from "./messages/expressions.ts";
import type { DataTypeSchema } from "./messages/types.ts";

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
  // The type of a list does not follow from what is in it, which may be nothing: it must be said.
  const type = Array.isArray(value) ? { dataType: { kind: kindOf(value) } } : {};
  return create(Expression_LiteralSchema, { literalType: literalType(value), ...type });
}

/**
 * A value as SQL writes it. Parameters beside the text would do, if the parser of Delta's extension did not lose them: with it, a statement
 * has unbound ones.
 *
 * @throws USAGE for a value that Spark has no type for
 */
export function literalText(value: SparkInput): string {
  return textOf(literal(value).literalType);
}

function textOf({ case: type, value }: Expression_Literal["literalType"]): string {
  switch (type) {
    case "null":
      return "NULL";
    case "string":
      return stringText(value);
    case "boolean":
      return String(value);
    case "integer":
      return signed(String(value));
    case "long":
      return signed(`${value}L`);
    case "double":
      return Number.isFinite(value) ? signed(`${value}D`) : `double('${value}')`;
    case "timestamp":
      return `timestamp_micros(${signed(`${value}L`)})`;
    case "binary":
      return binaryText(value);
    case "array":
      return `array(${value.elements.map(({ literalType }) => textOf(literalType)).join(", ")})`;
    default:
      throw new StreambookError("INTERNAL", `a literal of Spark is ${type}`);
  }
}

/** A minus behind another one would begin a comment. */
function signed(text: string): string {
  return text.startsWith("-") ? `(${text})` : text;
}

/** What could end a string, be an escape in it, be replaced by a setting (`${x}`), or be seen by nobody is written as bytes. */
function stringText(text: string): string {
  if (!text.isWellFormed()) throw unsuited("a string that is no valid Unicode");
  return /^[^'\\$\p{C}]*$/u.test(text) ? `'${text}'` : `CAST(${binaryText(Buffer.from(text))} AS STRING)`;
}

function binaryText(bytes: Uint8Array): string {
  return `X'${Buffer.from(bytes).toString("hex")}'`;
}

type Kind = NonNullable<MessageInitShape<typeof DataTypeSchema>["kind"]>;

/** The type of a value. Whole numbers among others are DOUBLE, as these are. */
function kindOf(value: SparkInput): Kind {
  if (!Array.isArray(value)) return { case: literalType(value).case, value: {} } as Kind;
  const kinds = (value as readonly SparkInput[]).filter((one) => one !== null).map(kindOf);
  const kind = kinds.find((one) => one.case === "double") ?? kinds[0] ?? { case: "null", value: {} };
  const other = kinds.find((one) => one.case !== kind.case && !(kind.case === "double" && one.case === "integer"));
  if (other !== undefined) throw unsuited(`a list of both ${kind.case} and ${other.case}`);
  return { case: "array", value: { elementType: { kind }, containsNull: true } };
}

type LiteralType = NonNullable<MessageInitShape<typeof Expression_LiteralSchema>["literalType"]>;

function literalType(value: SparkInput): LiteralType {
  if (value === null) return { case: "null", value: { kind: { case: "null", value: {} } } };
  if (value instanceof Date) return { case: "timestamp", value: microseconds(value) };
  if (value instanceof Uint8Array) return { case: "binary", value };
  if (Array.isArray(value)) return { case: "array", value: { elements: elementsOf(value) } };
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

function elementsOf(values: readonly SparkInput[]): Expression_Literal[] {
  const isReal = values.some((value) => typeof value === "number" && literalType(value).case === "double");
  return values.map((value) =>
    isReal && typeof value === "number"
      ? create(Expression_LiteralSchema, { literalType: { case: "double", value } })
      : literal(value),
  );
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
