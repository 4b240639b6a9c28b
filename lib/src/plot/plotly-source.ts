/** The source of plotly.js, to be written into a page that must work offline. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { StreambookError } from "../errors/index.ts";

const PACKAGE = "plotly.js-cartesian-dist-min";

/** The types of traces that this plotly.js draws; any other it draws as a scatter of two dimensions, silently. */
const DRAWN: ReadonlySet<unknown> = new Set([
  ...["scatter", "bar", "box", "heatmap", "histogram", "histogram2d", "histogram2dcontour"],
  ...["contour", "scatterternary", "violin", "image", "pie"],
]);

/**
 * The types of traces in a figure that {@link plotlySource} cannot draw, each once; none when it draws all.
 *
 * @param data the traces; one without a type is a scatter
 */
export function undrawnTypes(data: readonly unknown[]): string[] {
  const types = data.map((trace) => (trace as { type?: unknown } | null)?.type ?? "scatter");
  return [...new Set(types.filter((type) => !DRAWN.has(type)).map(String))];
}

/**
 * The source of plotly.js with the charts of the cartesian plane (1.5 MB, MIT licence stated at its top). It sets `Plotly` on the global
 * object.
 *
 * @throws SETUP_MISSING when the package is not installed
 */
export async function plotlySource(): Promise<string> {
  try {
    return await readFile(createRequire(import.meta.url).resolve(PACKAGE), "utf8");
  } catch (cause) {
    throw new StreambookError("SETUP_MISSING", `the package ${PACKAGE}, which draws the figures, is not installed`, {
      cause,
      hint: { setUp: true },
    });
  }
}
