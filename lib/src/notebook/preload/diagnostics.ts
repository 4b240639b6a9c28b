/** What the compiler finds wrong with a cell, as a learner wants to read it: the one cause, its line, and a caret below it. */
import type TypeScript from "typescript";

/** What tslab's converter finds; it prints `line:column - message`. */
export interface Diagnostic {
  readonly start: { readonly offset: number; readonly line: number; readonly character: number };
  readonly messageText: string;
  readonly code: number;
  readonly fileName?: string | undefined;
}

/** "Cannot find name …", with a proposal or without, and the same of `{ name }`. */
const UNKNOWN_NAME = new Set([2304, 2552, 2503, 18004]);
const RUN_ABOVE =
  "If a cell above makes this, run that cell first, or all of them: Run → Run All Cells (VS Code: Run All).";
/** Beyond these the list helps nobody. */
const SHOWN = 3;

/** A syntax error of a cell, if there is one; all that follows from it is left out. */
export function syntaxError(ts: typeof TypeScript, source: string): Diagnostic | undefined {
  const file = ts.createSourceFile("cell.ts", `export {};${source}`, ts.ScriptTarget.ESNext, true);
  const [first] = (file as unknown as { parseDiagnostics: TypeScript.DiagnosticWithLocation[] }).parseDiagnostics;
  if (first === undefined) return undefined;
  const offset = Math.min(first.start - "export {};".length, source.length);
  return marked(source, { offset, code: first.code, message: ts.flattenDiagnosticMessageText(first.messageText, " ") });
}

/**
 * The diagnostics to show. Names that a failed cell should have made explain all others.
 *
 * @param failed names that cells which failed should have made
 * @param origin the place in the learner's text of a place in what was compiled
 */
export function explained(
  source: string,
  compiled: string,
  diagnostics: readonly Diagnostic[],
  failed: ReadonlySet<string>,
  origin: (place: number) => number,
): Diagnostic[] {
  const placed = diagnostics.map((diagnostic) => {
    if (diagnostic.fileName !== undefined) return diagnostic;
    const { line, character } = diagnostic.start;
    const offset = Math.max(0, origin(offsetOf(compiled, line, character)));
    return marked(source, { offset, code: diagnostic.code, message: diagnostic.messageText });
  });
  const unknown = diagnostics.flatMap(({ code, messageText }, index) => {
    const name = UNKNOWN_NAME.has(code) ? /'([^']+)'/.exec(messageText)?.[1] : undefined;
    const hasProposal = /Did you mean/.test(messageText) && !failed.has(name ?? "");
    return name === undefined ? [] : [{ name, index, hasProposal }];
  });
  const first = unknown.find(({ hasProposal }) => !hasProposal);
  if (first === undefined) return placed.slice(0, SHOWN).map((one) => withAdvice(one));
  const lost = [...new Set(unknown.map(({ name }) => name))];
  const ofFailed = lost.filter((name) => failed.has(name));
  const at = placed[first.index] as Diagnostic;
  if (ofFailed.length > 0) {
    const [it, they] = ofFailed.length === 1 ? ["comes", "it"] : ["come", "them"];
    const message = `${quoted(ofFailed)} ${it} from a cell above that failed. Read the error there, repair it, and run that cell again; then this one finds ${they}.`;
    return [{ ...at, messageText: message }];
  }
  const names = lost.length === 1 ? `There is no name ${quoted(lost)}.` : `There are no names ${quoted(lost)}.`;
  const others = placed.filter((_, index) => unknown.every((one) => one.index !== index)).slice(0, SHOWN - 1);
  return [
    { ...at, messageText: `${names}${at.messageText.slice(at.messageText.indexOf("\n"))}\n${RUN_ABOVE}` },
    ...others,
  ];
}

/** A name of a cell that has not run may resemble one that is there: `files` and `File`. */
function withAdvice(diagnostic: Diagnostic): Diagnostic {
  if (!UNKNOWN_NAME.has(diagnostic.code)) return diagnostic;
  return { ...diagnostic, messageText: `${diagnostic.messageText}\n${RUN_ABOVE}` };
}

function quoted(names: readonly string[]): string {
  const shown = names.slice(0, 6).map((name) => `'${name}'`);
  return names.length > 6 ? `${shown.join(", ")} and ${names.length - 6} more` : shown.join(", ");
}

function offsetOf(text: string, line: number, character: number): number {
  const lines = text.split("\n").slice(0, line);
  return lines.reduce((sum, each) => sum + each.length + 1, 0) + character;
}

function marked(
  source: string,
  { offset, code, message }: { offset: number; code: number; message: string },
): Diagnostic {
  const before = source.slice(0, offset).split("\n");
  const [line, character] = [before.length - 1, before.at(-1)?.length ?? 0];
  const text = source.split("\n")[line] ?? "";
  const caret = `${(before.at(-1) ?? "").replace(/[^\t]/g, " ")}^`;
  return { start: { offset, line, character }, code, messageText: `${message}\n    ${text}\n    ${caret}` };
}
