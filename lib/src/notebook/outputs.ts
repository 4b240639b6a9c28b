/** What a cell puts out, as the notebook format has it, and how messages of the kernel become that. */
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
