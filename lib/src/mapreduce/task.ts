/** One task of Hadoop Streaming: records come on standard input, leave on standard output, counters and errors go to standard error. */
import { StandardInput, writeAll } from "../bundle/index.ts";
import { reduceSorted } from "./groups.ts";
import { Counters, NOT_UTF8, type Job } from "./job.ts";
import { encodeOutput, encodeRecord, type Key } from "./record.ts";

/** What stands before a task's own error on standard error, so that it can be found in the container's log. */
export const TASK_ERROR = "streambook:task-error:";

const WRITE_CHARACTERS = 1 << 17;
const REPORT_MILLISECONDS = 2000;

/** Runs the map side of a job on this process's standard streams. */
export function runMapper(job: Job): void {
  runTask(job, (counters, output) => {
    const emit = (key: Key, value: unknown): void => output.line(encodeRecord(key, value, job.sort));
    const context = { emit, count: counters.count };
    for (const line of inputLines(job, counters)) job.map(line, context);
  });
}

/** Runs the reduce side of a job on this process's standard streams. */
export function runReducer(job: Job): void {
  runTask(job, (counters, output) => {
    const emit = (record: unknown): void => output.line(encodeOutput(record));
    reduceSorted(job, inputLines(job, counters), { emit, count: counters.count });
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

/** The lines of standard input. Counters are reported while the task runs, so that whoever watches sees them grow. */
function* inputLines(job: Job, counters: Counters): Generator<string, void, undefined> {
  const input = new StandardInput();
  let reported = performance.now();
  for (const lines of input.blocks()) {
    yield* lines;
    const now = performance.now();
    if (now - reported < REPORT_MILLISECONDS) continue;
    reported = now;
    reportCounters(job, counters);
  }
  if (input.invalid > 0) counters.count(NOT_UTF8, input.invalid);
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
