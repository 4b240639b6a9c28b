/** What a cell puts out, as the notebook format has it; how messages of the kernel become that; and whether two outputs say the same. */
import { homedir } from "node:os";
import { isDeepStrictEqual } from "node:util";
import { projectFolder } from "../stack/index.ts";
import type { Message } from "./wire.ts";

/** Text on standard output or standard error. */
export interface StreamOutput {
  readonly output_type: "stream";
  readonly name: "stdout" | "stderr";
  text: string;
}

/** A table, figure or text, in one or more formats by MIME type. */
export interface DisplayOutput {
  readonly output_type: "display_data";
  data: Record<string, unknown>;
  metadata: Record<string, unknown>;
}

export type Output = StreamOutput | DisplayOutput;

/** Gathers the outputs of one cell from the kernel's messages. */
export class OutputCollector {
  readonly outputs: Output[] = [];
  readonly #displays = new Map<unknown, DisplayOutput>();

  /** Takes a message; one that is no output is left alone. */
  add({ header, content }: Message): void {
    if (header.msg_type === "stream") this.#stream(content["name"] === "stderr" ? "stderr" : "stdout", content["text"]);
    if (header.msg_type === "display_data" || header.msg_type === "update_display_data") this.#display(content);
  }

  #stream(name: "stdout" | "stderr", text: unknown): void {
    const last = this.outputs.at(-1);
    if (last?.output_type === "stream" && last.name === name) last.text += String(text);
    else this.outputs.push({ output_type: "stream", name, text: String(text) });
  }

  #display({ data, metadata, transient }: Message["content"]): void {
    const id = (transient as { display_id?: unknown } | undefined)?.display_id;
    const shown = id === undefined ? undefined : this.#displays.get(id);
    const fresh = {
      output_type: "display_data" as const,
      data: (data ?? {}) as Record<string, unknown>,
      metadata: (metadata ?? {}) as Record<string, unknown>,
    };
    if (shown !== undefined) Object.assign(shown, fresh);
    else this.outputs.push(fresh);
    if (id !== undefined && shown === undefined) this.#displays.set(id, fresh);
  }
}

/** All that was written to a stream. */
export function streamText(outputs: readonly Output[], name: "stdout" | "stderr"): string {
  return outputs.map((output) => (output.output_type === "stream" && output.name === name ? output.text : "")).join("");
}

/** The tag of a cell whose numbers are measured: its kept output stays as long as only numbers differ. */
export const MEASURED = "measured";

/** The tag of a cell that says something else when it is sent again, as the text beside it explains. */
export const CHANGES = "changes";

/** What differs from run to run without meaning anything: times, rates, sizes of memory, dates, ports, random names. */
const VOLATILE: readonly RegExp[] = [
  /\b\d{4}-\d{2}-\d{2}T[\d:.]+Z?/g,
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g,
  /(?<=127\.0\.0\.1:|localhost:)\d+/g,
  /\d[\d,.]*(?=\s?(?:ns|µs|ms|s|min|h)(?![\p{L}\p{N}]))/gu,
  /\d[\d,.]*(?=\s?(?:[kKMG]i?B|MB\/s|[\p{L}]+ ?(?:\/ ?s\b|per second|a second)))/gu,
];

/**
 * Where the outputs of a cell that was sent again differ from those before, but for what differs in every run.
 *
 * @returns what stood there and what stands there now, shortened; undefined when they say the same
 */
export function difference(
  before: readonly Output[],
  now: readonly Output[],
  measured: boolean,
): { readonly before: string; readonly now: string } | undefined {
  const [old, fresh] = [before.map(cleaned), now.map(cleaned)];
  const place = Array.from({ length: Math.max(old.length, fresh.length) }, (_, at) => at).find(
    (at) => !sameOutput(fresh[at], old[at], measured),
  );
  if (place === undefined) return undefined;
  const [was, is] = [linesOf(old[place]), linesOf(fresh[place])];
  const line = was.findIndex((text, at) => masked(text, measured) !== masked(is[at] ?? "", measured));
  const shown = (lines: readonly string[]): string => (lines[Math.max(line, 0)] ?? "nothing").slice(0, 100);
  return { before: shown(was), now: shown(is) };
}

function linesOf(output: Output | undefined): string[] {
  const text = output?.output_type === "stream" ? output.text : output?.data["text/plain"];
  return typeof text === "string" ? text.split("\n") : [];
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
export function cleaned(output: Output): Output {
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
