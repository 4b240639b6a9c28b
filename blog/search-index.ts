/**
 * How the search understands a question: words that say nothing are dropped, "deleting topics" finds "delete a topic", and a
 * section that has all words comes before one that has some. It runs in the browser, over entries that came with the site.
 */
import MiniSearch, { type SearchResult } from "minisearch";
import { stem } from "../lib/src/text/stem.ts";
import { englishStopWords } from "../lib/src/text/stop-words.ts";

/** Words of questions that natural's list of stop words lacks. */
const ASKING = new Set([
  "does",
  "doing",
  "done",
  "get",
  "gets",
  "happen",
  "happens",
  "how's",
  "let",
  "me",
  "need",
  "please",
  "tell",
  "try",
  "want",
  "what's",
  "why",
  "work",
  "works",
]);
/** The shortest word that may be mistyped. */
const LONG = 5;

/** A section that can be found. */
export interface SearchEntry {
  readonly url: string;
  readonly title: string;
  /** The page that it stands on. */
  readonly page: string;
  readonly text: string;
  readonly code: string;
}

/** An index over sections; a result's `id` is the place of its entry. */
export type SearchIndex = MiniSearch<SearchEntry & { readonly id: number }>;

/** A section that answers a question. */
export interface Found {
  readonly entry: SearchEntry;
  /** Terms of the section that match, for marking them. */
  readonly terms: readonly string[];
  /** Part of the question's words that it has, in (0, 1]. */
  readonly coverage: number;
}

/** Builds the index. Each word is kept as it is written, and as its stem. */
export function createSearchIndex(entries: readonly SearchEntry[]): SearchIndex {
  const index: SearchIndex = new MiniSearch({
    fields: ["title", "text", "code", "page"],
    // `deleteTopics` is found by each of its words, too.
    processTerm: (term) =>
      [term, ...(term.match(/\p{Lu}?\p{Ll}+/gu) ?? [])].flatMap((part) => forms(part.toLowerCase())),
  });
  index.addAll(entries.map((entry, id) => ({ ...entry, id })));
  return index;
}

/** The words of a question that say what it is about; all of them when none does. */
export function questionWords(question: string): string[] {
  const all = question
    .toLowerCase()
    .replaceAll("’", "'")
    .split(/[^\p{L}\p{N}']+/u)
    .map((word) => word.replace(/^'+|'+$/g, ""))
    .filter((word) => word !== "");
  const telling = all.filter((word) => !englishStopWords.has(word) && !ASKING.has(word));
  return [...new Set(telling.length > 0 ? telling : all)];
}

/** The sections for a question, those with all its words first. */
export function findSections(index: SearchIndex, entries: readonly SearchEntry[], question: string): Found[] {
  const words = questionWords(question);
  if (words.length === 0) return [];
  const last = words.at(-1);
  const found = index.search(
    {
      combineWith: "OR",
      queries: words.map((word) => ({
        queries: forms(word),
        combineWith: "OR",
        // The last word may still be written.
        prefix: word === last ? (term: string) => term.length > 1 : (term: string) => term.length >= LONG,
        fuzzy: word.length >= LONG ? 0.15 : false,
      })),
    },
    {
      processTerm: (term) => term,
      boost: { title: 4, text: 1.5, page: 0.5, code: 0.6 },
      weights: { prefix: 0.4, fuzzy: 0.2 },
      // The list of a lesson's words is in the glossary as well, one entry a word.
      boostDocument: (id) => (entries[id as number]?.title === "Words" ? 0.4 : 1),
    },
  );
  return found
    .map((result) => ({ result, coverage: coverage(result, words) }))
    .sort((one, other) => rank(other) - rank(one))
    .flatMap(({ result, coverage: part }) => {
      const entry = entries[result.id as number];
      return entry === undefined ? [] : [{ entry, terms: result.terms, coverage: part }];
    });
}

/** A word as it is written, and its stem. */
function forms(word: string): string[] {
  return [...new Set([word, stem(word)])];
}

function coverage({ queryTerms }: SearchResult, words: readonly string[]): number {
  return words.filter((word) => forms(word).some((form) => queryTerms.includes(form))).length / words.length;
}

/** A word that is missing costs more than one that is rare brings. */
function rank({ result, coverage: part }: { result: SearchResult; coverage: number }): number {
  return result.score * part ** 2;
}
