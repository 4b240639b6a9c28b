/** SQL with values, relations and names in it: `SELECT * FROM ${rows} WHERE n > ${5}`. */
import { create } from "@bufbuild/protobuf";
import { StreambookError } from "../errors/index.ts";
import { literalText, type SparkInput } from "./literal.ts";
import { type Relation, RelationSchema } from "./messages/relations.ts";

/** What has a plan, and so may stand in a statement where a table may. */
export interface Planned {
  readonly plan: Relation;
}

/** What may stand in `${…}` of a statement. */
export type SqlPart = SparkInput | Planned | SqlText;

/** What stands in the text of a statement as it is: {@link identifier}, {@link timestampText}. */
export class SqlText {
  /** As SQL. */
  readonly sql: string;

  constructor(sql: string) {
    this.sql = sql;
  }
}

/**
 * The name of a catalog, schema, table or column, each part in back quotes, so that nothing in it is read as SQL.
 *
 * @param name parts with dots between them: `lab.clean`; or a list of parts, which may have dots in them, as the path of a table of Delta has
 * @throws USAGE for an empty part
 *
 * @example
 * ```ts
 * import { identifier } from "streambook/spark";
 * console.assert(identifier("lab.clean").sql === "`lab`.`clean`");
 * console.assert(identifier(["delta", "s3a://lake/a.b"]).sql === "`delta`.`s3a://lake/a.b`");
 * ```
 */
export function identifier(name: string | readonly string[]): SqlText {
  const parts = typeof name === "string" ? name.split(".") : name;
  if (parts.length === 0 || parts.some((part) => part === "" || part.includes("\0")))
    throw new StreambookError("USAGE", `${JSON.stringify(name)} cannot be a name on Spark; a part of it is empty`);
  return new SqlText(parts.map((part) => `\`${part.replaceAll("`", "``")}\``).join("."));
}

/**
 * A moment as SQL writes it, with the microseconds that a Date does not have.
 *
 * @param moment as Spark gives it, `2026-06-29T13:00:00.000Z`, with up to six places after the point
 * @throws USAGE for anything else
 *
 * @example
 * ```ts
 * import { timestampText } from "streambook/spark";
 * console.assert(timestampText("2026-06-29T13:00:00.000Z").sql === "TIMESTAMP '2026-06-29T13:00:00.000Z'");
 * ```
 */
export function timestampText(moment: string): SqlText {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$/.test(moment))
    throw new StreambookError("USAGE", `${JSON.stringify(moment)} is no moment; write it as 2026-06-29T13:00:00.000Z`);
  return new SqlText(`TIMESTAMP '${moment}'`);
}

/**
 * How many relations have been named. No two statements use the same name: Spark forgets the names of an inner statement when it has
 * read it, and with them those of the outer one, if they were the same.
 */
let named = 0;

/**
 * A statement with what stands in it. Values become literals that end where they should: nothing that they hold is read as SQL. Relations
 * go beside the text, each under a name of its own; the same one twice under the same name. Names stand in the text, in quotes, and so does
 * what {@link SqlText} holds. It is a tag of templates.
 */
export function sqlPlan(text: string | TemplateStringsArray, ...parts: readonly SqlPart[]): Relation {
  if (typeof text === "string") return relation({ case: "sql", value: { query: text } });
  const names = new Map<Planned, string>();
  const placeholder = (part: SqlPart): string => {
    if (part instanceof SqlText) return part.sql;
    if (!isPlanned(part)) return literalText(part);
    const name = names.get(part) ?? `relation_${++named}`;
    names.set(part, name);
    return name;
  };
  const query = text.reduce((before, piece, index) => before + placeholder(parts[index - 1] as SqlPart) + piece);
  const root = relation({ case: "sql", value: { query } });
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
