/** The types of Arrow by the names that they have in this room. */
import { Precision, type TimeUnit, Type } from "apache-arrow";

/** A type of Arrow, as far as it is looked at: the fields that not all of them have are optional. */
export interface ArrowType {
  readonly typeId: Type;
  readonly children: readonly { readonly name: string; readonly type: ArrowType }[];
  readonly bitWidth?: number;
  readonly precision?: number;
  readonly scale?: number;
  readonly unit?: TimeUnit;
  readonly timezone?: string | null;
}

/** The name of a type: `bigint`, `timestamp`, `array<struct<id: int>>`. */
export function typeName(type: ArrowType): string {
  switch (type.typeId) {
    case Type.Utf8:
    case Type.LargeUtf8:
      return "string";
    case Type.Int:
      return type.bitWidth === 64 ? "bigint" : "int";
    case Type.Float:
      return type.precision === Precision.HALF ? "half" : "double";
    case Type.Decimal:
      return "decimal";
    case Type.Bool:
      return "boolean";
    case Type.Timestamp:
      return "timestamp";
    case Type.Date:
      return "date";
    case Type.Binary:
    case Type.LargeBinary:
      return "binary";
    case Type.Null:
      return "null";
    case Type.List:
      return `array<${namesOf(type)}>`;
    case Type.Map:
      return `map<${type.children.map((entries) => namesOf(entries.type)).join(", ")}>`;
    case Type.Struct:
      return `struct<${type.children.map((child) => `${child.name}: ${typeName(child.type)}`).join(", ")}>`;
    default:
      return Type[type.typeId].toLowerCase();
  }
}

function namesOf(type: ArrowType): string {
  return type.children.map((child) => typeName(child.type)).join(", ");
}
