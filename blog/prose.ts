/** The Markdown of a notebook as HTML: headings with anchors, coloured code, formulas, and links that lead to pages of the guide. */
import markdownIt, { type MarkdownIt, type Token } from "markdown-it";
import { escapeHtml } from "../lib/src/plot/index.ts";
import type { Attachments } from "./lesson.ts";
import type { Highlighter } from "./highlight.ts";
import { formula, formulasAsText, mathSyntax } from "./math.ts";
import { sanitized } from "./sanitize.ts";

/** A heading of a page, for its table of contents. */
export interface Heading {
  readonly level: number;
  readonly id: string;
  /** HTML of its text. */
  readonly html: string;
}

/** Turns the target of a link in a notebook into one of the site; undefined when it leads nowhere. */
export type Link = (href: string) => string | undefined;

/** Marks the place of HTML of our own in what is sanitized: characters that no text has (Unicode's private use). */
const [OPEN, CLOSE] = ["\ue000", "\ue001"];

/** Renders the prose of one page, and remembers its headings. */
export class Prose {
  readonly headings: Heading[] = [];
  readonly #markdown: MarkdownIt;
  readonly #highlighter: Highlighter;
  readonly #link: Link;
  readonly #ids = new Set<string>();
  #own: string[] = [];

  constructor(highlighter: Highlighter, link: Link) {
    this.#highlighter = highlighter;
    this.#link = link;
    this.#markdown = markdownIt({ html: true, linkify: false, typographer: false });
    mathSyntax(this.#markdown);
    const { rules } = this.#markdown.renderer;
    rules["fence"] = (tokens, at) => this.#keep(this.code(tokens[at]?.content ?? "", tokens[at]?.info ?? ""));
    rules["code_block"] = (tokens, at) => this.#keep(this.code(tokens[at]?.content ?? "", "text"));
    rules["code_inline"] = (tokens, at) => this.#keep(codeInLine(tokens[at]?.content ?? ""));
    rules["math"] = (tokens, at) => this.#keep(formula(tokens[at]?.content ?? "", false));
    rules["math_block"] = (tokens, at) =>
      this.#keep(`<p class="formula wide">${formula(tokens[at]?.content ?? "", true)}</p>\n`);
  }

  /** Markdown as HTML; its headings are listed, unless it stands aside (a solution, an output). */
  html(text: string, attachments: Attachments = {}, aside = false): string {
    const tokens = this.#markdown.parse(plain(text), {});
    for (const [at, token] of tokens.entries()) {
      if (token.type === "heading_open" && !aside) this.#addHeading(token, tokens[at + 1]);
      for (const child of token.children ?? []) if (child.type === "image") attach(child, attachments);
    }
    return this.#finish(this.#markdown.renderer.render(tokens, this.#markdown.options, {}), this.#ids);
  }

  /** Markdown without paragraphs as HTML: a title, a definition. */
  inline(text: string): string {
    return this.#finish(this.#markdown.renderInline(plain(text)), new Set());
  }

  /** Code in its frame, with a button that copies it. */
  code(text: string, language: string): string {
    const [name = ""] = language.trim().split(/\s/);
    const body = this.#highlighter.html(text.replace(/\n+$/, ""), name);
    return `<div class="code"><pre><code>${body}</code></pre></div>\n`;
  }

  /** An id that no other heading of the page has. */
  id(text: string): string {
    const name = slug(text);
    let id = name;
    for (let count = 2; this.#ids.has(id); count++) id = `${name}-${count}`;
    this.#ids.add(id);
    return id;
  }

  #addHeading(open: Token, content: Token | undefined): void {
    const text = content?.content ?? "";
    const id = this.id(text);
    open.attrSet("id", id);
    const level = Math.max(2, Number(open.tag.slice(1)));
    this.headings.push({ level, id, html: this.inline(text).replace(/<\/?a\b[^>]*>/g, "") });
  }

  #keep(html: string): string {
    this.#own.push(html);
    return `${OPEN}${this.#own.length - 1}${CLOSE}`;
  }

  #finish(html: string, ids: ReadonlySet<string>): string {
    const clean = sanitized(html, { link: this.#link, ids }).replaceAll(
      new RegExp(`${OPEN}(\\d+)${CLOSE}([,.;:?!)]*)`, "g"),
      (_, index: string, behind: string) => {
        const own = this.#own[Number(index)] ?? "";
        // A comma behind a formula must not begin a line.
        return behind !== "" && own.startsWith('<span class="katex')
          ? `<span class="nowrap">${own}${behind}</span>`
          : own + behind;
      },
    );
    return clean.replaceAll(
      /<(h[2-6]) id="([^"]+)">([^]*?)<\/\1>/g,
      '<$1 id="$2">$3 <a class="anchor" href="#$2" aria-label="Link to this section"></a></$1>',
    );
  }
}

/** Markdown as plain words, for descriptions, feeds and the search. */
export function plainText(markdown: string): string {
  return formulasAsText(markdown.replace(/```[^]*?```/g, " "))
    .replace(/^(?=.*\|)[ \t|:-]+$/gm, " ") // the line below a table's head
    .replace(/^[ \t]*\||\|[ \t]*$/gm, " ")
    .replace(/^[ \t]*>[ \t]?/gm, "")
    .replace(/<[A-Za-z/!][^>]*>/g, " ")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^#{1,6} +/gm, "")
    .replace(/(\*\*|__|`)/g, "")
    .replace(/(?<![\w*])[*_](\S(?:[^*_]*\S)?)[*_](?![\w*])/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}

/** Longest code within a line that is kept on one, in characters: they fit on a phone, in a list, too. */
const WHOLE = 30;

/** Code within a line. A browser would break it after each hyphen, and `--data` into three: short code stays whole, and so do its words. */
function codeInLine(code: string): string {
  if (code.length <= WHOLE) return `<code${/[- ]/.test(code) ? ' class="nowrap"' : ""}>${escapeHtml(code)}</code>`;
  const words = code.split(/( +)/).map((word) => {
    const text = escapeHtml(word);
    return word.includes("-") && word.length <= WHOLE ? `<span class="nowrap">${text}</span>` : text;
  });
  return `<code>${words.join("")}</code>`;
}

/** The name of a heading in an address: `## Keys, and order` is `keys-and-order`. */
export function slug(text: string): string {
  const name = plainText(text)
    .toLowerCase()
    .normalize("NFKD")
    .replace(/\p{M}|['’]/gu, "")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "");
  return /^\p{L}/u.test(name) ? name : `section${name === "" ? "" : `-${name}`}`;
}

/** A picture that the cell brings along, as a data address. */
function attach(image: Token, attachments: Attachments): void {
  const name = /^attachment:(.+)$/.exec(String(image.attrGet("src") ?? ""))?.[1];
  const named = Object.entries(attachments).find(([key]) => key === name || encodeURI(key) === name)?.[1] ?? {};
  const [type, data] = Object.entries(named)[0] ?? [];
  if (type !== undefined && data !== undefined) image.attrSet("src", `data:${type};base64,${data}`);
}

/** A text without the characters that mark places. */
function plain(text: string): string {
  return text.replace(/[\ue000\ue001]/g, "\ufffd");
}
