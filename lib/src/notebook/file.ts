/** Notebook files: read, and written as Jupyter writes them, so that a rerun shows only what changed. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { StreambookError } from "../errors/index.ts";
import type { Output } from "./outputs.ts";

/** A cell as the file has it. */
export interface Cell {
  readonly cell_type: "code" | "markdown" | "raw";
  readonly id?: string;
  readonly metadata: { readonly tags?: readonly string[]; readonly [name: string]: unknown };
  readonly source: string | readonly string[];
  execution_count?: number | null;
  outputs?: unknown[];
}

/** A notebook of format 4 (https://nbformat.readthedocs.io/en/latest/format_description.html). */
export interface Notebook {
  readonly cells: readonly Cell[];
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly nbformat: number;
  readonly nbformat_minor: number;
}

/** A text that the format may keep as a list of lines. */
export function joined(text: string | readonly string[]): string {
  return typeof text === "string" ? text : text.join("");
}

/** Whether a cell is code that does something. */
export function isCode(cell: Cell): boolean {
  return cell.cell_type === "code" && joined(cell.source).trim() !== "";
}

/** @throws NOT_FOUND, NOTEBOOK_INVALID */
export async function readNotebook(file: string): Promise<Notebook> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new StreambookError("NOT_FOUND", `there is no notebook ${file}; \`ls notebooks\` shows what there is`, {
      cause,
    });
  });
  try {
    const notebook = JSON.parse(text) as Notebook;
    if (!Array.isArray(notebook.cells) || notebook.nbformat !== 4) throw new Error("it is no notebook of format 4");
    return notebook;
  } catch (cause) {
    throw new StreambookError(
      "NOTEBOOK_INVALID",
      `${file} cannot be read (${(cause as Error).message}); \`git checkout\` brings back the kept version`,
      { cause },
    );
  }
}

/** Writes a notebook, whole or not at all. */
export async function writeNotebook(file: string, notebook: Notebook): Promise<void> {
  const fresh = `${file}.${process.pid}.tmp`;
  await writeFile(fresh, `${JSON.stringify(notebook, undefined, 1)}\n`);
  await rename(fresh, file);
}

/** An output as the file has it: texts as lists of lines, JSON as it is. */
export function toFile(output: Output): Record<string, unknown> {
  if (output.output_type === "stream") return { ...sorted({ ...output, text: lines(output.text) }) };
  const data = Object.entries(output.data).map(([type, value]): [string, unknown] => [
    type,
    typeof value === "string" && type.startsWith("text/") ? lines(value) : value,
  ]);
  return sorted({ ...output, data: sorted(Object.fromEntries(data)) });
}

function sorted(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function lines(text: string): string[] {
  return text.split(/(?<=\n)/);
}
