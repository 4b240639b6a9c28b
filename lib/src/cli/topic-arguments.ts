/** What the command line says of several topics: one value for all of them, or `topic=value` for each. */
import { join, resolve } from "node:path";
import { InvalidArgumentError } from "commander";
import { isStreambookError, StreambookError } from "../errors/index.ts";
import { projectFolder } from "../project/index.ts";
import { loadSchema, type Schema } from "../schema/index.ts";
import { usage } from "./command.ts";

/** An option's parser for names with commas between them; given again, it adds to those before. */
export function names(text: string, before: readonly string[] = []): readonly string[] {
  const found = text.split(",").map((name) => name.trim());
  if (found.includes("")) throw new InvalidArgumentError("It must be a name, or names with commas between them.");
  return [...before, ...found];
}

/** An option's parser for a value that may be given again. */
export function repeated(text: string, before: readonly string[] = []): readonly string[] {
  if (text.trim() === "") throw new InvalidArgumentError("It must not be empty.");
  return [...before, text];
}

/**
 * The value that an option gives to each topic. What is said of one topic goes before what is said of all.
 *
 * @param option its name, for errors: `--time-field`
 * @param values as they were given: `value` or `topic=value`
 * @throws USAGE for a topic that is not read, or two values for one
 */
export function valuesByTopic(
  option: string,
  values: readonly string[],
  topics: readonly string[],
): (topic: string) => string | undefined {
  const found = new Map<string | undefined, string>();
  for (const text of values) {
    const [, topic, own = ""] = /^([A-Za-z0-9._-]+)=(.*)$/s.exec(text) ?? [];
    if (topic !== undefined && !topics.includes(topic))
      usage(`${option} ${text}: the topic ${topic} is not read; name one of ${topics.join(", ")}`);
    if (topic !== undefined && own.trim() === "")
      usage(`${option} ${text}: there is nothing after the =; give a value`);
    if (found.has(topic))
      usage(
        `${option} is given twice${topic === undefined ? "" : ` for the topic ${topic}`}; give one value, or TOPIC=VALUE for each topic`,
      );
    found.set(topic, topic === undefined ? text : own);
  }
  return (topic) => found.get(topic) ?? found.get(undefined);
}

/**
 * The schema of a topic.
 *
 * @param file the file that was named for it @default `schemas/{topic}.json` of the project
 * @throws USAGE when none was named, and there is none of the topic's name; SCHEMA_INVALID
 */
export async function schemaOf(topic: string, file: string | undefined): Promise<Schema> {
  if (file !== undefined) return loadSchema(resolve(file));
  const own = join(projectFolder(), "schemas", `${topic}.json`);
  try {
    return await loadSchema(own);
  } catch (error) {
    if (!isStreambookError(error, "SCHEMA_INVALID") || (error.cause as NodeJS.ErrnoException)?.code !== "ENOENT")
      throw error;
    throw new StreambookError(
      "USAGE",
      `there is no schema for the topic ${topic} (no file ${own}); write it there, or name a file: --schema-file ${topic}=FILE`,
    );
  }
}

/**
 * The field with the time of a message.
 *
 * @param field the one that was named @default the schema's only timestamp that every message has
 * @throws USAGE when none was named, and there is not exactly one
 */
export function timeFieldOf(topic: string, { name, fields }: Schema, field: string | undefined): string {
  if (field !== undefined) return field;
  const times = fields.filter(({ type, nullable }) => type === "timestamp" && nullable !== true);
  const [only] = times;
  if (only !== undefined && times.length === 1) return only.name;
  const found =
    times.length === 0
      ? "no timestamp that every message has"
      : `the times ${times.map((time) => time.name).join(", ")}`;
  const remedy =
    times.length === 0 ? "add one to the schema" : `say which one counts: --time-field ${topic}=${only?.name}`;
  return usage(`the schema ${name} of the topic ${topic} has ${found}; ${remedy}`);
}
