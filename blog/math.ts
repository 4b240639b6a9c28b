/** Mathematics between dollar signs: `$x$` in a line, `$$ … $$` on lines of its own. KaTeX draws it, MathML describes it to screen readers. */
import katex from "katex";
import type { MarkdownIt, StateBlock, StateInline } from "markdown-it";

/** A formula as HTML; one that KaTeX does not understand stays as it was written, marked as wrong. */
export function formula(tex: string, displayMode: boolean): string {
  return katex.renderToString(tex, { displayMode, throwOnError: false, strict: false, trust: false });
}

/** Teaches Markdown the two forms; a renderer must be given for the tokens `math` and `math_block`. */
export function mathSyntax(markdown: MarkdownIt): void {
  markdown.inline.ruler.after("escape", "math", inlineMath);
  markdown.block.ruler.after("blockquote", "math_block", blockMath, { alt: ["paragraph", "reference", "list"] });
}

/** `$x$`: no blank inside next to the signs, and no digit behind, so that "$5 and $6" are amounts; nor code. */
function inlineMath(state: StateInline, silent: boolean): boolean {
  if (state.src[state.pos] !== "$") return false;
  const found = /^(\$\$?)(?!\s)((?:\\.|[^$\\`])+?)(?<!\s)\1(?!\d)/.exec(state.src.slice(state.pos));
  if (found === null) return false;
  const [whole, , tex = ""] = found;
  if (!silent) Object.assign(state.push("math", "", 0), { content: tex });
  state.pos += whole.length;
  return true;
}

function blockMath(state: StateBlock, startLine: number, endLine: number, silent: boolean): boolean {
  const text = (line: number): string =>
    state.src.slice((state.bMarks[line] ?? 0) + (state.tShift[line] ?? 0), state.eMarks[line]);
  if (!text(startLine).startsWith("$$")) return false;
  let last = startLine;
  const closes = (line: number): boolean => /\$\$\s*$/.test(line === startLine ? text(line).slice(2) : text(line));
  while (last < endLine && !closes(last)) last++;
  if (last >= endLine) return false;
  if (silent) return true;
  const lines = Array.from({ length: last - startLine + 1 }, (_, index) => text(startLine + index));
  const token = state.push("math_block", "", 0);
  token.content = lines
    .join("\n")
    .trim()
    .replace(/^\$\$|\$\$$/g, "")
    .trim();
  token.map = [startLine, last + 1];
  state.line = last + 1;
  return true;
}
