/** Code in colours, for both themes: each pair of colours is a class, so that a page holds names and the style sheet the colours. */
import type { HighlighterCore } from "shiki/core";
import { createHighlighterCore } from "shiki/core";
import { createJavaScriptRegexEngine } from "shiki/engine/javascript";
import { contrast, escapeHtml, themes, type ThemeName } from "../lib/src/plot/index.ts";

/** Contrast that the smallest letters want (WCAG 2.2, 1.4.3), and a little more for rounding. */
const READABLE = 4.6;
/** Names that lessons give to languages, and the grammar that colours them. */
const GRAMMARS: Readonly<Record<string, string>> = {
  ...{ typescript: "typescript", ts: "typescript", javascript: "typescript", js: "typescript" },
  ...{ bash: "bash", sh: "bash", shell: "bash", console: "bash", json: "json", ndjson: "json", sql: "sql" },
};

/** The ground of code in each theme. */
export const codeGround: Readonly<Record<ThemeName, string>> = { light: "#f1f4f7", dark: "#111920" };

/** Colours code, and gathers the rules that its classes need. */
export class Highlighter {
  readonly #core: HighlighterCore;
  readonly #classes = new Map<string, string>();

  private constructor(core: HighlighterCore) {
    this.#core = core;
  }

  static async load(): Promise<Highlighter> {
    const core = await createHighlighterCore({
      themes: [import("@shikijs/themes/github-light"), import("@shikijs/themes/github-dark")],
      langs: [
        import("@shikijs/langs/typescript"),
        import("@shikijs/langs/bash"),
        import("@shikijs/langs/json"),
        import("@shikijs/langs/sql"),
      ],
      engine: createJavaScriptRegexEngine(),
    });
    return new Highlighter(core);
  }

  /** The inside of a `<code>` element. A language that is not known stays plain. */
  html(code: string, language: string): string {
    const lang = GRAMMARS[language.toLowerCase()];
    if (lang === undefined) return escapeHtml(code);
    const lines = this.#core.codeToTokensWithThemes(code, {
      tokenizeTimeLimit: 0, // on a busy machine, too, every line is coloured
      lang,
      themes: { light: "github-light", dark: "github-dark" },
    });
    return lines
      .map((line) => {
        let html = "";
        let open: string | undefined;
        for (const { content, variants } of line) {
          const name = content.trim() === "" ? open : this.#class(variants["light"]?.color, variants["dark"]?.color);
          if (name !== open && open !== undefined && open !== "") html += "</span>";
          if (name !== open && name !== undefined && name !== "") html += `<span class="${name}">`;
          open = name;
          html += escapeHtml(content);
        }
        return open === undefined || open === "" ? html : `${html}</span>`;
      })
      .join("\n");
  }

  /** The class of a pair of colours; "" for the colours of plain text. */
  #class(light = "", dark = ""): string {
    if (light.toLowerCase() === "#24292e") return "";
    const pair = `${light} ${dark}`;
    const known = this.#classes.get(pair);
    if (known !== undefined) return known;
    const name = `t${this.#classes.size}`;
    this.#classes.set(pair, name);
    return name;
  }

  /** The rules of all classes so far; each colour is brought to where it is readable on its ground. */
  rules(theme: ThemeName): readonly (readonly [selector: string, colour: string])[] {
    return [...this.#classes].map(([pair, name]) => {
      const [light = "", dark = ""] = pair.split(" ");
      return [`.${name}`, readable(theme === "light" ? light : dark, theme)];
    });
  }
}

/** A colour as it is, or moved towards the ink of its theme as far as it must be. */
function readable(colour: string, theme: ThemeName): string {
  const wanted = /^#[0-9a-f]{6}$/i.test(colour) ? colour : themes[theme].ink;
  for (let part = 0; part < 1; part += 0.05) {
    const mixed = mix(wanted, themes[theme].ink, part);
    if (contrast(mixed, codeGround[theme]) >= READABLE) return mixed;
  }
  return themes[theme].ink;
}

function mix(from: string, to: string, part: number): string {
  const channel = (colour: string, at: number): number => Number.parseInt(colour.slice(at, at + 2), 16);
  const mixed = [1, 3, 5].map((at) => Math.round(channel(from, at) * (1 - part) + channel(to, at) * part));
  return `#${mixed.map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
