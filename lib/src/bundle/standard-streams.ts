/**
 * The standard streams of a program that an engine feeds with lines: read and written synchronously. Such a program has nothing else
 * to do meanwhile; there is back-pressure without any machinery, and nothing is left in a buffer when the process ends.
 */
import { readSync, writeSync } from "node:fs";
import { LineSplitter } from "./lines.ts";

const READ_BYTES = 1 << 20;

/** The lines of standard input, in the blocks that they arrive in. */
export class StandardInput {
  readonly #splitter = new LineSplitter();

  /** Lines so far that were skipped because they are not UTF-8. */
  get invalid(): number {
    return this.#splitter.invalid;
  }

  *blocks(): Generator<readonly string[], void, undefined> {
    const buffer = Buffer.allocUnsafe(READ_BYTES);
    for (let length = readSome(buffer); length > 0; length = readSome(buffer))
      yield this.#splitter.push(buffer.subarray(0, length));
    yield this.#splitter.end();
  }
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

/** Writes all bytes to a stream. @param descriptor 1 standard output, 2 standard error */
export function writeAll(descriptor: 1 | 2, bytes: Uint8Array): void {
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
