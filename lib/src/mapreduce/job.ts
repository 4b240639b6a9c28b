/** A MapReduce job, defined once: the same functions run in this process and on YARN. */
import { StreambookError } from "../errors/index.ts";
import type { Key, SortOrder } from "./record.ts";

/** What a map function is given beside its record. */
export interface MapContext<Value> {
  /** Sends a record to the reducers. */
  readonly emit: (key: Key, value: Value) => void;
  /** Adds to a counter of the job. @default 1 */
  readonly count: (counter: string, amount?: number) => void;
}

/** What a reduce function is given beside its group. */
export interface ReduceContext<Output> {
  /** Writes a record to the output: one line of JSON. */
  readonly emit: (output: Output) => void;
  /** Adds to a counter of the job. @default 1 */
  readonly count: (counter: string, amount?: number) => void;
}

/** What a job is: see {@link defineJob}. */
export interface JobDefinition<Value, Output> {
  /** Lower-case letters, digits, `-`; also the group of its counters. */
  readonly name: string;
  /** Number of fields of a key. @default 1 */
  readonly keyFields?: number;
  /** How each field is ordered, in the order of the fields. @default all "text" */
  readonly sort?: readonly SortOrder[];
  /** How many of the first fields choose the reducer. @default groupFields */
  readonly partitionFields?: number;
  /** How many of the first fields make a group, that is one call of `reduce`; the others only order its values. @default keyFields */
  readonly groupFields?: number;
  /** Looks at one line of the input, and emits any number of records. */
  map(record: string, context: MapContext<Value>): void;
  /** Looks at the values of one group, in the order of their keys; the iteration can be done once. */
  reduce(key: Key, values: Iterable<Value>, context: ReduceContext<Output>): void;
}

/** A job with all its settings, as {@link defineJob} makes it. */
export type Job<Value = unknown, Output = unknown> = Required<JobDefinition<Value, Output>>;

/** Counter of the lines that are not UTF-8; they are skipped. */
export const NOT_UTF8 = "lines not UTF-8";

/**
 * Defines a job. Its functions must be plain: on YARN they run in other processes, so they see nothing of this one but
 * what their module imports. Values and outputs travel as JSON.
 *
 * @throws USAGE when the settings contradict each other
 *
 * @example
 * ```ts
 * import { defineJob, runLocal } from "streambook/mapreduce";
 * const words = defineJob<number, { word: string; count: number }>({
 *   name: "words",
 *   map: (line, { emit }) => { for (const word of line.split(/\s+/)) emit([word], 1); },
 *   reduce: ([word], ones, { emit }) => { let count = 0; for (const one of ones) count += one; emit({ word: String(word), count }); },
 * });
 * const { output } = await runLocal(words, ["to be or", "not to be"]);
 * console.assert(output[0]?.[0]?.word === "be" && output[0][0].count === 2);
 * ```
 */
export function defineJob<Value, Output>(definition: JobDefinition<Value, Output>): Job<Value, Output> {
  const fail = (what: string): never => {
    throw new StreambookError("USAGE", `the job ${JSON.stringify(definition.name)} ${what}`);
  };
  const { name, keyFields = definition.sort?.length ?? 1 } = definition;
  const { sort = Array<SortOrder>(keyFields).fill("text"), groupFields = keyFields } = definition;
  const { partitionFields = groupFields } = definition;
  if (!/^[a-z][a-z0-9-]{0,63}$/.test(name)) fail("has a name that is not lower-case letters, digits and -");
  if (!Number.isInteger(keyFields) || keyFields < 1) fail("needs keyFields of 1 or more");
  if (sort.length !== keyFields) fail(`has ${keyFields} key fields and ${sort.length} sort orders; give one for each`);
  if (groupFields < 1 || groupFields > keyFields) fail(`groups by ${groupFields} of ${keyFields} key fields`);
  if (partitionFields < 1 || partitionFields > groupFields) {
    fail(`chooses the reducer by ${partitionFields} fields and groups by ${groupFields}: a group would be torn apart`);
  }
  return { ...definition, keyFields, sort, groupFields, partitionFields };
}

/** Counters that add up. */
export class Counters {
  readonly values = new Map<string, number>();

  /** @throws USAGE when the name cannot be a counter's: Hadoop's protocol ends it at a comma or line end */
  readonly count = (counter: string, amount = 1): void => {
    if (counter === "" || /[,\n\r]/.test(counter)) {
      throw new StreambookError(
        "USAGE",
        `${JSON.stringify(counter)} cannot be a counter's name; leave out commas and line ends`,
      );
    }
    this.values.set(counter, (this.values.get(counter) ?? 0) + amount);
  };

  /** The counters as an object, by name. */
  toObject(): Record<string, number> {
    return Object.fromEntries([...this.values].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** @throws USAGE for what is no job, such as the answer of a function that forgets to return one */
export function checkJob(job: unknown): void {
  if (typeof (job as Partial<Job> | undefined)?.map !== "function")
    throw new StreambookError("USAGE", `a job comes from defineJob, and this is ${String(job)}`);
}
