/**
 * A job defined in a notebook, written down as a module. On YARN its functions run in other processes, on other machines perhaps: all
 * that can travel there is their text.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";
import { StreambookError } from "../errors/index.ts";
import type { Job } from "./job.ts";
import { plainFolder } from "./plain-folder.ts";

/**
 * What a kernel or a compiler makes of a name from outside the function, `exports.stopWords`: there is nothing of the kind in a task.
 * The error says which name it was.
 */
const NO_EXPORTS = `const exports = new Proxy({}, {
  get(_, name) {
    throw new ReferenceError(\`the job uses \${String(name)}, which is outside its functions: a task does not see it; put it inside\`);
  },
});`;

/**
 * The text of a module whose default export is the job: its settings, and its functions as they are written. Nothing around the
 * functions comes along, neither names nor imports.
 *
 * @throws USAGE for a function that has no text of its own: a bound or built-in one
 */
export function jobModule(job: Job): string {
  return [
    NO_EXPORTS,
    `export default {`,
    `...${JSON.stringify(job)},`, // JSON leaves functions out
    `map: ${functionText(job, "map")},`,
    `reduce: ${functionText(job, "reduce")},`,
    `};\n`,
  ].join("\n");
}

/** The text of a function as an expression; a method's text is none by itself. */
function functionText(job: Job, side: "map" | "reduce"): string {
  const text = String(Reflect.get(job, side));
  const expressions = [`(${text})`, `Object.values({ ${text} })[0]`];
  const expression = expressions.find(isExpression);
  if (expression !== undefined) return expression;
  throw new StreambookError(
    "USAGE",
    `the function ${side} of the job ${job.name} has no text that could be sent to a task; write it as a function of its own`,
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
export interface WrittenJob {
  readonly url: URL;
  /** Removes it. */
  remove(): Promise<void>;
}

/** Writes the {@link jobModule} of a job. */
export async function writeJob(job: Job): Promise<WrittenJob> {
  const text = jobModule(job);
  const folder = await mkdtemp(join(plainFolder(), "streambook-job-"));
  const file = join(folder, "job.mjs");
  await writeFile(file, text);
  return { url: pathToFileURL(file), remove: () => rm(folder, { recursive: true, force: true }) };
}
