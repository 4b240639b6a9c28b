/** Text on its way into a page, a script or a figure. What is not marked as markup is escaped: forgetting is safe. */
import type { Json } from "./figure.ts";

/** A piece of HTML that is meant as such. */
export class Markup {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }

  toString(): string {
    return this.html;
  }
}

/** What may stand in the gaps of {@link markup}: text is escaped, {@link Markup} stands as it is, nothing is left out. */
export type MarkupPart = string | number | Markup | readonly MarkupPart[] | undefined | false;

/**
 * Builds HTML from a template literal, in which everything interpolated is escaped unless it is {@link Markup} itself.
 *
 * @example
 * ```ts
 * import { markup } from "streambook/plot";
 * const item = markup`<li title="${'say "cheese"'}">${"a < b"}</li>`;
 * console.assert(item.html === '<li title="say &quot;cheese&quot;">a &lt; b</li>');
 * ```
 */
export function markup(strings: TemplateStringsArray, ...parts: readonly MarkupPart[]): Markup {
  return new Markup(strings.map((text, index) => text + render(parts[index])).join(""));
}

function render(part: MarkupPart): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Markup) return part.html;
  if (typeof part === "number") return String(part);
  if (typeof part === "string") return escapeHtml(part);
  return part.map(render).join("");
}

const HTML_ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text for an element or a quoted attribute. Control characters, which HTML does not allow, become U+FFFD. */
export function escapeHtml(text: string): string {
  return withoutControls(text).replace(/[&<>"']/g, (character) => HTML_ENTITIES[character] as string);
}

/**
 * Text for a label of a Plotly figure, which reads a few tags (`<b>`, `<br>`, `<a>`) and entities as markup. Quotes stay: Plotly would show
 * `&quot;` letter by letter.
 */
export function escapeLabel(text: string): string {
  return withoutControls(text).replace(/[&<>]/g, (character) => HTML_ENTITIES[character] as string);
}

/** JSON for a `<script>` element: no `<` is left that could end the element, nor a line separator that ends a statement. */
export function scriptJson(value: Json | object): string {
  return JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A script for a `<script>` element: what could end the element, or open a comment in it, is written with an escape. */
export function scriptSource(source: string): string {
  return source.replace(/<(?=\/script|!--)/gi, "\\x3c");
}

/** Cuts a text to a number of characters (code points), with an ellipsis in the place of what is gone; white space becomes single spaces. */
export function excerpt(text: string, length = 160): string {
  const flat = text.replace(/\s+/g, " ").trim();
  if (flat.length <= length) return flat;
  const characters = [...flat];
  return characters.length <= length
    ? flat
    : `${characters
        .slice(0, length - 1)
        .join("")
        .trimEnd()}…`;
}

/** Breaks a text at spaces into lines of at most so many characters; a longer word is broken where it is. */
export function wrapLines(text: string, width = 64): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((word) => pieces(word, width))) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}

function pieces(word: string, width: number): string[] {
  if (word.length <= width) return [word];
  const characters = [...word];
  return Array.from({ length: Math.ceil(characters.length / width) }, (_, index) =>
    characters.slice(index * width, (index + 1) * width).join(""),
  );
}

// eslint-disable-next-line no-control-regex -- finding them is the point
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/g;

function withoutControls(text: string): string {
  return text.toWellFormed().replace(CONTROLS, "\ufffd");
}
