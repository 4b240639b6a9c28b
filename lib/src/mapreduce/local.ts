/** A job in this process: the same map, shuffle and reduce as on YARN, each step to be looked at. */
import { StreambookError } from "../errors/index.ts";
import { reduceSorted } from "./groups.ts";
import { checkJob, Counters, type Job } from "./job.ts";
import {
  compareKeys,
  decodeKey,
  decodeValue,
  encodeOutput,
  encodeRecord,
  fieldsOf,
  partitionOf,
  type Key,
} from "./record.ts";

/** What map has emitted. */
export interface MappedRecord<Value> {
  readonly key: Key;
  readonly value: Value;
}

/** The records of one reducer, in order. */
export type Partition<Value> = readonly MappedRecord<Value>[];

/** What a job has made. */
export interface JobResult<Output> {
  /** What each reducer has written. */
  readonly output: readonly (readonly Output[])[];
  /** The job's own counters, by name. */
  readonly counters: Readonly<Record<string, number>>;
}

/** Options of {@link runLocal}. */
export interface LocalOptions {
  /** Number of reducers. @default 1 */
  readonly reducers?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs a job in this process. Output, order and counters are those of a run on YARN with as many reducers; only records with equal
 * keys may come in another order there. All records are held in memory.
 */
export async function runLocal<Value, Output>(
  job: Job<Value, Output>,
  lines: Iterable<string> | AsyncIterable<string>,
  options: LocalOptions = {},
): Promise<JobResult<Output>> {
  checkJob(job);
  const { reducers = 1, signal } = options;
  const counters = new Counters();
  const mapped: string[] = [];
  const context = mapContext(job, mapped, counters);
  for await (const line of lines) {
    signal?.throwIfAborted();
    job.map(line, context);
  }
  const output = shuffleLines(job, mapped, reducers).map((partition) => reduceLines(job, partition, counters));
  return { output, counters: counters.toObject() };
}

/** The first step: what map makes of the lines. */
export function mapStep<Value>(job: Job<Value>, lines: Iterable<string>): MappedRecord<Value>[] {
  const mapped: string[] = [];
  const context = mapContext(job, mapped, new Counters());
  for (const line of lines) job.map(line, context);
  return mapped.map((line) => decodeRecord(job, line));
}

/** The second step: every record goes to its reducer, and is put in order there. */
export function shuffleStep<Value>(
  job: Job<Value>,
  records: Iterable<MappedRecord<Value>>,
  reducers = 1,
): Partition<Value>[] {
  const lines = Array.from(records, ({ key, value }) => encodeRecord(key, value, job.sort));
  return shuffleLines(job, lines, reducers).map((partition) => partition.map((line) => decodeRecord(job, line)));
}

/** The third step: what reduce makes of one reducer's records. */
export function reduceStep<Value, Output>(job: Job<Value, Output>, partition: Partition<Value>): Output[] {
  const lines = partition.map(({ key, value }) => encodeRecord(key, value, job.sort));
  return reduceLines(job, lines, new Counters());
}

function mapContext<Value>(job: Job<Value>, mapped: string[], { count }: Counters) {
  return { emit: (key: Key, value: Value) => void mapped.push(encodeRecord(key, value, job.sort)), count };
}

function shuffleLines(job: Job, lines: readonly string[], reducers: number): string[][] {
  if (!Number.isInteger(reducers) || reducers < 1) {
    throw new StreambookError("USAGE", `a job needs 1 reducer or more, and not ${reducers}`);
  }
  const partitions: { keys: string[]; line: string }[][] = Array.from({ length: reducers }, () => []);
  for (const line of lines) {
    const keys = fieldsOf(line, job.keyFields).split("\t");
    partitions[partitionOf(fieldsOf(line, job.partitionFields), reducers)]!.push({ keys, line });
  }
  return partitions.map((records) =>
    records.sort((a, b) => compareKeys(a.keys, b.keys, job.sort)).map(({ line }) => line),
  );
}

function reduceLines<Value, Output>(job: Job<Value, Output>, lines: readonly string[], { count }: Counters): Output[] {
  const output: Output[] = [];
  const emit = (record: Output): void => void output.push(JSON.parse(encodeOutput(record)) as Output);
  reduceSorted(job, lines[Symbol.iterator](), { emit, count });
  return output;
}

function decodeRecord<Value>(job: Job<Value>, line: string): MappedRecord<Value> {
  return { key: decodeKey(fieldsOf(line, job.keyFields)), value: decodeValue(line) as Value };
}
