/** Small facts about who made what. On HDFS each is a JSON file below `/streambook/marks`. */
import { isStreambookError } from "../../errors/index.ts";
import { Hdfs } from "../../hdfs/index.ts";

/** Where marks are kept. */
export interface MarkStore {
  /**
   * Writes a mark, whole or not at all.
   *
   * @param name its path among the marks: `topic/chunks`
   * @param signal in place of the store's own, for what is still written after an interruption
   */
  write(name: string, mark: object, signal?: AbortSignal): Promise<void>;
  /** A mark; undefined when there is none. */
  read(name: string): Promise<unknown>;
}

const FOLDER = "/streambook/marks";

/** Marks on HDFS. */
export function hdfsMarks(hdfs: Hdfs): MarkStore {
  return {
    read: (name) => readMark(hdfs, name),
    async write(name, mark, signal) {
      if (signal === undefined) return writeMark(hdfs, name, mark);
      await using own = new Hdfs({ address: hdfs.address, signal, retry: { attempts: 2 } });
      await writeMark(own, name, mark);
    },
  };
}

/** Writes a mark. @param name its path from the folder of the marks: `topic/chunks` */
export async function writeMark(hdfs: Hdfs, name: string, mark: object): Promise<void> {
  await hdfs.write(`${FOLDER}/${name}.json`, Buffer.from(JSON.stringify(mark)), { overwrite: true });
}

/** A mark; undefined when there is none. It is written whole or not at all. */
export async function readMark<T>(hdfs: Hdfs, name: string): Promise<T | undefined> {
  try {
    return JSON.parse((await hdfs.read(`${FOLDER}/${name}.json`)).toString("utf8")) as T;
  } catch (error) {
    if (isStreambookError(error, "NOT_FOUND")) return undefined;
    throw error;
  }
}
