/** Which hours are done, and of which files: an hour that has other files by now is to be done again. */
import { isStreambookError } from "../../../errors/index.ts";
import type { Hdfs } from "../../../hdfs/index.ts";
import type { RawFile } from "./raw-files.ts";

/** What is kept of an hour that is done: a file of its own, so that two processes do not overwrite each other's. */
export class DoneHours {
  readonly #hdfs: Hdfs;
  readonly #folder: string;

  /** @param folder that of the case */
  constructor(hdfs: Hdfs, folder: string) {
    this.#hdfs = hdfs;
    this.#folder = `${folder}/done`;
  }

  /** Notes that an hour is in the table, made of these files. */
  async add(hour: string, files: readonly RawFile[]): Promise<void> {
    const content = Buffer.from(`${JSON.stringify({ hour, files: namesOf(files) })}\n`);
    await this.#hdfs.write(`${this.#folder}/${hour}.json`, content, { overwrite: true });
  }

  /** The names of the files of each hour that is done. */
  async all(): Promise<ReadonlyMap<string, readonly string[]>> {
    const done = new Map<string, readonly string[]>();
    if (!(await this.#hdfs.exists(this.#folder))) return done;
    for (const { path, name } of await this.#hdfs.list(this.#folder)) {
      const files = await this.#read(path);
      if (files !== undefined) done.set(name.replace(/\.json$/, ""), files);
    }
    return done;
  }

  /** Undefined for one that was being written when its process was killed: its hour is done again. */
  async #read(path: string): Promise<readonly string[] | undefined> {
    try {
      const { files } = JSON.parse((await this.#hdfs.read(path)).toString("utf8")) as { files?: readonly string[] };
      return files;
    } catch (error) {
      if (error instanceof SyntaxError || isStreambookError(error, "NOT_FOUND")) return undefined;
      throw error;
    }
  }
}

/** Whether an hour was made of other files than there are now. */
export function isStale(files: readonly RawFile[], done: readonly string[] | undefined): boolean {
  return done === undefined || namesOf(files).join() !== done.join();
}

/** Names say the topic, the partition and the offsets: what is in a file. */
function namesOf(files: readonly RawFile[]): string[] {
  return files.map(({ path }) => path.slice(path.lastIndexOf("/") + 1)).sort();
}
