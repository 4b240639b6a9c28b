/** Lines of a log file: the last ones, those of the last run, and the one that says why a service died. */
import { open, stat } from "node:fs/promises";
import { START_MARK } from "../launch/launch.ts";

/** The length of a file in bytes; undefined if there is none. */
export async function sizeOf(file: string): Promise<number | undefined> {
  return stat(file).then(
    (status) => status.size,
    () => undefined,
  );
}

/** How much of a log's end is looked at, in bytes. */
const TAIL = 256 << 10;

/** The last lines of a file; none if there is no file. */
export async function lastLines(file: string, count: number): Promise<string[]> {
  const size = await sizeOf(file);
  if (size === undefined || count <= 0) return [];
  const text = await readRange(file, Math.max(0, size - TAIL), size);
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines.slice(-count);
}

/** A part of a file as text. */
export async function readRange(file: string, from: number, to: number): Promise<string> {
  const handle = await open(file, "r");
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(to - from), 0, to - from, from);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The last lines of the last run of a service. */
export async function lastRun(file: string, count: number): Promise<string[]> {
  const lines = await lastLines(file, Number.MAX_SAFE_INTEGER);
  return lines.slice(lines.findLastIndex((line) => line.startsWith(START_MARK)) + 1).slice(-count);
}

/** What lines are looked for, the most telling kind first: causes come last in a trace, and the last of them is the root. */
const TELLING: readonly { readonly pattern: RegExp; readonly which: "first" | "last" }[] = [
  { pattern: /^Caused by: /, which: "last" },
  { pattern: /^1\) (?:Configuration|Error|Invalid)\b/, which: "first" }, // below "Configuration is invalid"
  { pattern: /^(?:Exception in thread .*?)?[\w.$]+(?:Exception|Error): \S/, which: "first" },
  { pattern: /\b(?:ERROR|FATAL)\b|OutOfMemoryError/, which: "first" },
  { pattern: /^(?:Error|Unrecognized|Could not) /, which: "first" },
];

/** The line of a log's end that most likely says why a service died; what Java and Hadoop print around it says nothing. */
export function explainingLine(lines: readonly string[]): string | undefined {
  for (const { pattern, which } of TELLING) {
    const matching = lines.filter((line) => pattern.test(line));
    const line = which === "first" ? matching[0] : matching.at(-1);
    if (line !== undefined) return line.trim().slice(0, 300);
  }
  return undefined;
}
