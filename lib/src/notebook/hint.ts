/** Hints of errors as what a learner does next: in a cell, or in a terminal beside the notebook. */
import { type HintOption, hintOf } from "../errors/index.ts";

/** How the options are called in the calls that lessons make. */
const NAMES: Readonly<Record<HintOption, string>> = {
  broker: "broker",
  chunkSize: "chunkSize",
  data: "folder",
  input: "input",
  maximumSize: "maximumBytes",
  output: "output",
  port: "port",
  schema: "schema",
  table: "table",
  topic: "topic",
};

/**
 * What to do against an error in a notebook, one sentence or several.
 *
 * @returns undefined when the library does not know
 *
 * @example
 * ```ts
 * import { StreambookError } from "streambook";
 * import { hintFor } from "streambook/notebook";
 * const error = new StreambookError("STACK_DOWN", "YARN does not run", { hint: { start: ["yarn"] } });
 * console.log(hintFor(error)); // In a terminal: `npx streambook up yarn`. Then run the first cell again.
 * ```
 */
export function hintFor(error: unknown): string | undefined {
  const { start, run, setUp, inspect, log, change = [], replace } = hintOf(error) ?? {};
  const sentences: string[] = [];
  if (start !== undefined)
    sentences.push(`In a terminal: \`${["npx streambook up", ...start].join(" ")}\`. Then run the first cell again.`);
  if (run !== undefined) sentences.push(`Run the cell that starts the ${run.program} first.`);
  if (setUp === true) sentences.push("In a terminal: `npm run setup`. Then restart the kernel.");
  if (inspect === "services") sentences.push("In a terminal, `npx streambook status` shows which services run.");
  if (inspect === "machine") sentences.push("In a terminal, `npx streambook doctor` shows what is missing.");
  if (log !== undefined) sentences.push(`In a terminal, \`npx streambook logs ${log}\` shows why.`);
  if (change.length > 0) sentences.push(`Give another ${change.map((option) => `\`${NAMES[option]}\``).join(" or ")}.`);
  if (replace === true) sentences.push("If what is there may be replaced, run the cell that removes it.");
  return sentences.length === 0 ? undefined : sentences.join(" ");
}
