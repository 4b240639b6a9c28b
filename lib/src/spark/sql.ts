/** SQL with values and relations in it: `SELECT * FROM ${rows} WHERE n > ${5}`. */
import { create } from "@bufbuild/protobuf";
import { literal, type SparkInput } from "./literal.ts";
import { type Relation, RelationSchema } from "./messages/relations.ts";

/** What has a plan, and so may stand in a statement where a table may. */
export interface Planned {
  readonly plan: Relation;
}

/** What may stand in `${…}` of a statement. */
export type SqlPart = SparkInput | Planned;

/**
 * How many relations have been named. No two statements use the same name: Spark forgets the names of an inner statement when it has
 * read it, and with them those of the outer one, if they were the same.
 */
let named = 0;

/**
 * A statement with what stands in it. Values go beside the text, as parameters: nothing that they hold is read as SQL. Relations
 * go beside it, too, each under a name of its own; the same one twice under the same name. It is a tag of templates.
 */
export function sqlPlan(text: string | TemplateStringsArray, ...parts: readonly SqlPart[]): Relation {
  if (typeof text === "string") return relation({ case: "sql", value: { query: text } });
  const names = new Map<Planned, string>();
  const values: [string, SparkInput][] = [];
  const placeholder = (part: SqlPart): string => {
    if (isPlanned(part)) {
      const name = names.get(part) ?? `relation_${++named}`;
      names.set(part, name);
      return name;
    }
    values.push([`value_${values.length + 1}`, part]);
    return `:value_${values.length}`;
  };
  const query = text.reduce((before, piece, index) => before + placeholder(parts[index - 1] as SqlPart) + piece);
  const namedArguments = Object.fromEntries(
    values.map(([name, value]) => [name, { exprType: { case: "literal" as const, value: literal(value) } }]),
  );
  const root = relation({ case: "sql", value: { query, namedArguments } });
  if (names.size === 0) return root;
  const references = [...names].map(([{ plan }, alias]) =>
    relation({ case: "subqueryAlias", value: { input: plan, alias } }),
  );
  return relation({ case: "withRelations", value: { root, references } });
}

function isPlanned(part: SqlPart): part is Planned {
  return typeof part === "object" && part !== null && "plan" in part;
}

type RelationInit = NonNullable<Parameters<typeof create<typeof RelationSchema>>[1]>;

/** A relation of one kind. */
export function relation(relType: NonNullable<RelationInit["relType"]>): Relation {
  return create(RelationSchema, { relType });
}
