/** What cells have put out, as HTML: texts, tables, pictures, figures, errors; long ones folded, endless ones cut. */
import { stripVTControlCharacters } from "node:util";
import { Resvg } from "@resvg/resvg-js";
import { PLOTLY } from "../lib/src/notebook/index.ts";
import { formatBytes, formatCount } from "../lib/src/format/index.ts";
import { escapeHtml, excerpt, undrawnTypes } from "../lib/src/plot/index.ts";
import type { CellOutput } from "./lesson.ts";
import { encodedPath } from "./links.ts";
import { sanitized } from "./sanitize.ts";
import type { Link, Prose } from "./prose.ts";

/** Lines of a text that are shown before the rest is folded away, and the length that is folded at all. */
const FOLD = { shown: 14, from: 22 };
/** Where a text is cut: nobody reads on, and a page must stay small. */
const CUT = { lines: 400, characters: 40_000 };
/** Longest caption that stands open. */
const CAPTION = 420;

/** A figure of a page: what its own file holds. */
export interface PageFigure {
  readonly figure: { readonly data: readonly unknown[]; readonly layout?: unknown; readonly config?: unknown };
  readonly picture: Buffer | undefined;
}

/** Where outputs are rendered: the page's prose, and a place for what becomes a file of its own. */
export interface OutputPlace {
  readonly prose: Prose;
  readonly link: Link;
  /** Takes a figure, gives its name. */
  readonly addFigure: (figure: PageFigure) => string;
  /** Takes a picture, gives its address. */
  readonly addPicture: (picture: Buffer, type: "png" | "jpeg" | "gif" | "webp" | "svg") => string;
  /** Called with what a page cannot show. */
  readonly warn: (what: string) => void;
}

/** The kinds of pictures that browsers draw. */
const PICTURES = ["png", "jpeg", "gif", "webp", "svg+xml"] as const;
type PictureType = (typeof PICTURES)[number];

/** HTML that is too long for a page, and a figure that is too large to be alive in one. */
const HTML_LIMIT = 1_000_000;
const FIGURE_LIMIT = 8_000_000;

/** One output of a cell as HTML. */
export function outputHtml(output: CellOutput, place: OutputPlace): string {
  if (output.output_type === "stream") return textHtml(textOf(output.text), output.name === "stderr" ? "stderr" : "");
  if (output.output_type === "error") return errorHtml(output);
  return dataHtml(output.data ?? {}, place);
}

/** A text that the format may keep as a list of lines; what is neither is no text. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  return Array.isArray(value) ? value.filter((line) => typeof line === "string").join("") : "";
}

/** A text as a terminal would leave it: no colours, and what was written over is gone. */
export function settled(text: string): string {
  return stripVTControlCharacters(text.replaceAll("\r\n", "\n"))
    .split("\n")
    .map((line) => line.replace(/\r+$/, "").split("\r").at(-1) ?? "")
    .join("\n")
    .replace(/\n+$/, "");
}

function errorHtml({ ename, evalue, traceback }: CellOutput): string {
  const name = textOf(ename) || "Error";
  const trace = settled(
    Array.isArray(traceback) ? traceback.filter((line) => typeof line === "string").join("\n") : "",
  );
  const more = trace === "" ? "" : `<details><summary>Where it happened</summary>${preHtml(cut(trace).text)}</details>`;
  const said = escapeHtml(settled(textOf(evalue)));
  return `<div class="output failed"><p><strong>${escapeHtml(name)}</strong>: ${said}</p>${more}</div>\n`;
}

/** Text of a stream: its beginning, the rest folded; lines of checks in their colours. */
function textHtml(raw: string, kind: string): string {
  const { text, left } = cut(settled(raw));
  if (text.trim() === "") return "";
  const lines = text.split("\n");
  const folded = lines.length > FOLD.from;
  const first = folded ? lines.slice(0, FOLD.shown) : lines;
  const rest = lines.slice(first.length);
  const more = rest.length === 0 ? "" : fold(`${rest.length} more lines`, preHtml(rest.join("\n")));
  const note = left === "" ? "" : `<p class="note">${left}</p>`;
  const label = kind === "stderr" ? '<p class="label">standard error</p>' : "";
  return `<div class="output ${kind}">${label}${preHtml(first.join("\n"))}${more}${note}</div>\n`;
}

function fold(summary: string, html: string): string {
  return `<details class="fold"><summary>${summary}</summary>${html}</details>`;
}

/** Cuts what is endless, and says how much is left out. */
function cut(text: string): { text: string; left: string } {
  const lines = text.split("\n");
  const short = lines.slice(0, CUT.lines).join("\n").slice(0, CUT.characters).toWellFormed();
  if (short.length === text.length) return { text, left: "" };
  const gone = lines.length - short.split("\n").length;
  const amount = gone > 0 ? `${formatCount(gone)} more lines` : "The rest of this line";
  return { text: short, left: `${amount} ${gone > 0 ? "are" : "is"} in the notebook.` };
}

/** The marks that `check` puts before its lines. */
const MARKS: Readonly<Record<string, string>> = { "✓": "passed", "✗": "wrong", "○": "open" };

function preHtml(text: string): string {
  const lines = text.split("\n").map((line) => {
    const kind = MARKS[line.charAt(0)];
    const html = escapeHtml(line);
    return kind === undefined || line.charAt(1) !== " " ? html : `<span class="${kind}">${html}</span>`;
  });
  return `<pre>${lines.join("\n")}</pre>`;
}

/** A format of an output as HTML, or why a page cannot show it; both when something of it is left out. */
interface Form {
  readonly html?: string;
  readonly cannot?: string;
}

type Data = Readonly<Record<string, unknown>>;

/** The formats that a page knows, from the richest on. */
const FORMS: readonly (readonly [type: string, form: (data: Data, place: OutputPlace) => Form])[] = [
  [PLOTLY, figureForm],
  ["text/html", htmlForm],
  ["text/markdown", (data, place) => ({ html: markdownHtml(textOf(data["text/markdown"]), place) })],
  [
    "text/latex",
    (data, { prose }) => ({
      html: `<div class="output rich">${prose.html(textOf(data["text/latex"]), {}, true)}</div>\n`,
    }),
  ],
  ...PICTURES.map(
    (type) => [`image/${type}`, (data: Data, place: OutputPlace) => pictureForm(type, data, place)] as const,
  ),
  ["text/plain", (data) => ({ html: textHtml(textOf(data["text/plain"]), "value") })],
  ["application/json", (data) => ({ html: textHtml(JSON.stringify(data["application/json"], undefined, 2), "value") })],
];
const KNOWN = new Set(FORMS.map(([type]) => type));

/** The richest format of an output that a page can show. What is shown as less than it is becomes a warning of the build. */
function dataHtml(data: Data, place: OutputPlace): string {
  const lost = Object.keys(data)
    .filter((type) => !KNOWN.has(type))
    .map((type) => `an output of the type ${type}`);
  for (const [type, form] of FORMS) {
    if (data[type] === undefined) continue;
    const { html = "", cannot } = form(data, place);
    if (cannot !== undefined) lost.push(cannot);
    if (html === "") continue;
    if (lost.length > 0) place.warn(`${lost.join(", ")} cannot be shown on a page; ${type} is shown`);
    return html;
  }
  if (lost.length === 0) return "";
  place.warn(`${lost.join(", ")} cannot be shown on a page, and there is nothing else to show`);
  const what = escapeHtml(lost.join(", "));
  return `<p class="output note">${what.charAt(0).toUpperCase()}${what.slice(1)}, which a page cannot show.</p>\n`;
}

/** What is loaded or run, and so is left out of a page. */
const ACTIVE = /<(script|iframe|object|embed|canvas|video|audio|form)\b/i;

function htmlForm(data: Data, place: OutputPlace): Form {
  const html = textOf(data["text/html"]);
  if (html.trim() === "") return {};
  if (html.length > HTML_LIMIT) return { cannot: `HTML of ${formatBytes(html.length)}` };
  const clean = sanitized(withPictures(html, place), { link: place.link });
  const active = ACTIVE.exec(html)?.[1]?.toLowerCase();
  if (!isVisible(clean))
    return { cannot: active === undefined ? "HTML of which nothing can be seen" : `HTML that needs ${active}` };
  return {
    html: `<div class="output rich">${clean}</div>\n`,
    ...(active !== undefined && { cannot: `HTML with its ${active}` }),
  };
}

/** Whether anything of sanitized HTML is seen. */
export function isVisible(html: string): boolean {
  return /<(img|hr)\b/.test(html) || html.replace(/<[^>]*>|&nbsp;|\s/g, "") !== "";
}

/** Drawings within HTML become pictures of their own, in which no script runs; one that is none is left to the sanitizer. */
function withPictures(html: string, { addPicture }: OutputPlace): string {
  return html.replaceAll(/<svg\b(?:(?!<svg\b)[^])*?<\/svg\s*>/gi, (svg) => {
    const file = svg.includes("xmlns=") ? svg : svg.replace(/^<svg/i, '<svg xmlns="http://www.w3.org/2000/svg"');
    const bytes = Buffer.from(file);
    return isPicture("svg+xml", bytes) ? `<img src="${addPicture(bytes, "svg")}" alt="">` : svg;
  });
}

function pictureForm(type: PictureType, data: Data, { addPicture }: OutputPlace): Form {
  const text = textOf(data[`image/${type}`]);
  const bytes = type === "svg+xml" ? Buffer.from(text) : Buffer.from(text, "base64");
  if (!isPicture(type, bytes)) return { cannot: `a picture that is no ${type.replace("+xml", "")}` };
  const alt = escapeHtml(excerpt(textOf(data["text/plain"]) || "A picture", 300));
  const address = addPicture(bytes, type === "svg+xml" ? "svg" : type);
  return { html: `<div class="output rich"><img src="${address}" alt="${alt}" loading="lazy"></div>\n` };
}

/** Whether bytes are what they say, so that a page has no broken picture. */
function isPicture(type: PictureType, bytes: Buffer): boolean {
  if (type === "svg+xml") return isDrawing(bytes.toString());
  const mark = { png: "\x89PNG", jpeg: "\xff\xd8\xff", gif: "GIF8", webp: "RIFF" }[type];
  return bytes.toString("latin1", 0, mark.length) === mark;
}

/** Whether a text is an SVG that a browser draws: one that is not well-formed stays blank. */
function isDrawing(svg: string): boolean {
  try {
    new Resvg(svg);
    return true;
  } catch {
    return false;
  }
}

/** Markdown that a cell puts out: the code of the library, mostly. A long listing is folded. */
function markdownHtml(markdown: string, { prose }: OutputPlace): string {
  const [title = "", ...others] = markdown.split("\n");
  const lines = markdown.split("\n").length;
  if (lines <= FOLD.from) return `<div class="output rich">${prose.html(markdown, {}, true)}</div>\n`;
  const rest = prose.html(others.join("\n"), {}, true);
  const listing = `<details class="fold"><summary>${prose.inline(title)} <span>(${lines - 4} lines)</span></summary>${rest}</details>`;
  return `<div class="output rich">${listing}</div>\n`;
}

function figureOf(value: unknown): PageFigure["figure"] | undefined {
  const parsed: unknown = typeof value === "string" || Array.isArray(value) ? tryJson(textOf(value)) : value;
  const figure = parsed as { data?: unknown } | null | undefined;
  return typeof figure === "object" && Array.isArray(figure?.data) ? (figure as PageFigure["figure"]) : undefined;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A figure: alive, if the site's plotly.js draws all of it and it is no burden; else its picture, with its words; else something
 * that is not this form.
 */
function figureForm(data: Data, place: OutputPlace): Form {
  const figure = figureOf(data[PLOTLY]);
  if (figure === undefined) return { cannot: "a figure that is none" };
  const undrawn = undrawnTypes(figure.data);
  const bytes = undrawn.length > 0 ? 0 : JSON.stringify(figure).length;
  if (undrawn.length === 0 && bytes <= FIGURE_LIMIT) return { html: figureHtml(figure, data, place, true) };
  const cannot = undrawn.length > 0 ? `a figure with ${undrawn.join(", ")}` : `a figure of ${formatBytes(bytes)}`;
  const kept = pngSize(Buffer.from(textOf(data["image/png"]), "base64")) !== undefined;
  return kept ? { html: figureHtml(figure, data, place, false), cannot } : { cannot };
}

/** The picture at once, and what the script needs to make it alive; the words for everybody, read out with it. */
function figureHtml(
  figure: PageFigure["figure"],
  data: Readonly<Record<string, unknown>>,
  { addFigure, addPicture }: OutputPlace,
  alive: boolean,
): string {
  const bytes = Buffer.from(textOf(data["image/png"]), "base64");
  const picture = pngSize(bytes) === undefined ? undefined : bytes;
  if (!alive) return stillHtml(bytes, figure, data, addPicture);
  const name = addFigure({ figure, picture });
  const id = `figure-${name.split("-").at(-1)}`;
  const title = escapeHtml(figureTitle(figure));
  const words = escapeHtml(textOf(data["text/plain"]).replace(/\s+/g, " ").trim());
  const height = heightOf(figure);
  const { width: pixels, height: rows } = pngSize(bytes) ?? { width: 760, height };
  const still =
    picture === undefined
      ? `<p class="note">${title}</p>`
      : `<img src="figures/${encodedPath(name)}.png" alt="${title}" width="${pixels}" height="${rows}" loading="lazy" decoding="async">`;
  const long = words.length > CAPTION;
  const caption = long ? `<details><summary>The figure in words</summary><p>${words}</p></details>` : words;
  return `<figure class="output figure" id="${id}" data-figure="${name}" data-title="${title}" style="--height:${height}px">
<div class="still">${still}</div>
<figcaption id="${id}-words">${caption || title}</figcaption>
</figure>\n`;
}

/** A figure that stays a picture. */
function stillHtml(
  picture: Buffer,
  figure: PageFigure["figure"],
  data: Data,
  addPicture: OutputPlace["addPicture"],
): string {
  const title = escapeHtml(figureTitle(figure));
  const words = escapeHtml(textOf(data["text/plain"]).replace(/\s+/g, " ").trim());
  const { width, height } = pngSize(picture) ?? { width: 760, height: 380 };
  const image = `<img src="${addPicture(picture, "png")}" alt="${title}" width="${width}" height="${height}" loading="lazy">`;
  return `<figure class="output figure"><div class="still">${image}</div>\n<figcaption>${words || title}</figcaption>\n</figure>\n`;
}

/** The title of a figure in words. */
export function figureTitle({ layout }: PageFigure["figure"]): string {
  const { title } = (layout ?? {}) as { title?: unknown };
  const text = typeof title === "string" ? title : ((title as { text?: unknown } | undefined)?.text ?? "");
  return (typeof text === "string" ? text : "").replace(/<[^>]+>/g, " ").trim() || "Figure";
}

function heightOf({ layout }: PageFigure["figure"]): number {
  const { height } = (layout ?? {}) as { height?: unknown };
  return typeof height === "number" && height > 0 && height < 4000 ? Math.round(height) : 380;
}

/** Width and height of a PNG, if it is one. */
export function pngSize(bytes: Buffer): { width: number; height: number } | undefined {
  if (bytes.length < 24 || bytes.toString("latin1", 1, 4) !== "PNG") return undefined;
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
}
