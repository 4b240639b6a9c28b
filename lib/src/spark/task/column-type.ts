/** The types of a task's columns as trees: read from their texts or from Spark's schema, and written as SQL. */
import { StreambookError } from "../../errors/index.ts";
import type { DataType } from "../messages/types.ts";

const SIMPLE = ["string", "int", "bigint", "double", "boolean", "timestamp", "date", "binary"] as const;

/** `local` is a timestamp without a zone. */
type SimpleKind = (typeof SIMPLE)[number] | "local";

/** A type of a column. */
export type ColumnTree =
  | { readonly kind: SimpleKind }
  | { readonly kind: "decimal"; readonly precision: number; readonly scale: number }
  | { readonly kind: "array"; readonly element: ColumnTree }
  | { readonly kind: "map"; readonly key: ColumnTree; readonly value: ColumnTree }
  | { readonly kind: "struct"; readonly fields: readonly (readonly [name: string, type: ColumnTree])[] };

/** A column of a task: what it holds, and whether it may hold null. */
export interface TaskColumn {
  readonly name: string;
  readonly tree: ColumnTree;
  readonly optional: boolean;
}

/** Digits of a decimal whose type says nothing of them: 20 before the point, 18 behind it. */
const DECIMAL = { precision: 38, scale: 18 };

/**
 * Reads a type: `string`, `bigint?`, `decimal(10,2)`, `array<struct<id: int, name: string>>`.
 *
 * @throws USAGE for what is no type
 */
export function parseColumn(name: string, type: string): TaskColumn {
  const fail = (): never => {
    throw new StreambookError(
      "USAGE",
      `the column ${name} has the type "${type}"; give one of ${SIMPLE.join(", ")}, decimal(10,2), array<…>, map<…, …>, struct<name: …, …>`,
    );
  };
  const tokens = [...type.replace(/\?$/, "").matchAll(/\s*([A-Za-z_]\w*|\d+|[<>(),:])|\s*(\S)/g)];
  let at = 0;
  const next = (): string => tokens[at++]?.[1] ?? fail();
  const demand = (token: string): void => void (next() === token || fail());
  const list = <T>(item: () => T): T[] => {
    const items = [item()];
    while (tokens[at]?.[1] === ",") {
      at++;
      items.push(item());
    }
    demand(">");
    return items;
  };
  const tree = (): ColumnTree => {
    const kind = next();
    if (kind === "decimal" && tokens[at]?.[1] === "(") {
      demand("(");
      const precision = Number(next());
      demand(",");
      const scale = Number(next());
      demand(")");
      return precision >= 1 && precision <= 38 && scale <= precision ? { kind, precision, scale } : fail();
    }
    if (kind === "decimal") return { kind, ...DECIMAL };
    if (isSimple(kind)) return { kind };
    if (!["array", "map", "struct"].includes(kind)) return fail();
    demand("<");
    if (kind === "struct")
      return {
        kind,
        fields: list(() => {
          const field = next();
          demand(":");
          return [field, tree()] as const;
        }),
      };
    const [first, second, ...more] = list(tree);
    if (more.length > 0 || first === undefined || (kind === "map") !== (second !== undefined)) return fail();
    return second === undefined ? { kind: "array", element: first } : { kind: "map", key: first, value: second };
  };
  const parsed = tree();
  if (at < tokens.length) fail();
  return { name, tree: parsed, optional: type.endsWith("?") };
}

function isSimple(kind: string): kind is (typeof SIMPLE)[number] {
  return (SIMPLE as readonly string[]).includes(kind);
}

/** The type of a column of Spark's; undefined for one that no task can be given. */
export function treeOf(type: DataType | undefined): ColumnTree | undefined {
  const { kind } = type ?? { kind: { case: undefined } };
  switch (kind.case) {
    case "array": {
      const element = treeOf(kind.value.elementType);
      return element && { kind: "array", element };
    }
    case "map": {
      const [key, value] = [treeOf(kind.value.keyType), treeOf(kind.value.valueType)];
      return key && value && { kind: "map", key, value };
    }
    case "struct": {
      const fields = kind.value.fields.map(({ name, dataType }) => [name, treeOf(dataType)] as const);
      return fields.every(isKnown) ? { kind: "struct", fields } : undefined;
    }
    case "decimal":
      return { kind: "decimal", precision: kind.value.precision ?? 10, scale: kind.value.scale ?? 0 };
    default: {
      const simple = kind.case === undefined ? undefined : SIMPLE_OF[kind.case];
      return simple && { kind: simple };
    }
  }
}

const isKnown = (field: readonly [string, ColumnTree | undefined]): field is readonly [string, ColumnTree] =>
  field[1] !== undefined;

const SIMPLE_OF: Readonly<Record<string, SimpleKind>> = {
  ...{ string: "string", char: "string", varChar: "string", binary: "binary", boolean: "boolean", date: "date" },
  ...{ byte: "int", short: "int", integer: "int", long: "bigint", float: "double", double: "double" },
  ...{ timestamp: "timestamp", timestampNtz: "local" },
};

/** The name of a type, as columns are declared: `array<struct<id: int>>`. */
export function treeName(tree: ColumnTree): string {
  switch (tree.kind) {
    case "local":
      return "timestamp";
    case "array":
      return `array<${treeName(tree.element)}>`;
    case "map":
      return `map<${treeName(tree.key)}, ${treeName(tree.value)}>`;
    case "struct":
      return `struct<${tree.fields.map(([name, type]) => `${name}: ${treeName(type)}`).join(", ")}>`;
    default:
      return tree.kind;
  }
}
