/** Where the producer's messages go beside Kafka: a log file, or standard output. */
import { once } from "node:events";
import { open, type FileHandle } from "node:fs/promises";
import { join, resolve } from "node:path";
import { isStreambookError, messageOf, StreambookError } from "../../errors/index.ts";
import { makeFolder } from "../../project/index.ts";

/** Something that takes lines, and has them all for certain once it is closed. */
export interface LineSink {
  write(line: string): Promise<void>;
  close(): Promise<void>;
}

/** How much is gathered before it is written, in UTF-16 units. */
const BLOCK = 1 << 18;

/** A log of messages: `chunks_{UTC time}.ndjson`, one JSON object a line. */
export class ProduceLog implements LineSink {
  readonly file: string;
  readonly #handle: FileHandle;
  #lines = "";
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: string, handle: FileHandle) {
    this.file = file;
    this.#handle = handle;
  }

  /**
   * Makes the file, and its folder if that is missing. A colon would be refused by HDFS, so the time has none.
   *
   * @throws LOG_FAILED when the folder cannot be written
   */
  static async open(folder: string): Promise<ProduceLog> {
    const time = new Date().toISOString().replace(/[-:]/g, "");
    try {
      await makeFolder(resolve(folder));
      for (let number = 1; ; number++) {
        const file = join(resolve(folder), `chunks_${time}${number === 1 ? "" : `_${number}`}.ndjson`);
        const handle = await open(file, "wx").catch((error: NodeJS.ErrnoException) => {
          if (error.code === "EEXIST" && number < 100) return undefined; // another producer, in the same millisecond
          throw error;
        });
        if (handle !== undefined) return new ProduceLog(file, handle);
      }
    } catch (cause) {
      throw new StreambookError(
        "LOG_FAILED",
        `cannot write a log into ${folder} (${messageOf(cause)}); give a folder that may be written`,
        { cause },
      );
    }
  }

  /** Takes a line; waits only when the disk is slower than the caller. */
  write(line: string): Promise<void> {
    this.#lines += line;
    if (this.#lines.length < BLOCK) return Promise.resolve();
    return this.#writeBlock();
  }

  #writeBlock(): Promise<void> {
    const lines = this.#lines;
    this.#lines = "";
    this.#writing = this.#writing
      .then(() => this.#handle.appendFile(lines))
      .catch((cause: unknown) => this.#failed(cause));
    this.#writing.catch(() => undefined); // whoever writes or closes next gets it
    return this.#writing;
  }

  #failed(cause: unknown): never {
    if (isStreambookError(cause)) throw cause;
    throw new StreambookError(
      "LOG_FAILED",
      `cannot write the log ${this.file} (${messageOf(cause)}); check that the disk is not full`,
      { cause },
    );
  }

  /**
   * Writes what is left, and has the disk confirm it.
   *
   * @throws LOG_FAILED when the disk does not take it
   */
  async close(): Promise<void> {
    try {
      await this.#writeBlock()
        .then(() => this.#handle.sync())
        .finally(() => this.#handle.close());
    } catch (cause) {
      this.#failed(cause);
    }
  }
}

/** Standard output as a sink. A reader that has gone (`| head`) makes it abort the signal it gives. */
export class OutputSink implements LineSink {
  readonly #stream: NodeJS.WritableStream;
  readonly #gone = new AbortController();

  constructor(stream: NodeJS.WritableStream = process.stdout) {
    this.#stream = stream;
    stream.on("error", this.#onError);
  }

  readonly #onError = (error: Error): void => this.#gone.abort(error);

  /** Aborts when nobody reads any more. */
  get gone(): AbortSignal {
    return this.#gone.signal;
  }

  async write(line: string): Promise<void> {
    if (this.gone.aborted || this.#stream.write(line)) return;
    await once(this.#stream, "drain", { signal: this.gone }).catch(() => undefined);
  }

  async close(): Promise<void> {
    if (!this.gone.aborted) await new Promise<void>((resolve) => this.#stream.write("", () => resolve()));
  }
}
