/** The search as a learner uses it: questions in English, against the index of the course itself. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { join } from "node:path";
import { projectFolder } from "../lib/src/stack/index.ts";
import { Highlighter } from "./highlight.ts";
import { searchEntries } from "./search-data.ts";
import { createSearchIndex, findSections, questionWords } from "./search-index.ts";
import { readLessons } from "./site.ts";

const entries = searchEntries(await readLessons(join(projectFolder(), "notebooks")), await Highlighter.load());
const index = createSearchIndex(entries);

/** What a learner asks, and where the answer stands: a lesson, and a word of the section's heading or text. */
const QUESTIONS: readonly (readonly [question: string, page: RegExp, about: RegExp])[] = [
  ["how do I delete a topic", /^0\d-/, /deleteTopics/],
  ["deleting topics", /^0\d-/, /deleteTopics/],
  ["what is a partition", /^(02-|glossary)/, /partition/i],
  ["why are my messages in the wrong order", /^02-/, /order/i],
  ["how many clusters should I choose", /^04-/, /how many/i],
  ["what happens when the consumer is killed", /^08-/, /kill|crash/i],
  ["why are many small files slow", /^06-/, /small file/i],
  ["what is back-pressure?", /^(01-|glossary)/, /back-pressure/i],
  ["what does TF-IDF mean", /^03-/, /TF-IDF/],
  ["How do I write a MapReduce job?", /^07-/, /job/i],
  ["how do I ask Hive in SQL", /^0[06]-/, /SQL/],
  ["what does “exactly once” mean", /^(08-|glossary)/, /exactly once/i],
  ["why cosine and not distance", /^04-/, /angle/i],
  ["how do I start Kafka", /^00-/, /start/i],
  ["what's a stop word", /^(03-|glossary)/, /stop word/i],
  ["read parquet files", /^06-/, /Parquet/],
];

for (const [question, page, about] of QUESTIONS)
  test(`"${question}" finds its place`, () => {
    const first = findSections(index, entries, question).slice(0, 3);
    const right = first.some(
      ({ entry: { url, title, text, code } }) => page.test(url) && about.test(`${title} ${text} ${code}`),
    );
    assert.ok(right, `found ${first.map(({ entry }) => `${entry.url} (${entry.title})`).join(", ")}`);
  });

test("words that say nothing are dropped, unless there are no others", () => {
  assert.deepEqual(questionWords("How do I delete a topic?"), ["delete", "topic"]);
  assert.deepEqual(questionWords("what’s a Key?"), ["key"]);
  assert.deepEqual(questionWords("what is this"), ["what", "is", "this"]);
  assert.deepEqual(questionWords(" ?! "), []);
});

test("a section with all words comes before one with some, and a word that is nowhere hides nothing", () => {
  const small = [
    { url: "a", title: "Topics", page: "", text: "what a topic is", code: "" },
    { url: "b", title: "Clean up", page: "", text: "to delete a topic", code: "" },
    { url: "c", title: "Other", page: "", text: "of something else", code: "" },
  ];
  const find = (question: string): [string, number][] =>
    findSections(createSearchIndex(small), small, question).map(({ entry, coverage }) => [entry.url, coverage]);
  assert.deepEqual(find("how do I delete a topic"), [
    ["b", 1],
    ["a", 0.5],
  ]);
  assert.deepEqual(
    find("zzzzzz topic").map(([url]) => url),
    ["a", "b"],
  );
  assert.deepEqual(find("zzzzzz"), []);
});

test("a name in code is found by its words, and while it is written", () => {
  const small = [{ url: "a", title: "A", page: "", text: "", code: "await deleteTopics({ broker })" }];
  for (const question of ["delete topic", "deleteTopics", "deleteto", "topics"])
    assert.equal(findSections(createSearchIndex(small), small, question).length, 1, question);
});

test("no formula is left in what is searched and shown", () => {
  for (const { url, title, text } of entries)
    assert.doesNotMatch(`${title} ${text}`, /\\(?:frac|cdot|text|log|sum|mathit|lVert|left|sqrt)\b/, url);
});
