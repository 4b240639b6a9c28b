/**
 * Standard output of a task. Spark does not end the process of a task that it has cancelled, or of whose rows it has enough: it waits
 * for its next line, for ever. So a second thread sends a blank line whenever the task is silent, which gives Spark a moment
 * to notice (`transform.ts` leaves these lines out), and ends the process when nobody takes them.
 */
import type { write as writeAsync } from "node:fs";
import { Worker } from "node:worker_threads";
import { writeAll } from "../../bundle/index.ts";

const WRITE_CHARACTERS = 1 << 16;
const FLUSH_MILLISECONDS = 250;
/** Bytes of a blank line: 16 fill a pipe of Linux. */
const BLANK_BYTES = 4096;
const BEAT_MILLISECONDS = 250;

/** What stands in the memory that both threads share. */
const LOCK = 0;
const WRITES = 1;

/** Rows on their way out. */
export class RowOutput {
  readonly #shared = new Int32Array(new SharedArrayBuffer(8));
  #pending = "";
  #flushed = performance.now();

  /** @param stall milliseconds after which the process ends when nobody takes its output */
  constructor(stall: number) {
    const settings = { beat: BEAT_MILLISECONDS, bytes: BLANK_BYTES, stall, shared: this.#shared };
    new Worker(`(${watch.toString()})(require("node:worker_threads").workerData, require("node:fs"))`, {
      eval: true,
      workerData: settings,
    }).unref();
  }

  line(text: string): void {
    this.#pending += `${text}\n`;
    if (this.#pending.length > WRITE_CHARACTERS || performance.now() - this.#flushed > FLUSH_MILLISECONDS) this.flush();
  }

  flush(): void {
    this.#flushed = performance.now();
    if (this.#pending === "") return;
    const bytes = Buffer.from(this.#pending, "utf8");
    this.#pending = "";
    // Lines of two threads must not mix.
    while (Atomics.compareExchange(this.#shared, LOCK, 0, 1) !== 0) Atomics.wait(this.#shared, LOCK, 1, 100);
    try {
      writeAll(1, bytes);
    } finally {
      Atomics.add(this.#shared, WRITES, 1);
      Atomics.store(this.#shared, LOCK, 0);
    }
  }
}

interface Watch {
  readonly beat: number;
  readonly bytes: number;
  readonly stall: number;
  readonly shared: Int32Array;
}

/** The second thread. It is given as text: it sees nothing but its parameters. */
function watch({ beat, bytes, stall, shared }: Watch, { write }: { readonly write: typeof writeAsync }): void {
  const blank = Buffer.from(`${" ".repeat(bytes - 1)}\n`);
  const end = () => process.kill(process.pid, "SIGKILL"); // `exit` would wait for the first thread
  let [writes, taken] = [-1, Date.now()];
  setInterval(() => {
    if (Date.now() - taken > stall) end();
    const now = Atomics.load(shared, 1);
    if (now !== writes) [writes, taken] = [now, Date.now()];
    else if (Atomics.compareExchange(shared, 0, 0, 1) === 0)
      write(1, blank, (error) => {
        if (error) end(); // nobody is there any more
        taken = Date.now();
        Atomics.store(shared, 0, 0);
        Atomics.notify(shared, 0);
      });
  }, beat);
}
