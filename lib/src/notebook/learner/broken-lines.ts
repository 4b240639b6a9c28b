/** Breaks lines of code where words end, for pages that would cut them anywhere. */

/** Widest line of a page, in characters. */
const WIDEST = 88;

/** Code whose lines fit a page. What is broken goes on four columns farther in; a comment goes on as a comment. */
export function brokenLines(code: string, widest = WIDEST): string {
  return code
    .split("\n")
    .flatMap((line) => broken(line, widest))
    .join("\n");
}

function broken(line: string, widest: number): string[] {
  if (line.length <= widest) return [line];
  const [, indent = "", mark = ""] = /^(\s*)(\*\s+|\/\/\s+|)/.exec(line) ?? [];
  const at = breakOf(line, indent.length + mark.length, widest, mark === "");
  if (at === undefined) return [line];
  const next = mark === "" ? `${indent}    ` : `${indent}${mark}`;
  const rest = `${next}${line.slice(at + 1)}`;
  return rest.length < line.length ? [line.slice(0, at), ...again(rest, widest, mark === "")] : [line];
}

/** What is broken once more stays where it went on. */
function again(line: string, widest: number, isCode: boolean): string[] {
  const rest = broken(line, widest);
  return isCode ? rest.map((text, index) => (index === 0 ? text : text.replace(/^ {4}/, ""))) : rest;
}

/** The last blank that fits, outside of strings if there is one. */
function breakOf(line: string, first: number, widest: number, isCode: boolean): number | undefined {
  let [quote, inside, outside]: [string, number | undefined, number | undefined] = ["", undefined, undefined];
  for (let at = first; at <= widest; at++) {
    const character = line.charAt(at);
    if (isCode && /["'`]/.test(character) && line.charAt(at - 1) !== "\\") {
      if (quote === "") quote = character;
      else if (quote === character) quote = "";
    }
    if (character !== " " || at === first) continue;
    if (quote === "") outside = at;
    else inside = at;
  }
  return outside !== undefined && outside > first + 20 ? outside : (inside ?? outside);
}
