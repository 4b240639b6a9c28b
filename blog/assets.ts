/** What all pages share: style, scripts, fonts and plotly.js, each under a name that changes with its content. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { plotlySource, themes, type ThemeName, FIGURE_FONT } from "../lib/src/plot/index.ts";
import { codeGround, type Highlighter } from "./highlight.ts";

/** The files of a site, by their path in it. */
export type Files = Map<string, string | Buffer>;

/** Addresses of what pages load. */
export interface Assets {
  readonly style: string;
  readonly mathStyle: string;
  readonly script: string;
  readonly figures: string;
  readonly search: string;
  readonly entries: string;
  readonly plotly: string;
  readonly icon: string;
}

const here = import.meta.dirname;
const require = createRequire(import.meta.url);

/** The scripts of the pages, from TypeScript to what browsers run. */
export async function buildScripts(): Promise<ReadonlyMap<string, string>> {
  const { outputFiles } = await build({
    entryPoints: ["page", "figures", "search"].map((name) => join(here, "client", `${name}.ts`)),
    outdir: "scripts",
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    target: "es2022",
    logLevel: "silent",
  });
  return new Map(outputFiles.map(({ path, text }) => [/(\w+)\.js$/.exec(path)?.[1] ?? path, text]));
}

/** Adds the shared files, and says where they are. Last of all, so that the style knows every colour of the code. */
export async function addAssets(files: Files, highlighter: Highlighter, entries: string): Promise<Assets> {
  const [scripts, plotly, mathStyle, style] = await Promise.all([
    buildScripts(),
    plotlySource(),
    addMathFonts(files),
    siteStyle(highlighter),
  ]);
  const add = (name: string, content: string): string => {
    const path = `assets/${name.replace(/(?=\.\w+$)/, `-${fingerprint(content)}`)}`;
    files.set(path, content);
    return path;
  };
  return {
    style: add("style.css", style),
    mathStyle: add("math.css", mathStyle),
    script: add("page.js", scripts.get("page") ?? ""),
    figures: add("figures.js", scripts.get("figures") ?? ""),
    search: add("search.js", scripts.get("search") ?? ""),
    entries: add("entries.js", entries),
    plotly: add("plotly.js", plotly),
    icon: add("icon.svg", icon),
  };
}

/** Eight hexadecimal digits that change with a content. */
export function fingerprint(content: string | Buffer): string {
  return createHash("sha256").update(content).digest("hex").slice(0, 8);
}

/** KaTeX's style with the one format of its fonts that every browser of today reads. */
async function addMathFonts(files: Files): Promise<string> {
  const folder = dirname(require.resolve("katex"));
  const style = await readFile(join(folder, "katex.min.css"), "utf8");
  for (const name of await readdir(join(folder, "fonts")))
    if (name.endsWith(".woff2")) files.set(`assets/fonts/${name}`, await readFile(join(folder, "fonts", name)));
  return style.replaceAll(/,url\([^)]*\.(woff|ttf)\) format\("\w+"\)/g, "");
}

const BOOK_FONT = '"Iowan Old Style",Charter,"Bitstream Charter","Sitka Text",Cambria,"Noto Serif",Georgia,serif';
const CODE_FONT = 'ui-monospace,SFMono-Regular,Menlo,Consolas,"Noto Sans Mono","DejaVu Sans Mono",monospace';

/** The style sheet: the colours of both themes as custom properties and classes of code, then the rules that use them. */
async function siteStyle(highlighter: Highlighter): Promise<string> {
  const names = ["base.css", "chrome.css", "article.css", "front.css", "print.css"];
  const rules = await Promise.all(names.map((name) => readFile(join(here, "theme", name), "utf8")));
  const dark = (scope: string): string =>
    `${scope}{${properties("dark")}}${highlighter
      .rules("dark")
      .map(([selector, colour]) => `${scope} ${selector}{color:${colour}}`)
      .join("")}`;
  return [
    `:root{${properties("light")};--text:${FIGURE_FONT};--book:${BOOK_FONT};--mono:${CODE_FONT}}`,
    ...highlighter.rules("light").map(([selector, colour]) => `${selector}{color:${colour}}`),
    `@media screen and (prefers-color-scheme:dark){${dark(":root:not([data-theme=light])")}}`,
    `@media screen{${dark(":root[data-theme=dark]")}}`,
    ...rules,
  ].join("\n");
}

function properties(name: ThemeName): string {
  const { page, surface, ink, muted, line, accent, good, notice, bad } = themes[name];
  const colours = { page, surface, ink, muted, line, accent, good, notice, bad, ground: codeGround[name] };
  const all = Object.entries(colours).map(([key, colour]) => `--${key}:${colour}`);
  return `color-scheme:${name};${all.join(";")}`;
}

const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="${themes.light.accent}"/><path d="M7 10c4-3 6 3 9 0s6 3 9 0M7 16c4-3 6 3 9 0s6 3 9 0M7 22c4-3 6 3 9 0s6 3 9 0" fill="none" stroke="#fff" stroke-width="2.4" stroke-linecap="round"/></svg>`;
