/** Compares what the program has stored with what was sent. */
import { isStreambookError } from "../errors/index.ts";
import type { Hdfs } from "../hdfs/index.ts";

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
  const stored = new Map<string, string[]>();
  if (!(await hdfs.exists(output))) return stored;
  for await (const { path } of hdfs.walk(output)) {
    const name = path.slice(output.length + 1);
    if (name.split("/").some((part) => part.startsWith("_") || part.startsWith("."))) continue;
    const text = await hdfs.read(path).catch((error: unknown) => {
      if (isStreambookError(error, "NOT_FOUND")) return Buffer.alloc(0); // renamed since it was listed
      throw error;
    });
    stored.set(
      name,
      text
        .toString()
        .split("\n")
        .filter((line) => line !== ""),
    );
  }
  return stored;
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
