/** Small facts on HDFS about who made what: a JSON file each, below `/streambook/marks`. */
import { isStreambookError } from "../../errors/index.ts";
import type { Hdfs } from "../../hdfs/index.ts";

const FOLDER = "/streambook/marks";

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
