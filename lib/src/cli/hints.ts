/** Hints of errors as what a person types: commands of the terminal, and options of the command that failed. */
import { type Hint, type HintOption, hintOf, isStreambookError, messageOf } from "../errors/index.ts";
import { alternatives } from "../format/index.ts";

/** How an option is called in a sentence, and the flags that commands have for it: `run` writes to `--table`, `consume` to `--hive-table`. */
const OPTIONS: Readonly<Record<HintOption, { readonly noun: string; readonly flags: readonly string[] }>> = {
  broker: { noun: "broker", flags: ["--kafka-broker", "--kafka-broker-port"] },
  chunkSize: { noun: "chunk size", flags: ["--chunk-size"] },
  data: { noun: "folder", flags: ["--data"] },
  input: { noun: "input", flags: ["--input"] },
  maximumSize: { noun: "limit", flags: ["--maximum-size"] },
  output: { noun: "folder", flags: ["--output", "--to"] },
  port: { noun: "port", flags: ["--port"] },
  schema: { noun: "schema", flags: ["--schema-file"] },
  table: { noun: "table", flags: ["--table", "--hive-table"] },
  topic: { noun: "topic", flags: ["--topic"] },
};
const REPLACE = ["--replace", "--overwrite"];

/** Whether the command that failed has a flag, such as `--output`. */
export type HasFlag = (flag: string) => boolean;

/**
 * A hint as a clause to follow an error's message: ``start it with `npx streambook up kafka` or give another broker with
 * --kafka-broker``. An option that the command does not have is left out.
 *
 * @returns undefined when nothing of the hint can be typed here
 */
export function adviceOf(hint: Hint, hasFlag: HasFlag): string | undefined {
  const { start, run, setUp, inspect, log, change = [], replace } = hint;
  const advice: string[] = [];
  if (start !== undefined) advice.push(`start it with \`${["npx streambook up", ...start].join(" ")}\``);
  if (run?.program === "source")
    advice.push(`start it with bin/start_stream_source.sh -d ./data/texts -c 1024 -p ${run.port}`);
  if (run?.program === "producer") advice.push("run bin/start_producer.sh first");
  if (setUp === true) advice.push("run `npm run setup`");
  if (inspect === "services") advice.push("check with `npx streambook status` that it runs");
  if (inspect === "machine") advice.push("ask `npx streambook doctor` what is missing");
  if (log !== undefined) advice.push(`read its log with \`npx streambook logs ${log}\``);
  for (const { noun, flags } of change.map((option) => OPTIONS[option])) {
    const flag = flags.find(hasFlag);
    if (flag !== undefined) advice.push(`give another ${noun} with ${flag}`);
  }
  const permit = replace === true ? REPLACE.find(hasFlag) : undefined;
  if (permit !== undefined) advice.push(`replace what is there with ${permit}`);
  return advice.length === 0 ? undefined : alternatives(advice);
}

/** The message of any caught value with what to type against it: on one line, unless the message is one of ours that lists something. */
export function describeError(error: unknown, hasFlag: HasFlag): string {
  const hint = hintOf(error);
  const advice = hint === undefined ? undefined : adviceOf(hint, hasFlag);
  const message = isStreambookError(error) ? error.message : messageOf(error);
  return [message, ...(advice === undefined ? [] : [advice])].join(message.includes("\n") ? "\n" : "; ");
}
