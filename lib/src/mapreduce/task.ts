/**
 * One task of Hadoop Streaming: records come on standard input, leave on standard output, counters and errors go to standard error.
 *
 * Everything is read and written synchronously. A task has nothing else to do meanwhile; there is back-pressure without any
 * machinery, and nothing is left in a buffer when the process ends.
 */
import { readSync, writeSync } from "node:fs";
import { reduceSorted } from "./groups.ts";
import { Counters, NOT_UTF8, type Job } from "./job.ts";
import { LineSplitter } from "./lines.ts";
import { encodeOutput, encodeRecord, type Key } from "./record.ts";

/** What stands before a task's own error on standard error, so that it can be found in the container's log. */
export const TASK_ERROR = "streambook:task-error:";

const READ_BYTES = 1 << 20;
const WRITE_CHARACTERS = 1 << 17;
const REPORT_MILLISECONDS = 2000;

/** Runs the map side of a job on this process's standard streams. */
export function runMapper(job: Job): void {
  runTask(job, (counters, output) => {
    const emit = (key: Key, value: unknown): void => output.line(encodeRecord(key, value, job.sort));
    const context = { emit, count: counters.count };
    for (const line of new StandardInput(job, counters).lines()) job.map(line, context);
  });
}

/** Runs the reduce side of a job on this process's standard streams. */
export function runReducer(job: Job): void {
  runTask(job, (counters, output) => {
    const emit = (record: unknown): void => output.line(encodeOutput(record));
    reduceSorted(job, new StandardInput(job, counters).lines(), { emit, count: counters.count });
  });
}

function runTask(job: Job, work: (counters: Counters, output: StandardOutput) => void): void {
  const counters = new Counters();
  const output = new StandardOutput();
  try {
    work(counters, output);
    output.flush();
    reportCounters(job, counters);
  } catch (error) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    writeAll(2, Buffer.from(`${TASK_ERROR}${JSON.stringify(text)}\n`));
    process.exitCode = 1;
  }
}

class StandardInput {
  readonly #splitter = new LineSplitter();
  readonly #buffer = Buffer.allocUnsafe(READ_BYTES);
  readonly #job: Job;
  readonly #counters: Counters;
  #reported = performance.now();

  constructor(job: Job, counters: Counters) {
    this.#job = job;
    this.#counters = counters;
  }

  *lines(): Generator<string, void, undefined> {
    for (let length = readSome(this.#buffer); length > 0; length = readSome(this.#buffer)) {
      yield* this.#splitter.push(this.#buffer.subarray(0, length));
      this.#report();
    }
    yield* this.#splitter.end();
    if (this.#splitter.invalid > 0) this.#counters.count(NOT_UTF8, this.#splitter.invalid);
  }

  /** Counters are reported while the task runs, so that whoever watches sees them grow. */
  #report(): void {
    const now = performance.now();
    if (now - this.#reported < REPORT_MILLISECONDS) return;
    this.#reported = now;
    reportCounters(this.#job, this.#counters);
  }
}

class StandardOutput {
  #pending = "";

  line(text: string): void {
    this.#pending += `${text}\n`;
    if (this.#pending.length > WRITE_CHARACTERS) this.flush();
  }

  flush(): void {
    writeAll(1, Buffer.from(this.#pending, "utf8"));
    this.#pending = "";
  }
}

/** Tells Hadoop what has been counted since the last time. */
function reportCounters(job: Job, counters: Counters): void {
  let text = "";
  for (const [name, amount] of counters.values) text += `reporter:counter:${job.name},${name},${amount}\n`;
  counters.values.clear();
  writeAll(2, Buffer.from(text));
}

function readSome(buffer: Buffer): number {
  for (;;) {
    try {
      return readSync(0, buffer, 0, buffer.length, null);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EOF") return 0; // how Windows says it
      if (code !== "EAGAIN") throw error;
      rest();
    }
  }
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(descriptor, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
      rest();
    }
  }
}

/** Waits a moment for a pipe that somebody has made non-blocking. */
function rest(): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
}
