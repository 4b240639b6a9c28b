/** The types of Spark as SQL writes them. */
import type { DataType } from "./messages/types.ts";

/** The name of a type in a column's definition: `BIGINT`, `DECIMAL(10,2)`, `ARRAY<STRUCT<id: INT>>`. */
export function sqlType(type: DataType | undefined): string {
  const { kind } = type ?? { kind: { case: undefined } };
  switch (kind.case) {
    case "array":
      return `ARRAY<${sqlType(kind.value.elementType)}>`;
    case "map":
      return `MAP<${sqlType(kind.value.keyType)}, ${sqlType(kind.value.valueType)}>`;
    case "struct":
      return `STRUCT<${kind.value.fields.map(({ name, dataType }) => `${name}: ${sqlType(dataType)}`).join(", ")}>`;
    case "decimal":
      return `DECIMAL(${kind.value.precision ?? 10},${kind.value.scale ?? 0})`;
    case "char":
      return `CHAR(${kind.value.length})`;
    case "varChar":
      return `VARCHAR(${kind.value.length})`;
    case "yearMonthInterval":
      return "INTERVAL YEAR TO MONTH";
    case "dayTimeInterval":
      return "INTERVAL DAY TO SECOND";
    case "udt":
      return sqlType(kind.value.sqlType); // a vector of machine learning, by what it is made of
    case undefined:
      return "VOID";
    default:
      return NAMES[kind.case] ?? kind.case.toUpperCase();
  }
}

const NAMES: Readonly<Record<string, string>> = {
  null: "VOID",
  byte: "TINYINT",
  short: "SMALLINT",
  integer: "INT",
  long: "BIGINT",
  timestampNtz: "TIMESTAMP_NTZ",
  calendarInterval: "INTERVAL",
};
