/** The source of plotly.js, to be written into a page that must work offline. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { StreambookError } from "../errors/index.ts";

const PACKAGE = "plotly.js-cartesian-dist-min";

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
    throw new StreambookError(
      "SETUP_MISSING",
      `the package ${PACKAGE}, which draws the figures, is not installed; run \`npm ci\``,
      { cause },
    );
  }
}
