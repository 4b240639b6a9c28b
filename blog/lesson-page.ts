/** The page of a lesson: its head, its cells in their order, its table of contents, and the way on. */
import { plural } from "../lib/src/format/index.ts";
import { markup, Markup } from "../lib/src/plot/index.ts";
import type { Block, Lesson } from "./lesson.ts";
import type { Page, Site } from "./layout.ts";
import { type OutputPlace, outputHtml, type PageFigure } from "./outputs.ts";
import { plainText, type Heading, Prose } from "./prose.ts";
import type { Highlighter } from "./highlight.ts";
import { fingerprint } from "./assets.ts";
import { encodedPath, linkOf } from "./links.ts";

/** A lesson rendered: its page's parts, and the files that it brings along. */
export interface RenderedLesson {
  readonly lesson: Lesson;
  readonly prose: Prose;
  readonly html: string;
  readonly figures: readonly (PageFigure & { readonly name: string })[];
  readonly pictures: ReadonlyMap<string, Buffer>;
  /** What pages cannot show, and in which cell it is. */
  readonly warnings: readonly string[];
}

/** Renders the cells of a lesson. */
export function renderLesson(
  lesson: Lesson,
  site: { readonly lessons: readonly Lesson[]; readonly repository: string | undefined },
  highlighter: Highlighter,
): RenderedLesson {
  const link = linkOf(lesson, site);
  const prose = new Prose(highlighter, link);
  const figures: (PageFigure & { name: string })[] = [];
  const pictures = new Map<string, Buffer>();
  const warnings: string[] = [];
  const place: OutputPlace = {
    prose,
    link,
    warn: (what) => void warnings.push(what),
    addFigure: (figure) => {
      const name = `${lesson.name}-${figures.length + 1}`;
      figures.push({ ...figure, name });
      return name;
    },
    addPicture: (picture, type) => {
      const address = `pictures/${fingerprint(picture)}.${type}`;
      pictures.set(address, picture);
      return address;
    },
  };
  const first = lesson.blocks[0];
  const html = lesson.blocks.map((block) => {
    const rendered = blockHtml(block, place);
    // What stands between the summary and the first heading says what is needed.
    return block === first && block.kind === "prose" ? setApart(rendered) : rendered;
  });
  return { lesson, prose, html: markWords(html.join("")), figures, pictures, warnings };
}

function blockHtml(block: Block, place: OutputPlace, aside = false): string {
  if (block.kind === "prose") return place.prose.html(block.text, block.attachments, aside);
  if (block.kind === "solution") {
    const inside = block.blocks.map((part) => blockHtml(part, place, true)).join("");
    return `<details class="solution"><summary>A solution</summary><div>${inside}</div></details>\n`;
  }
  const kind = block.tags.includes("exercise") ? " exercise" : "";
  const warn = (what: string): void => place.warn(`${block.where}: ${what}`);
  const outputs = block.outputs.map((output) => outputHtml(output, { ...place, warn })).join("");
  const label = kind === "" ? "" : '<p class="label">Your turn</p>';
  const code = place.prose.code(block.source, "typescript");
  const shown = block.folded ? `<details class="folded"><summary>${foldTitle(block)}</summary>${code}</details>` : code;
  return `<div class="cell${kind}">${label}${shown}${outputs}</div>\n`;
}

/** What a folded cell is about: the reader decides whether to open it. */
function foldTitle({ source }: Extract<Block, { readonly kind: "code" }>): string {
  const lines = source.split("\n").length;
  const about = /\bcleanUp\(/.test(source) ? "clean-up" : /\bfigure\(/.test(source) ? "the figure" : "preparation";
  return `Code of ${about} <span>(${lines} line${lines === 1 ? "" : "s"})</span>`;
}

function setApart(html: string): string {
  const at = html.search(/<h2 /);
  const before = at === -1 ? html : html.slice(0, at);
  if (before.trim() === "") return html;
  return `<div class="before">${before}</div>${at === -1 ? "" : html.slice(at)}`;
}

/** Gives each word that is explained an anchor, to which the glossary leads. */
function markWords(html: string): string {
  const lists = /(<h2 id="words">[^]*?|<p><em>New words<\/em><\/p>\s*)(<ul>[^]*?<\/ul>)/g;
  return html.replace(lists, (_, before: string, list: string) => {
    const marked = list.replaceAll(
      /<li>(\s*(?:<p>)?)<strong>([^]*?)<\/strong>/g,
      (_item, space: string, term: string) => `<li id="${wordId(term)}">${space}<strong>${term}</strong>`,
    );
    return before + marked.replace("<ul>", '<ul class="words">');
  });
}

/** The anchor of a word on the page of its lesson. */
export function wordId(term: string): string {
  return `word-${plainText(term)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-|-$/g, "")}`;
}

/** The page of a rendered lesson. */
export function lessonPage(site: Site, { lesson, prose, html, figures }: RenderedLesson): Page {
  const { lessons } = site;
  const at = lessons.indexOf(lesson);
  const exercises = lesson.blocks.filter((block) => block.kind === "code" && block.tags.includes("exercise")).length;
  const facts = [
    `${lesson.minutes} min to read`,
    counted(figures.length, "figure"),
    counted(exercises, "exercise"),
  ].filter((fact) => fact !== "");
  const main = markup`<article>
<header class="lesson-head">
${lesson.number !== "" && markup`<p class="lesson-number">Lesson ${lesson.number}</p>`}
<h1>${new Markup(prose.inline(lesson.title))}</h1>
${lesson.summary !== "" && markup`<p class="lead">${new Markup(prose.inline(lesson.summary))}</p>`}
<ul class="facts">${facts.map((fact) => markup`<li>${fact}</li>`)}</ul>
${openLinks(site, lesson)}
</header>
${new Markup(html)}
</article>
<nav class="pager" aria-label="Previous and next lesson">
${neighbour(prose, lessons[at - 1], "prev")}
${neighbour(prose, lessons[at + 1], "next")}
</nav>`;
  return {
    path: `${lesson.name}.html`,
    title: `${lesson.number === "" ? "" : `${lesson.number} · `}${plainText(lesson.title)} · streambook`,
    description: plainText(lesson.summary) || plainText(lesson.title),
    card: `cards/${lesson.name}.png`,
    lesson: lesson.name,
    ...(prose.headings.length > 0 && { aside: contents(prose.headings) }),
    main,
    prose,
  };
}

function counted(count: number, noun: string): string {
  return count === 0 ? "" : plural(count, noun);
}

/** Where the notebook itself is; nothing when the repository is not known. */
function openLinks({ repository }: Site, { name }: Lesson): Markup {
  if (repository === undefined) return markup``;
  const hosted = /^https:\/\/github\.com\/([^/]+\/[^/]+)$/.exec(repository)?.[1];
  return markup`<p class="open-links"><a class="button" href="${repository}/blob/HEAD/notebooks/${encodedPath(name)}.ipynb" rel="noopener">Open this notebook</a>${
    hosted !== undefined &&
    markup` <a class="button quiet" href="https://codespaces.new/${hosted}?quickstart=1" rel="noopener">Run it in Codespaces</a>`
  }</p>`;
}

function contents(headings: readonly Heading[]): Markup {
  const shown = headings.filter(({ level }) => level <= 3);
  return markup`<nav class="contents" aria-label="On this page"><details open><summary>On this page</summary>
<ol>${shown.map(
    ({ level, id, html }) => markup`<li class="level-${level}"><a href="#${id}">${new Markup(html)}</a></li>\n`,
  )}</ol></details></nav>`;
}

function neighbour(prose: Prose, lesson: Lesson | undefined, side: "prev" | "next"): Markup {
  if (lesson === undefined) return markup`<span></span>`;
  const label = side === "prev" ? "Previous" : "Next";
  return markup`<a class="${side}" rel="${side}" href="${encodedPath(lesson.name)}.html"><span>${label}</span> <strong>${lesson.number} ${new Markup(prose.inline(lesson.title))}</strong></a>`;
}
