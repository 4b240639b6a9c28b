/** One HTML file that works offline: figures with plotly.js inside, light and dark, readable without a mouse and on paper. */
import { StreambookError } from "../errors/index.ts";
import type { Figure } from "./figure.ts";
import { markup, Markup, scriptJson, scriptSource } from "./markup.ts";
import { pageScript } from "./page-script.ts";
import { pageStyle } from "./page-style.ts";
import { undrawnTypes } from "./plotly-source.ts";
import { pagePolicy } from "./policy.ts";
import { template } from "./template.ts";
import { themeChoice } from "./theme-choice.ts";

/** What a {@link standalonePage} is made of. */
export interface PageOptions {
  /** Of the window, and of the page for who hears it. */
  readonly title: string;
  /** One sentence for those who list pages. */
  readonly description: string;
  /** What stands left in the bar at the top, beside the choice of theme. */
  readonly brand: Markup;
  /** What stands right of it: a date, say. @default nothing */
  readonly aside?: Markup;
  /** What stands in `<main>`; figures by {@link figureElement}. */
  readonly body: Markup;
  /** What stands in `<footer>`. @default nothing */
  readonly footer?: Markup;
  /** More style than the page has of itself. @default "" */
  readonly style?: string;
  /** Source of plotly.js, see `plotlySource`. */
  readonly plotly: string;
  /**
   * Source of a script of a page that is served, and follows something: it may ask the server that it comes from, and gives figures anew by
   * an event `streambook:figure` of the document, whose detail is `{ id, figure }`. @default none: the page asks nothing of anyone
   */
  readonly follow?: string;
}

/**
 * Writes a page as one string. It asks nothing of any network: its content security policy forbids it, and only its own scripts, known by their
 * hashes, may run.
 *
 * @example
 * ```ts
 * import { figureElement, markup, plotlySource, standalonePage, timeline } from "streambook/plot";
 * const figure = timeline([{ name: "count", startedAt: 0, seconds: 2 }]);
 * const page = standalonePage({
 *   title: "A run", description: "One stage.", brand: markup`streambook`, plotly: await plotlySource(),
 *   body: figureElement({ id: "timeline", figure, title: "Timeline", description: "One stage of 2 s." }),
 * });
 * console.assert(page.startsWith("<!doctype html>"));
 * ```
 */
export function standalonePage(options: PageOptions): string {
  const { title, description, brand, aside, body, footer, style = "", plotly, follow } = options;
  const sources = [plotly, themeScript, pageScript, ...(follow === undefined ? [] : [follow])];
  const scripts = sources.map((source) => scriptSource(source));
  const [plotlyText, themeText, pageText, followText] = scripts as [string, string, string, string | undefined];
  const policy = pagePolicy({ scripts, images: ["data:", "blob:"], connects: follow !== undefined });
  const templates = { light: template("light"), dark: template("dark") };
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="description" content="${description}">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${new Markup(pageStyle + style)}</style>
<script>${new Markup(themeText)}</script>
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="bar"><div class="bar-inner">
<p class="brand">${brand}</p>${aside === undefined ? "" : markup`<p class="bar-aside">${aside}</p>`}
${themeChoice}
</div></header>
<main id="main">
${body}
</main>
${footer === undefined ? "" : markup`<footer class="foot">${footer}</footer>`}
<p class="unseen" role="status" id="status"></p>
<script type="application/json" id="templates">${new Markup(scriptJson(templates))}</script>
<script>${new Markup(plotlyText)}</script>
<script>${new Markup(pageText)}</script>${
    followText === undefined
      ? ""
      : markup`
<script>${new Markup(followText)}</script>`
  }
</body>
</html>
`.html;
}

/** Runs before anything is drawn, so that a chosen theme does not flash the other one. */
export const themeScript = `try {
  const chosen = localStorage.getItem("streambook-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch { /* no storage: the system's theme it is */ }`;

/** What a {@link figureElement} is made of. */
export interface FigureElementOptions {
  /** Name of the element, unique in the page: letters, digits, dashes. */
  readonly id: string;
  readonly figure: Figure;
  /** What the figure is, in a few words, for who does not see it. */
  readonly title: string;
  /** What it shows: stands below it, and is what a screen reader says. */
  readonly description: string;
  /** The same numbers as a table, folded in below. @default nothing */
  readonly table?: Markup;
}

/** A figure with its caption: the place, the data, the words, the table. */
export function figureElement(options: FigureElementOptions): Markup {
  const { id, figure, title, description, table } = options;
  const undrawn = undrawnTypes(figure.data);
  if (undrawn.length > 0)
    throw new StreambookError("USAGE", `the figure ${id} has traces that this page cannot draw: ${undrawn.join(", ")}`);
  const height = Number(figure.layout["height"] ?? 400);
  return markup`<figure class="figure" id="${id}">
<div class="plot" data-figure="${id}-data" style="height:${height}px" role="img" aria-label="${title}" aria-describedby="${id}-caption"></div>
<noscript><p class="note">Scripts are off, so the figure is not drawn; its numbers are in the table below.</p></noscript>
<script type="application/json" id="${id}-data">${new Markup(scriptJson(figure))}</script>
<figcaption id="${id}-caption">${description}</figcaption>
${table === undefined ? "" : markup`<details><summary>The numbers as a table</summary><div class="scroll" tabindex="0" role="region" aria-label="${title}, as a table">${table}</div></details>`}
</figure>`;
}
