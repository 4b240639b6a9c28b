/** What cells have put out, as HTML: texts, tables, pictures, figures, errors; long ones folded, endless ones cut. */
import { stripVTControlCharacters } from "node:util";
import { PLOTLY } from "../lib/src/notebook/index.ts";
import { escapeHtml, excerpt } from "../lib/src/plot/index.ts";
import type { CellOutput } from "./lesson.ts";
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
  readonly addPicture: (picture: Buffer, type: "png" | "jpeg" | "svg") => string;
}

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
  const amount = gone > 0 ? `${gone.toLocaleString("en-US")} more lines` : "The rest of this line";
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

/** The richest format of an output that a page can show. */
function dataHtml(data: Readonly<Record<string, unknown>>, place: OutputPlace): string {
  const text = (type: string): string | undefined => (data[type] === undefined ? undefined : textOf(data[type]));
  const figure = figureOf(data[PLOTLY]);
  if (figure !== undefined) return figureHtml(figure, data, place);
  const html = text("text/html");
  if (html !== undefined && html.trim() !== "")
    return `<div class="output rich">${sanitized(html, { link: place.link })}</div>\n`;
  const markdown = text("text/markdown");
  if (markdown !== undefined) return markdownHtml(markdown, place);
  const tex = text("text/latex");
  if (tex !== undefined) return `<div class="output rich">${place.prose.html(tex, {}, true)}</div>\n`;
  const picture = pictureOf(data);
  if (picture !== undefined) {
    const address = place.addPicture(picture.bytes, picture.type);
    const alt = escapeHtml(excerpt(text("text/plain") ?? "A picture", 300));
    return `<div class="output rich"><img src="${address}" alt="${alt}" loading="lazy"></div>\n`;
  }
  const plain = text("text/plain");
  if (plain !== undefined) return textHtml(plain, "value");
  const json = data["application/json"];
  if (json !== undefined) return textHtml(JSON.stringify(json, undefined, 2), "value");
  const types = Object.keys(data).map(escapeHtml).join(", ");
  return types === "" ? "" : `<p class="output note">An output of the type ${types}, which a page cannot show.</p>\n`;
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

function pictureOf(
  data: Readonly<Record<string, unknown>>,
): { bytes: Buffer; type: "png" | "jpeg" | "svg" } | undefined {
  for (const type of ["png", "jpeg"] as const) {
    const text = textOf(data[`image/${type}`]);
    if (text !== "") return { bytes: Buffer.from(text, "base64"), type };
  }
  const svg = textOf(data["image/svg+xml"]);
  return svg === "" ? undefined : { bytes: Buffer.from(svg), type: "svg" };
}

/** The picture at once, and what the script needs to make it alive; the words for everybody, read out with it. */
function figureHtml(
  figure: PageFigure["figure"],
  data: Readonly<Record<string, unknown>>,
  { addFigure }: OutputPlace,
): string {
  const bytes = Buffer.from(textOf(data["image/png"]), "base64");
  const picture = pngSize(bytes) === undefined ? undefined : bytes;
  const name = addFigure({ figure, picture });
  const id = `figure-${name.split("-").at(-1)}`;
  const title = escapeHtml(figureTitle(figure));
  const words = escapeHtml(textOf(data["text/plain"]).replace(/\s+/g, " ").trim());
  const height = heightOf(figure);
  const { width: pixels, height: rows } = pngSize(bytes) ?? { width: 1520, height: height * 2 };
  const still =
    picture === undefined
      ? `<p class="note">${title}</p>`
      : `<img src="figures/${name}.png" alt="${title}" width="${pixels / 2}" height="${rows / 2}" loading="lazy" decoding="async">`;
  const long = words.length > CAPTION;
  const caption = long ? `<details><summary>The figure in words</summary><p>${words}</p></details>` : words;
  return `<figure class="output figure" id="${id}" data-figure="${name}" data-title="${title}" style="--height:${height}px">
<div class="still">${still}</div>
<figcaption id="${id}-words">${caption || title}</figcaption>
</figure>\n`;
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
