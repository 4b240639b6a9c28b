/** The frame of every page: head, bar, list of lessons, footer. What stands in it is given. */
import { createHash } from "node:crypto";
import { markup, Markup, type MarkupPart } from "../lib/src/plot/index.ts";
import type { Assets } from "./assets.ts";
import type { Lesson } from "./lesson.ts";
import { encodedPath } from "./links.ts";
import type { Prose } from "./prose.ts";

/** What every page of a site knows of it. */
export interface Site {
  readonly lessons: readonly Lesson[];
  /** Where it will be read, with a slash at its end. */
  readonly address: string;
  /** Whether {@link address} was given; if not, nothing claims it for good. */
  readonly published: boolean;
  /** Path of the site on its server, with slashes at both ends. */
  readonly base: string;
  /** `https://github.com/owner/name`, if it is known. */
  readonly repository: string | undefined;
}

/** One page. */
export interface Page {
  /** `04-clusters.html`. */
  readonly path: string;
  /** Of the window, in plain text. */
  readonly title: string;
  readonly description: string;
  /** Picture for those who share the page, its path in the site. */
  readonly card: string;
  readonly main: Markup;
  /** The table of contents beside it. @default none */
  readonly aside?: Markup;
  /** Name of the lesson that it is. @default none */
  readonly lesson?: string;
  /** Titles in the list of lessons hold Markdown. */
  readonly prose: Prose;
  /** Written before every address; the page for what is not found is served at any depth. @default "" */
  readonly root?: string;
}

/** Before anything is drawn: the theme that the reader has chosen. */
const themeScript =
  'try{const t=localStorage.getItem("streambook-theme");if(t==="light"||t==="dark")document.documentElement.dataset.theme=t}catch{}';

/** Only what the site brings may run, and nothing is asked of anyone else. */
const policy = [
  "default-src 'none'",
  `script-src 'self' 'sha256-${createHash("sha256").update(themeScript).digest("base64")}'`,
  "style-src 'self' 'unsafe-inline'", // KaTeX and Plotly place letters by styles
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** A page as the text of its file. */
export function pageHtml(site: Site, page: Page, assets: Assets): string {
  const { address } = site;
  const { root = "", main, aside } = page;
  const body = main.html;
  const has = (mark: string): boolean => body.includes(mark);
  const own = page.path === "index.html" ? address : address + encodedPath(page.path);
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${page.title}</title>
<meta name="description" content="${page.description}">
<meta name="color-scheme" content="light dark">
<meta property="og:type" content="${page.lesson === undefined ? "website" : "article"}">
<meta property="og:site_name" content="streambook">
<meta property="og:title" content="${page.title}">
<meta property="og:description" content="${page.description}">
<meta property="og:url" content="${own}">
<meta property="og:image" content="${address}${encodedPath(page.card)}">
<meta property="og:image:width" content="1200">
<meta property="og:image:height" content="630">
<meta name="twitter:card" content="summary_large_image">
${site.published && root === "" && markup`<link rel="canonical" href="${own}">\n`}<link rel="icon" href="${root}${assets.icon}" type="image/svg+xml">
<link rel="alternate" type="application/rss+xml" title="streambook" href="${root}feed.xml">
<link rel="stylesheet" href="${root}${assets.style}">
${has('class="katex') && markup`<link rel="stylesheet" href="${root}${assets.mathStyle}">\n`}<script>${new Markup(themeScript)}</script>
<script src="${root}${assets.script}" defer data-search="${root}${assets.search}" data-entries="${root}${assets.entries}" data-root="${root}"></script>
${has("data-figure=") && markup`<script src="${root}${assets.figures}" defer data-plotly="${root}${assets.plotly}"></script>\n`}</head>
<body class="${aside === undefined ? "alone" : "with-contents"}">
<a class="skip" href="#main">Skip to the content</a>
${bar(page, root)}
<div class="book">
${lessonList(site, page, root)}
<main id="main" tabindex="-1">
${main}
</main>
${aside}
</div>
${footer(site, root)}
<p class="unseen" role="status" id="status"></p>
</body>
</html>
`.html;
}

function bar({ path }: Page, root: string): Markup {
  const here = (name: string): MarkupPart => path === name && new Markup(' aria-current="page"');
  return markup`<header class="bar"><div class="bar-inner">
<button type="button" class="menu-button" popovertarget="lessons">Lessons</button>
<a class="brand" href="${root}index.html"${here("index.html")}>streambook</a>
<nav class="bar-links" aria-label="Site"><a href="${root}glossary.html"${here("glossary.html")}>Glossary</a></nav>
<button type="button" class="search-button" data-search-open hidden><span>Search</span> <kbd>/</kbd></button>
<button type="button" class="theme-button" data-theme-switch hidden aria-label="Switch between light and dark"><svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true"><circle cx="10" cy="10" r="7" fill="none" stroke="currentColor" stroke-width="1.8"/><path d="M10 3a7 7 0 0 1 0 14z" fill="currentColor"/></svg></button>
</div></header>`;
}

function lessonList({ lessons }: Site, { path, lesson, prose }: Page, root: string): Markup {
  return markup`<nav class="lessons" id="lessons" popover aria-label="Lessons">
<p class="nav-title">The course</p>
<ol>${lessons.map(({ name, number, title }) => {
    const current = name === lesson && new Markup(' aria-current="page"');
    return markup`<li><a href="${root}${encodedPath(name)}.html"${current}><span class="number">${number}</span> <span>${new Markup(prose.inline(title))}</span></a></li>\n`;
  })}</ol>
<p class="nav-more"><a href="${root}glossary.html"${path === "glossary.html" && new Markup(' aria-current="page"')}>Glossary</a></p>
</nav>`;
}

function footer({ repository }: Site, root: string): Markup {
  const code = repository !== undefined && markup` <a href="${repository}" rel="noopener">The code</a>`;
  return markup`<footer class="foot"><div class="foot-inner">
<p>Made from the notebooks of <a href="${root}index.html">streambook</a>, the course you can run. Every output on these pages was put out by the code above it.</p>
<p><a href="${root}glossary.html">Glossary</a> <a href="${root}feed.xml">Feed</a>${code}</p>
</div></footer>`;
}
