/** Puts the outputs of a run into its notebook, so that a rerun changes nothing that did not change. */
import { homedir } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { undrawnTypes } from "../plot/index.ts";
import { projectFolder } from "../stack/index.ts";
import { PLOTLY } from "./figure.ts";
import { isCode, readNotebook, toFile, writeNotebook } from "./file.ts";
import type { DrawnFigure } from "./picture/index.ts";
import type { Output } from "./outputs.ts";
import type { CellReport, NotebookReport } from "./run.ts";

/** The tag of a cell whose numbers are measured: its kept output stays as long as only numbers differ. */
export const MEASURED = "measured";

/** What differs from run to run without meaning anything: times, rates, sizes of memory, dates, ports, random names. */
const VOLATILE: readonly RegExp[] = [
  /\b\d{4}-\d{2}-\d{2}T[\d:.]+Z?/g,
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g,
  /(?<=127\.0\.0\.1:|localhost:)\d+/g,
  /\d[\d,.]*(?=\s?(?:ns|µs|ms|s|min|h)(?![\p{L}\p{N}]))/gu,
  /\d[\d,.]*(?=\s?(?:[kKMG]i?B|MB\/s|[\p{L}]+ ?(?:\/ ?s\b|per second|a second)))/gu,
];

/**
 * Saves a run: counts from 1, outputs with the static picture of every figure, no paths of this machine.
 *
 * @param report a run of every cell
 * @returns whether the file changed
 */
export async function saveNotebook(report: NotebookReport, signal?: AbortSignal): Promise<boolean> {
  const notebook = await readNotebook(report.file);
  const before = JSON.stringify(notebook);
  const ran = new Map(report.cells.map((cell) => [cell.index, cell]));
  for (const [index, cell] of notebook.cells.entries()) {
    if (cell.cell_type !== "code") continue;
    const run = ran.get(index);
    const measured = cell.metadata.tags?.includes(MEASURED) ?? false;
    cell.execution_count = run?.number ?? null;
    cell.outputs =
      isCode(cell) && run !== undefined ? await keptOutputs(run, cell.outputs ?? [], measured, signal) : [];
  }
  if (JSON.stringify(notebook) === before) return false;
  await writeNotebook(report.file, notebook);
  return true;
}

/** The outputs to keep: an old one wherever the new one says the same. */
async function keptOutputs(
  { outputs }: CellReport,
  old: readonly unknown[],
  measured: boolean,
  signal: AbortSignal | undefined,
): Promise<unknown[]> {
  const fresh = outputs.map((output) => toFile(cleaned(output)));
  const kept = fresh.map((output, place) => (sameOutput(output, old[place], measured) ? old[place] : output));
  return Promise.all(kept.map(async (output) => withPicture(output as Record<string, unknown>, signal)));
}

/** Whether two outputs say the same; the picture is made of the rest, so it does not count. */
export function sameOutput(fresh: unknown, old: unknown, measured = false): boolean {
  return isDeepStrictEqual(essence(fresh, measured), essence(old, measured));
}

function essence(output: unknown, measured: boolean): unknown {
  const text = JSON.stringify(output, (key, value: unknown) => {
    if (key === "image/png") return undefined;
    if (Array.isArray(value) && value.every((line) => typeof line === "string"))
      return masked(value.join(""), measured);
    if (typeof value === "string") return masked(value, measured);
    if (measured && Array.isArray(value) && value.every((member) => typeof member === "number")) return "numbers";
    return measured && typeof value === "number" ? "number" : value;
  });
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

function masked(text: string, measured: boolean): string {
  if (measured) return text.replace(/\d[\d,.]*/g, "#").replace(/[ \t]+/g, " ");
  return VOLATILE.reduce((rest, pattern) => rest.replace(pattern, "#"), text);
}

/** An output without what only this machine knows, and without lines of progress that were overwritten. */
function cleaned(output: Output): Output {
  if (output.output_type === "stream") return { ...output, text: portable(overwritten(output.text)) };
  const data = Object.entries(output.data).map(([type, value]): [string, unknown] => [
    type,
    typeof value === "string" ? portable(value) : value,
  ]);
  return { ...output, data: Object.fromEntries(data) };
}

function portable(text: string): string {
  return text.replaceAll(`${projectFolder()}/`, "").replaceAll(`${homedir()}/`, "~/");
}

/** What a terminal would still show: a carriage return begins the line anew, and blanks wipe out what was longer. */
function overwritten(text: string): string {
  return text.replace(/\r\n/g, "\n").replace(/^[^\n]*\r([^\r\n]+)/gm, (_, last: string) => last.trimEnd());
}

async function withPicture(output: Record<string, unknown>, signal: AbortSignal | undefined): Promise<unknown> {
  const data = output["data"] as Record<string, unknown> | undefined;
  const figure = data?.[PLOTLY];
  if (figure === undefined) return output;
  // A picture that would show something else is worse than none: the words stay.
  if (undrawnTypes((figure as { data?: unknown[] }).data ?? []).length > 0) return output;
  const { figurePng, pictureSize } = await import("./picture/index.ts");
  const picture = data?.["image/png"];
  const kept = Buffer.from(typeof picture === "string" ? picture : "", "base64");
  // One of another size is of an older form; one of the same size stays, so that a rerun changes nothing.
  if (kept.length >= 24 && kept.readUInt32BE(16) === pictureSize(figure as DrawnFigure).width) return output;
  const png = await figurePng(figure as DrawnFigure, signal);
  return { ...output, data: { ...data, "image/png": png.toString("base64") } };
}
