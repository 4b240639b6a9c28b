/** The glossary: every word that a lesson explains under `## Words`, in the order of the alphabet, with where it is explained. */
import { markup, Markup } from "../lib/src/plot/index.ts";
import type { Lesson } from "./lesson.ts";
import { encodedPath } from "./links.ts";
import { wordId } from "./lesson-page.ts";
import type { Page, Site } from "./layout.ts";
import { plainText, type Prose, slug } from "./prose.ts";

/** One explanation of a word, and where it is given. */
interface Sense {
  readonly definition: string;
  /** The lessons that give it, each with the form of the word that it has: its anchor there. */
  readonly places: { readonly lesson: Lesson; readonly term: string }[];
}

/** A word with all its explanations. */
export interface GlossaryEntry {
  /** As it is written in the middle of a sentence, in the singular where a lesson has it. */
  readonly term: string;
  readonly senses: readonly Sense[];
}

/** The words of all lessons; "Broker", "broker" and "brokers" are one entry, and the same explanation is given once. */
export function glossaryEntries(lessons: readonly Lesson[]): GlossaryEntry[] {
  const entries = new Map<string, { terms: string[]; senses: Map<string, Sense> }>();
  for (const lesson of lessons)
    for (const { term, definition } of lesson.words) {
      const key = singular(plainText(term)).toLowerCase();
      const entry = entries.get(key) ?? { terms: [], senses: new Map<string, Sense>() };
      entries.set(key, entry);
      entry.terms.push(term);
      const meaning = plainText(definition).toLowerCase().replace(/\.$/, "");
      const sense = entry.senses.get(meaning) ?? { definition, places: [] };
      entry.senses.set(meaning, sense);
      sense.places.push({ lesson, term });
    }
  const name = ({ term }: GlossaryEntry): string => plainText(term);
  return [...entries.values()]
    .map(({ terms, senses }) => ({ term: headword(terms), senses: [...senses.values()] }))
    .sort((a, b) => name(a).localeCompare(name(b), "en", { sensitivity: "base" }));
}

/** The form that an entry is headed by: the singular before the plural, "broker" before "Broker"; a name keeps its capitals. */
function headword(terms: readonly string[]): string {
  const preferred = (term: string): [number, number] => {
    const text = plainText(term);
    return [singular(text) === text ? 0 : 1, text === text.toLowerCase() ? 0 : 1];
  };
  return [...terms].sort((one, other) => {
    const [a, b] = [preferred(one), preferred(other)];
    return a[0] - b[0] || a[1] - b[1];
  })[0] as string;
}

/** A term in the singular, by the rules of English that its last word may follow; an abbreviation (HDFS) has none. */
function singular(term: string): string {
  return term.replace(/\p{Ll}+$/u, (word) => {
    if (/(?:ss|us|is|ous)$/.test(word) || word.length < 4) return word;
    if (/[^aeiou]ies$/.test(word)) return word.replace(/ies$/, "y");
    if (/(?:ss|x|ch|sh)es$/.test(word)) return word.replace(/es$/, "");
    return word.replace(/s$/, "");
  });
}

/** The page of the glossary. */
export function glossaryPage({ lessons }: Site, prose: Prose): Page {
  const entries = glossaryEntries(lessons);
  const letterOf = ({ term }: GlossaryEntry): string => plainText(term).charAt(0).toUpperCase();
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
  ({ definition, places }) =>
    markup`<dd>${new Markup(prose.inline(definition))}${places.map((place) => whereLink(place, prose))}</dd>\n`,
)}`,
    )}</dl>\n`,
)}
</article>`;
  return { path: "glossary.html", title: "Glossary · streambook", description, card: "cards/index.png", main, prose };
}

function whereLink({ lesson, term }: Sense["places"][number], prose: Prose): Markup {
  return markup` <a class="where" href="${encodedPath(lesson.name)}.html#${wordId(term)}">${lesson.number} ${new Markup(prose.inline(lesson.title))}</a>`;
}
