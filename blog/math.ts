/** Mathematics between dollar signs: `$x$` in a line, `$$ … $$` on lines of its own. KaTeX draws it, MathML describes it to screen readers. */
import katex from "katex";
import type { MarkdownIt, StateBlock, StateInline } from "markdown-it";

/** A formula as HTML; one that KaTeX does not understand stays as it was written, marked as wrong. */
export function formula(tex: string, displayMode: boolean): string {
  return katex.renderToString(tex, { displayMode, throwOnError: false, strict: false, trust: false });
}

/** Formulas in a Markdown text, where mathSyntax finds them: `$$ … $$` over lines, or `$x$` in one. */
const FORMULAS = /\$\$(?<block>[^$`]+?)\$\$|\$(?!\s)(?<inline>(?:\\.|[^$\\`\n])+?)(?<!\s)\$(?!\d)/g;

/** A Markdown text with its formulas as one would say them, `tf·log(N/df)`: for descriptions, feeds and the search. */
export function formulasAsText(markdown: string): string {
  return markdown.replaceAll(FORMULAS, (_, block?: string, inline?: string) => formulaText(block ?? inline ?? ""));
}

/** The letters of a formula: KaTeX knows what each command stands for, and MathML has it as text. */
function formulaText(tex: string): string {
  const options = { output: "mathml", throwOnError: false, strict: false, trust: false } as const;
  const html = katex.renderToString(tex, options);
  if (!html.includes("<math")) return " ";
  let text = html.replace(/<annotation\b[^]*?<\/annotation>/g, "");
  // The innermost fractions first.
  for (let before = ""; before !== text;) {
    before = text;
    text = text.replace(/<mfrac\b[^>]*>((?:(?!<mfrac)[^])*?)<\/mfrac>/, (_mfrac, parts: string) => {
      const [over, under] = childrenOf(parts);
      return `<mi>${over}/${under}</mi>`;
    });
  }
  return plainLetters(text);
}

/** What stands above and below in a fraction, which has two children. */
function childrenOf(parts: string): [string, string] {
  let depth = 0;
  for (const { index, 0: tag, 1: closing } of parts.matchAll(/<(\/?)\w+[^>]*>/g)) {
    depth += closing === "/" ? -1 : 1;
    if (depth === 0) return [parts.slice(0, index + tag.length), parts.slice(index + tag.length)];
  }
  return [parts, ""];
}

/** Without tags, entities of XML, and the invisible signs between a function and its argument. */
function plainLetters(html: string): string {
  const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', nbsp: " " };
  return html
    .replace(/<[^>]+>/g, "")
    .replace(/[\u2061-\u2064]/g, "")
    .replace(/&(lt|gt|amp|quot|nbsp);/g, (_, name: string) => entities[name] ?? "");
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
