/**
 * Functions of a notebook, written down as a module. On other machines they run in other processes: all that can travel there is
 * their text.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";
import { StreambookError } from "../errors/index.ts";
import { plainFolder } from "./plain-folder.ts";

/** What is written down: see {@link moduleText}. */
export interface Definition {
  /** What it is, for messages: `job`. */
  readonly kind: string;
  /** Its name, for messages. */
  readonly name: string;
  /** Its settings, and its functions. */
  readonly value: object;
}

/**
 * What a kernel or a compiler makes of a name from outside the function, `exports.stopWords`: there is nothing of the kind in a task.
 * The error says which name it was.
 */
const noExports = (kind: string): string => `const exports = new Proxy({}, {
  get(_, name) {
    throw new ReferenceError(\`the ${kind} uses \${String(name)}, which is outside its functions: a task does not see it; put it inside\`);
  },
});`;

/**
 * The text of a module whose default export is a definition: its settings, and its functions as they are written. Nothing around
 * the functions comes along, neither names nor imports.
 *
 * @throws USAGE for a function that has no text of its own: a bound or built-in one
 */
export function moduleText(definition: Definition): string {
  const functions = Object.entries(definition.value).filter(([, member]) => typeof member === "function");
  return [
    noExports(definition.kind),
    `export default {`,
    `...${JSON.stringify(definition.value)},`, // JSON leaves functions out
    ...functions.map(([name, member]) => `${name}: ${functionText(definition, name, String(member))},`),
    `};\n`,
  ].join("\n");
}

/** The text of a function as an expression; a method's text is none by itself. */
function functionText({ kind, name }: Definition, member: string, text: string): string {
  const expressions = [`(${text})`, `Object.values({ ${text} })[0]`];
  const expression = expressions.find(isExpression);
  if (expression !== undefined) return expression;
  throw new StreambookError(
    "USAGE",
    `the function ${member} of the ${kind} ${name} has no text that could be sent to a task; write it as a function of its own`,
  );
}

function isExpression(text: string): boolean {
  try {
    new Script(text); // parsed, never run
    return true;
  } catch {
    return false;
  }
}

/** A module in a folder of its own. */
export interface WrittenModule {
  readonly url: URL;
  /** Removes it. */
  remove(): Promise<void>;
}

/** Writes the {@link moduleText} of a definition. */
export async function writeModule(definition: Definition): Promise<WrittenModule> {
  const text = moduleText(definition);
  const folder = await mkdtemp(join(plainFolder(), `streambook-${definition.kind}-`));
  const file = join(folder, `${definition.kind}.mjs`);
  await writeFile(file, text);
  return { url: pathToFileURL(file), remove: () => rm(folder, { recursive: true, force: true }) };
}
