/** A task: what our TypeScript does with the rows of a relation, in processes of Node beside Spark's executors. */
import { StreambookError } from "../../errors/index.ts";
import type { Columns, RowOf } from "../columns.ts";
import { parseColumn } from "./column-type.ts";

/** What `setup` of a task is given. */
export interface TaskContext {
  /** The path of a file that came along, by the name that `files` of {@link TransformOptions} gives it. */
  readonly file: (name: string) => string;
}

/** What a task makes of a row: one row, any number of rows, or nothing. */
export type TaskOutput<Row> = Row | Iterable<Row> | AsyncIterable<Row> | undefined | void;

/** What a task is: see {@link defineTask}. */
export interface TaskDefinition<In extends Columns, Out extends Columns, State> {
  /** The columns that it needs; a relation may have more. */
  readonly in: In;
  /** The columns that it gives. */
  readonly out: Out;
  /** What is done once in each process, before its first row: load a model, make a tokenizer. */
  setup?(context: TaskContext): State | Promise<State>;
  /** Looks at one row. Rows of a partition come in their order, and leave in it. @param state what `setup` gave */
  map(row: RowOf<In>, state: State): TaskOutput<RowOf<Out>> | Promise<TaskOutput<RowOf<Out>>>;
}

/** A task, as {@link defineTask} makes it. */
export type Task<In extends Columns = Columns, Out extends Columns = Columns, State = unknown> = TaskDefinition<
  In,
  Out,
  State
>;

/** Any task, whatever its columns. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a task of narrower rows is no task of wider ones
export type AnyTask = TaskDefinition<any, any, any>;

/** The rows that a task gives. */
export type TaskRow<Of extends AnyTask> =
  Of extends TaskDefinition<infer _In, infer Out, infer _State> ? RowOf<Out> : never;

/**
 * Defines a task for {@link SparkSession.transform}. Its functions run in other processes: they see nothing of this one but what
 * their module imports; of a task that is no module's default export, nothing at all.
 *
 * Values are those of rows (see {@link SparkValue}); the types are those of columns, and `array<…>`, `struct<…>`, `map<…>`.
 * A decimal that is given out has the digits that its type says, `decimal(10,2)`.
 *
 * @throws USAGE for a type that is none
 *
 * @example
 * ```ts
 * import { defineTask } from "streambook/spark";
 * const task = defineTask({
 *   in: { text: "string" },
 *   out: { word: "string", length: "int" },
 *   *map({ text }) {
 *     for (const word of text.split(" ")) yield { word, length: word.length };
 *   },
 * });
 * console.assert([...(task.map({ text: "to be" }, undefined) as Iterable<{ word: string }>)].length === 2);
 * ```
 */
export function defineTask<const In extends Columns, const Out extends Columns, State = undefined>(
  definition: TaskDefinition<In, Out, State>,
): TaskDefinition<In, Out, State> {
  checkTask(definition);
  return definition;
}

/** @throws USAGE for what is no task */
export function checkTask(task: unknown, where = "what was given"): asserts task is AnyTask {
  const { map, in: input, out } = (task ?? {}) as Partial<Record<keyof AnyTask, unknown>>;
  if (typeof map !== "function" || typeof input !== "object" || typeof out !== "object")
    throw new StreambookError(
      "USAGE",
      `${where} is no task; write \`defineTask({ in: { … }, out: { … }, map(row) { … } })\``,
    );
  const [given, made] = [input as Columns, out as Columns];
  for (const [name, type] of Object.entries(given)) if (type !== "any") parseColumn(name, type);
  for (const [name, type] of Object.entries(made)) parseColumn(name, type);
  if (Object.keys(made).length === 0)
    throw new StreambookError("USAGE", "a task gives no columns; name one or more in `out`");
}
