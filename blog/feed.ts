/** The feed (RSS 2.0) and the map of the site (sitemaps.org), for readers and for search engines. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { dirname, relative } from "node:path";
import { escapeHtml } from "../lib/src/plot/index.ts";
import type { Lesson } from "./lesson.ts";
import { encodedPath } from "./links.ts";
import { plainText } from "./prose.ts";

/** When each lesson was last changed, as far as git knows; a lesson it does not know has no date. */
export async function changeDates(lessons: readonly Lesson[]): Promise<Map<string, Date>> {
  const dates = new Map<string, Date>();
  const folder = dirname(lessons[0]?.file ?? ".");
  const args = ["log", "--format=@%cI", "--name-only", "--relative", "--", "."];
  const log = await promisify(execFile)("git", args, { cwd: folder, maxBuffer: 1 << 26 }).catch(() => undefined);
  let date: Date | undefined;
  for (const line of (log?.stdout ?? "").split("\n")) {
    if (line.startsWith("@")) date = new Date(line.slice(1));
    const lesson = lessons.find(({ file }) => relative(folder, file) === line);
    if (lesson !== undefined && date !== undefined && !dates.has(lesson.name)) dates.set(lesson.name, date);
  }
  return dates;
}

/** The feed: one item a lesson. */
export function feedXml(lessons: readonly Lesson[], address: string, dates: ReadonlyMap<string, Date>): string {
  const items = lessons.map(({ name, number, title, summary }) => {
    const link = address + encodedPath(`${name}.html`);
    const date = dates.get(name);
    return `<item>
<title>${escapeHtml(`${number === "" ? "" : `${number} · `}${plainText(title)}`)}</title>
<link>${escapeHtml(link)}</link>
<guid isPermaLink="true">${escapeHtml(link)}</guid>
<description>${escapeHtml(plainText(summary))}</description>
${date === undefined ? "" : `<pubDate>${date.toUTCString()}</pubDate>\n`}</item>`;
  });
  return `<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
<title>streambook</title>
<link>${escapeHtml(address)}</link>
<atom:link href="${escapeHtml(address)}feed.xml" rel="self" type="application/rss+xml"/>
<description>The course you can run: a streaming text pipeline on a real Kafka, HDFS, YARN and Hive, in TypeScript.</description>
<language>en</language>
${items.join("\n")}
</channel>
</rss>
`;
}

/** The map of the site: every page but the one for what is not found. */
export function sitemapXml(lessons: readonly Lesson[], address: string, dates: ReadonlyMap<string, Date>): string {
  const entry = (path: string, date?: Date): string =>
    `<url><loc>${escapeHtml(address + encodedPath(path))}</loc>${date === undefined ? "" : `<lastmod>${date.toISOString().slice(0, 10)}</lastmod>`}</url>`;
  const pages = [
    entry(""),
    ...lessons.map(({ name }) => entry(`${name}.html`, dates.get(name))),
    entry("glossary.html"),
  ];
  return `<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${pages.join("\n")}
</urlset>
`;
}
