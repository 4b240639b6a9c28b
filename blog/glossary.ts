/** The glossary: every word that a lesson explains under `## Words`, in the order of the alphabet, with where it is explained. */
import { markup, Markup } from "../lib/src/plot/index.ts";
import type { Lesson } from "./lesson.ts";
import { encodedPath } from "./links.ts";
import { wordId } from "./lesson-page.ts";
import type { Page, Site } from "./layout.ts";
import { plainText, type Prose, slug } from "./prose.ts";

/** A word with all its explanations. */
interface Entry {
  readonly term: string;
  readonly senses: { readonly definition: string; readonly lesson: Lesson }[];
}

/** The words of all lessons; the same word of several lessons is one entry. */
export function glossaryEntries(lessons: readonly Lesson[]): Entry[] {
  const entries = new Map<string, Entry>();
  for (const lesson of lessons)
    for (const { term, definition } of lesson.words) {
      const key = plainText(term).toLowerCase();
      const entry: Entry = entries.get(key) ?? { term, senses: [] };
      entries.set(key, entry);
      entry.senses.push({ definition, lesson });
    }
  const name = ({ term }: Entry): string => plainText(term);
  return [...entries.values()].sort((a, b) => name(a).localeCompare(name(b), "en", { sensitivity: "base" }));
}

/** The page of the glossary. */
export function glossaryPage({ lessons }: Site, prose: Prose): Page {
  const entries = glossaryEntries(lessons);
  const letterOf = ({ term }: Entry): string => plainText(term).charAt(0).toUpperCase();
  const letters = [...new Set(entries.map(letterOf))];
  const description = `${entries.length} words of streaming, storage and text analysis, as the lessons of the course explain them.`;
  const main = markup`<article class="glossary">
<header class="lesson-head"><h1>Glossary</h1><p class="lead">${description}</p></header>
<nav class="letters" aria-label="Letters">${letters.map((letter) => markup`<a href="#letter-${slug(letter)}">${letter}</a> `)}</nav>
${letters.map(
  (letter) => markup`<h2 id="letter-${slug(letter)}">${letter}</h2>
<dl>${entries
    .filter((entry) => letterOf(entry) === letter)
    .map(
      ({ term, senses }) => markup`<dt id="${wordId(term)}">${new Markup(prose.inline(term))}</dt>
${senses.map(
  ({ definition, lesson }) =>
    markup`<dd>${new Markup(prose.inline(definition))} <a class="where" href="${encodedPath(lesson.name)}.html#${wordId(term)}">${lesson.number} ${new Markup(prose.inline(lesson.title))}</a></dd>\n`,
)}`,
    )}</dl>\n`,
)}
</article>`;
  return { path: "glossary.html", title: "Glossary · streambook", description, card: "cards/index.png", main, prose };
}
