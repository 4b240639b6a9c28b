/**
 * Tables from questions. A table of Cassandra answers one question well: what is given says where the rows are (the partition), in what
 * order they are wanted says how they lie there (the clustering), and the rest is what is told of each. So one thing that happens
 * is a row in several tables.
 */
import { StreambookError } from "../errors/index.ts";
import type { Field, ValueType } from "../schema/index.ts";

/** A column: a field of the messages, or what is worked out of them. */
export type Column = ValueType & { readonly name: string };

/** A question that is asked often enough to have a table of its own. */
export interface Question {
  /** Name of its table. */
  readonly table: string;
  /** The question, as people ask it. */
  readonly asks: string;
  /** Columns that are given, all of them: the partition that has the answer. */
  readonly given: readonly string[];
  /** Columns by which the rows of an answer are ordered, and which say, with those given, which row it is; `-time` for the latest first. */
  readonly ordered: readonly string[];
  /** Further columns of the answer. */
  readonly answer: readonly string[];
}

/** A column that orders the rows of a partition. */
export interface ClusteringColumn {
  readonly name: string;
  /** @default false */
  readonly descending?: boolean;
}

/** A table, worked out. */
export interface TableDesign {
  readonly name: string;
  readonly asks: string;
  readonly partition: readonly string[];
  readonly clustering: readonly ClusteringColumn[];
  /** All columns, those of the key first. */
  readonly columns: readonly Column[];
}

/**
 * The tables that answer some questions.
 *
 * @param fields the fields of the messages, and what else is known: types come from there
 * @throws USAGE for a question without anything given, or a column that nobody knows or that stands there twice
 *
 * @example
 * ```ts
 * import { tablesFor } from "streambook/cassandra";
 * const fields = [{ name: "user", type: "string", doc: "" }, { name: "time", type: "timestamp", doc: "" }] as const;
 * const [table] = tablesFor(fields, [{ table: "visits", asks: "When did a user come?", given: ["user"], ordered: ["-time"], answer: [] }]);
 * console.assert(table?.partition.join() === "user" && table.clustering[0]?.descending);
 * ```
 */
export function tablesFor(fields: readonly (Column | Field)[], questions: readonly Question[]): TableDesign[] {
  const known = new Map(fields.map((field) => [field.name, field]));
  return questions.map((question) => designOf(question, known));
}

function designOf({ table, asks, given, ordered, answer }: Question, known: ReadonlyMap<string, Column>): TableDesign {
  const clustering = ordered.map((name) =>
    name.startsWith("-") ? { name: name.slice(1), descending: true } : { name },
  );
  const names = [...given, ...clustering.map(({ name }) => name), ...answer];
  const wrong = (what: string): StreambookError =>
    new StreambookError("USAGE", `the question for the table ${table} ${what}`);
  if (given.length === 0) throw wrong("gives nothing, so that every node would have to be asked; give a column");
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw wrong(`has the column ${twice} twice; name it once`);
  const columns = names.map((name) => {
    const column = known.get(name);
    if (column === undefined)
      throw wrong(`has a column ${name}, whose type nobody knows; there are ${[...known.keys()].join(", ")}`);
    return column;
  });
  return { name: table, asks, partition: given, clustering, columns };
}
