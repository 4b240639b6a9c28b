/** Puts the outputs of a run into its notebook, so that a rerun changes nothing that did not change. */
import { undrawnTypes } from "../plot/index.ts";
import { PLOTLY } from "./figure.ts";
import { isCode, readNotebook, toFile, writeNotebook } from "./file.ts";
import type { DrawnFigure } from "./picture/index.ts";
import { cleaned, MEASURED, sameOutput } from "./outputs.ts";
import type { CellReport, NotebookReport } from "./run.ts";

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
