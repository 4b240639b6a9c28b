/** Compares what the program has stored with what was sent. */
import { isStreambookError } from "../errors/index.ts";
import { mapConcurrent } from "../async/index.ts";
import type { FileStatus, Hdfs } from "../hdfs/index.ts";

/** Files that are read at a time. */
const READERS = 8;

/** What was found in the program's folder. */
export interface Finding {
  /** Messages that were sent. */
  readonly sent: number;
  /** Numbers of those that no file holds, ascending. */
  readonly lost: readonly number[];
  /** Numbers of those that stand there more than once, with the files that hold them. */
  readonly doubled: readonly { readonly message: number; readonly files: readonly string[] }[];
  /** Lines that no message was. */
  readonly strange: readonly string[];
  readonly files: number;
}

/** Whether every message stands there once, and nothing else. */
export function isExact({ lost, doubled, strange }: Finding): boolean {
  return lost.length === 0 && doubled.length === 0 && strange.length === 0;
}

/** Reads a program's folder: files whose names, and the names of whose folders, begin with `_` or `.` do not count. */
export async function readStored(hdfs: Hdfs, output: string): Promise<Map<string, string[]>> {
  const files: FileStatus[] = [];
  for await (const file of storedFiles(hdfs, output)) files.push(file);
  const read = await mapConcurrent(files, READERS, async ({ path }): Promise<[string, string[]]> => {
    const lines = (await bytesOf(hdfs, path)).toString().split("\n");
    return [path.slice(output.length + 1), lines.filter((line) => line !== "")];
  });
  return new Map(read);
}

/** The files of a program's folder that count. */
export async function* storedFiles(hdfs: Hdfs, output: string): AsyncGenerator<FileStatus> {
  if (!(await hdfs.exists(output))) return;
  for await (const file of hdfs.walk(output)) if (!/\/[_.]/.test(file.path.slice(output.length))) yield file;
}

async function bytesOf(hdfs: Hdfs, path: string): Promise<Buffer> {
  try {
    return await hdfs.read(path);
  } catch (error) {
    if (isStreambookError(error, "NOT_FOUND")) return Buffer.alloc(0); // renamed since it was listed
    throw error;
  }
}

/** What is missing and what is there twice. @param values of the messages, in the order in which they were sent */
export function judge(stored: ReadonlyMap<string, readonly string[]>, values: readonly string[]): Finding {
  const numbers = new Map(values.map((value, number) => [value, number]));
  const holders = new Map<number, string[]>();
  const strange: string[] = [];
  for (const [file, lines] of stored)
    for (const line of lines) {
      const number = numbers.get(line);
      if (number === undefined) strange.push(line.slice(0, 100));
      else holders.set(number, [...(holders.get(number) ?? []), file]);
    }
  return {
    sent: values.length,
    lost: values.flatMap((_, number) => (holders.has(number) ? [] : [number])),
    doubled: [...holders]
      .filter(([, files]) => files.length > 1)
      .map(([message, files]) => ({ message, files }))
      .sort((a, b) => a.message - b.message),
    strange,
    files: stored.size,
  };
}

/** Numbers as ranges: `3–17, 20`. */
export function ranges(numbers: readonly number[], most = 6): string {
  const found: [number, number][] = [];
  for (const number of numbers) {
    const last = found.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else found.push([number, number]);
  }
  const shown = found.slice(0, most).map(([first, last]) => (first === last ? `${first}` : `${first}–${last}`));
  return found.length > most ? `${shown.join(", ")}, …` : shown.join(", ");
}
