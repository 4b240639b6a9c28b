/** Builds the whole site in memory, then writes it to a new folder and puts that in place: there is never half a site. */
import { StreambookError } from "../lib/src/errors/index.ts";
import { notebooksIn } from "../lib/src/notebook/index.ts";
import { scriptJson } from "../lib/src/plot/index.ts";
import { addAssets, type Files } from "./assets.ts";
import { cardPng } from "./card.ts";
import { type Lesson, readLesson } from "./lesson.ts";
import { lessonPage, renderLesson } from "./lesson-page.ts";
import { changeDates, feedXml, sitemapXml } from "./feed.ts";
import { frontPage, notFoundPage } from "./front-page.ts";
import { glossaryPage } from "./glossary.ts";
import { Highlighter } from "./highlight.ts";
import { pageHtml, type Site } from "./layout.ts";
import { linkOf } from "./links.ts";
import { plainText, Prose } from "./prose.ts";
import { searchEntries } from "./search-data.ts";

/** Where the site will be read, and where its sources are. */
export interface Place {
  /** Its address, when it is known; feed, map and cards name it. */
  readonly address?: string | undefined;
  /** Its path on the server, with slashes at both ends. @default that of the address, or "/" */
  readonly base?: string | undefined;
  /** `https://github.com/owner/name`. @default none: pages have no links to it */
  readonly repository?: string | undefined;
}

/** The address that feed, map and cards name when none is given: where `--watch` serves. */
export const LOCAL_ADDRESS = "http://localhost:4100";

let highlighter: Promise<Highlighter> | undefined;

/** Reads all notebooks of a folder as lessons. @throws NOT_FOUND when there is none; what `readLesson` throws */
export async function readLessons(folder: string): Promise<Lesson[]> {
  const files = notebooksIn(folder);
  if (files.length === 0)
    throw new StreambookError(
      "NOT_FOUND",
      `there are no notebooks in ${folder}; \`git checkout notebooks\` brings them back`,
    );
  return Promise.all(files.map((file) => readLesson(file)));
}

/**
 * All files of the site, by their path in it.
 *
 * @param onWarning called for each output that pages cannot show as it is
 */
export async function siteFiles(
  lessons: readonly Lesson[],
  place: Place = {},
  onWarning: (warning: string) => void = () => undefined,
): Promise<Files> {
  const colours = await (highlighter ??= Highlighter.load());
  const files: Files = new Map();
  const rendered = lessons.map((lesson) => renderLesson(lesson, { lessons, repository: place.repository }, colours));
  const prose = new Prose(colours, linkOf({ name: "" }, { lessons, repository: place.repository }));
  const base = place.base ?? new URL(place.address ?? "http://localhost/").pathname;
  const address = withSlash(place.address ?? `${LOCAL_ADDRESS}${base}`);
  const site: Site = {
    ...{ lessons, address, base: withSlash(base), repository: place.repository },
    published: place.address !== undefined,
  };
  const pages = [...rendered.map((lesson) => lessonPage(site, lesson))];
  pages.push(frontPage(site, rendered, prose), glossaryPage(site, prose), notFoundPage(site, prose));
  const entries = `streambookSearch(${scriptJson(searchEntries(lessons, colours))})`;
  const assets = await addAssets(files, colours, entries);
  for (const page of pages) files.set(page.path, pageHtml(site, page, assets));
  for (const { figures, pictures, warnings } of rendered) {
    warnings.forEach(onWarning);
    for (const { name, figure, picture } of figures) {
      // A script and not JSON: pages opened from a disk may not fetch.
      files.set(`figures/${name}.js`, `streambookFigure(${JSON.stringify(name)},${scriptJson(figure)})`);
      if (picture !== undefined) files.set(`figures/${name}.png`, picture);
    }
    for (const [path, picture] of pictures) files.set(path, picture);
  }
  const dates = await changeDates(lessons);
  files.set("feed.xml", feedXml(lessons, address, dates));
  files.set("sitemap.xml", sitemapXml(lessons, address, dates));
  files.set(".nojekyll", "");
  await addCards(files, lessons);
  return files;
}

async function addCards(files: Files, lessons: readonly Lesson[]): Promise<void> {
  const summary = "Build a streaming text pipeline on a real Kafka, HDFS, YARN and Hive, in TypeScript.";
  files.set("cards/index.png", await cardPng({ number: "", title: "The course you can run", summary }));
  for (const { name, number, title, summary: said } of lessons)
    files.set(`cards/${name}.png`, await cardPng({ number, title: plainText(title), summary: plainText(said) }));
}

function withSlash(path: string): string {
  return path.endsWith("/") ? path : `${path}/`;
}
