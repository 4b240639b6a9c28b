/** Shows the library's own code of a function, so that a lesson can end with what it has led to. */
import { existsSync, readFileSync } from "node:fs";
import { Session } from "node:inspector";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { StreambookError } from "../errors/index.ts";
import { projectFolder } from "../stack/index.ts";
import { brokenLines } from "./learner/broken-lines.ts";
import { display } from "./display.ts";

/** The code of a function of the library. */
export interface SourceText {
  /** Path in the project, with `/`. */
  readonly file: string;
  /** First line, from 1, its comment included. */
  readonly line: number;
  readonly text: string;
}

/**
 * Shows the code of a function or class of the library, with its file.
 *
 * @param subject the function or class itself, as it was imported
 * @throws USAGE for one that is not the library's
 *
 * @example
 * ```ts
 * import { source } from "streambook/notebook";
 * import { chunksOf } from "streambook/stream";
 * source(chunksOf);
 * ```
 */
export function source(subject: unknown): void {
  const { file, line, text: whole } = sourceOf(subject);
  const text = brokenLines(withoutLinks(whole));
  display({
    "text/markdown": `**${file}**, line ${line}\n\n\`\`\`typescript\n${text}\n\`\`\`\n`,
    "text/plain": `${file}, line ${line}\n\n${text}`,
  });
}

/** Comments as people read them: `{@link name}` is for editors, which make a link of it. */
export function withoutLinks(text: string): string {
  return text.replace(
    /\{@link(?:code|plain)?\s+([^\s|}]+)(?:\s*\|\s*|\s+)?([^}]*)\}/g,
    (_, name: string, label: string) => (label.trim() === "" ? `\`${name}\`` : label.trim()),
  );
}

/**
 * Finds the code of a function or class of the library.
 *
 * @throws USAGE for one that is not the library's
 */
export function sourceOf(subject: unknown): SourceText {
  const name = typeof subject === "function" ? subject.name : "";
  if (typeof subject !== "function")
    throw new StreambookError(
      "USAGE",
      `source() takes a function or a class, and this is ${typeof subject}; import one from "streambook/…"`,
    );
  const path = sourceFile(subject);
  if (path === undefined)
    throw new StreambookError(
      "USAGE",
      `\`${name}\` is not the library's: source() shows what is imported from "streambook/…"`,
    );
  const lines = readFileSync(path, "utf8").split("\n");
  const found = declaration(lines, name);
  if (found === undefined)
    throw new StreambookError("INTERNAL", `there is no \`${name}\` in ${path}; please report it`);
  const [start, end] = found;
  const indent = /^ */.exec(lines[start] ?? "")?.[0].length ?? 0;
  const text = lines.slice(start, end + 1).map((line) => line.slice(Math.min(indent, line.search(/\S|$/))));
  return { file: relative(projectFolder(), path).split(sep).join("/"), line: start + 1, text: text.join("\n") };
}

/** The TypeScript file of a function: that of the built file which the running program has it from. */
function sourceFile(subject: object): string | undefined {
  const file = loadedFrom(subject);
  if (file === undefined) return undefined;
  const lib = join(projectFolder(), "lib");
  const inSource = file.startsWith(join(lib, "dist") + sep)
    ? join(lib, "src", relative(join(lib, "dist"), file).replace(/\.js$/, ".ts"))
    : file;
  return inSource.startsWith(join(lib, "src") + sep) && existsSync(inSource) ? inSource : undefined;
}

/** The file that a function was loaded from: only the debugger knows. */
function loadedFrom(subject: object): string | undefined {
  const key = "__streambook_source__";
  const session = new Session();
  const scripts = new Map<string, string>();
  session.connect();
  try {
    session.on("Debugger.scriptParsed", ({ params }) => scripts.set(params.scriptId, params.url));
    session.post("Debugger.enable");
    (globalThis as Record<string, unknown>)[key] = subject;
    let location: { scriptId: string } | undefined;
    session.post("Runtime.evaluate", { expression: `globalThis.${key}` }, (_, { result }) => {
      if (result.objectId === undefined) return;
      session.post(
        "Runtime.getProperties",
        { objectId: result.objectId, ownProperties: true },
        (_, { internalProperties }) => {
          const internal = internalProperties?.find((property) => property.name === "[[FunctionLocation]]");
          location = internal?.value?.value as { scriptId: string } | undefined;
        },
      );
    });
    const url = scripts.get(location?.scriptId ?? "");
    return url?.startsWith("file:") === true ? fileURLToPath(url) : undefined;
  } finally {
    delete (globalThis as Record<string, unknown>)[key];
    session.disconnect();
  }
}

/**
 * First and last line, from 0, of what a name declares, its comment included. The house's format helps: what opens at some
 * depth closes on a line of the same depth.
 */
function declaration(lines: readonly string[], name: string): [number, number] | undefined {
  const plain = name.replace(/^(get|set) /, "").replace(/\$/g, "\\$");
  const top = new RegExp(`^(export )?(default )?(abstract )?(async )?(function\\*?|class|const) ${plain}\\b`);
  const member = new RegExp(`^ {2}(override |static |async |get |set |\\*)*\\[?${plain}\\]?[(<]`);
  const at = [top, member].map((pattern) => lines.findIndex((line) => pattern.test(line))).find((line) => line !== -1);
  if (at === undefined) return undefined;
  const indent = /^ */.exec(lines[at] ?? "")?.[0] ?? "";
  const closes = (line: string): boolean => line.startsWith(`${indent}}`) && !/^\s*\}.*\{$/.test(line);
  const oneLine = /[;}]$/.test(lines[at] ?? "");
  const end = oneLine
    ? at
    : lines.findIndex(
        (line, index) => index > at && (closes(line) || line === `${indent});` || line === `${indent}];`),
      );
  let start = at;
  if (/\*\/$/.test(lines[at - 1] ?? "")) while (start > 0 && !/^\s*\/\*\*/.test(lines[--start] ?? ""));
  return end === -1 ? undefined : [start, end];
}
