/** What the search of the site looks through: one entry for each section of each page. The index is built in the browser. */
import type { Lesson } from "./lesson.ts";
import { encodedPath } from "./links.ts";
import { glossaryEntries } from "./glossary.ts";
import { wordId } from "./lesson-page.ts";
import { plainText, Prose } from "./prose.ts";
import type { SearchEntry } from "./search-index.ts";
import type { Highlighter } from "./highlight.ts";

/** All sections, in reading order; then the words of the glossary. */
export function searchEntries(lessons: readonly Lesson[], highlighter: Highlighter): SearchEntry[] {
  return [...lessons.flatMap((lesson) => sectionsOf(lesson, highlighter)), ...words(lessons)];
}

function sectionsOf(lesson: Lesson, highlighter: Highlighter): SearchEntry[] {
  // The same headings get the same ids as on the page.
  const ids = new Prose(highlighter, () => undefined);
  const page = `${lesson.number} ${plainText(lesson.title)}`.trim();
  let current = section(`${encodedPath(lesson.name)}.html`, lesson.title, page);
  current.text = plainText(lesson.summary);
  const sections = [current];
  for (const block of lesson.blocks) {
    if (block.kind === "code") current.code += ` ${block.source}`;
    if (block.kind !== "prose") continue;
    for (const part of block.text.replace(/```[^]*?```/g, " ").split(/^(?=#{1,6} )/m)) {
      const [, heading, rest = ""] = /^#{1,6} +(.*)([^]*)/.exec(part) ?? [undefined, undefined, part];
      if (heading !== undefined) {
        current = section(`${encodedPath(lesson.name)}.html#${ids.id(heading)}`, heading, page);
        sections.push(current);
      }
      current.text += ` ${plainText(rest)}`;
    }
  }
  return sections;
}

/** A section before its words are gathered. */
function section(url: string, title: string, page: string): { -readonly [key in keyof SearchEntry]: SearchEntry[key] } {
  return { url, title: plainText(title), page, text: "", code: "" };
}

function words(lessons: readonly Lesson[]): SearchEntry[] {
  return glossaryEntries(lessons).map(({ term, senses }) => ({
    url: `glossary.html#${wordId(term)}`,
    title: plainText(term),
    page: "Glossary",
    text: senses.map(({ definition }) => plainText(definition)).join(" "),
    code: "",
  }));
}
