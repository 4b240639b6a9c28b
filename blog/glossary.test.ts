/** The glossary: one entry a word, whatever form of it a lesson has. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { glossaryEntries } from "./glossary.ts";
import { readLesson } from "./lesson.ts";
import { BlogFolder } from "./notebooks-for-test.ts";

/** Entries of lessons whose words are given, as "term: definition (lessons) / definition (lessons)". */
async function entriesOf(...lessons: readonly (readonly string[])[]): Promise<string[]> {
  await using folder = await BlogFolder.make();
  const files = lessons.map((words, at) =>
    folder.write(`0${at + 1}-a`, [
      `# 0${at + 1} · A\n\nB.`,
      `## Words\n\n${words.map((word) => `- ${word}`).join("\n")}`,
    ]),
  );
  const read = await Promise.all(files.map(async (file) => readLesson(await file)));
  return glossaryEntries(read).map(({ term, senses }) => {
    const told = senses.map(
      ({ definition, places }) => `${definition} (${places.map(({ lesson }) => lesson.number).join(", ")})`,
    );
    return `${term}: ${told.join(" / ")}`;
  });
}

test("the forms of a word are one entry, headed by its singular", async () => {
  assert.deepEqual(await entriesOf(["**Broker**: one."], ["**brokers**: two."], ["**broker**: three."]), [
    "broker: one. (01) / two. (02) / three. (03)",
  ]);
  assert.deepEqual(await entriesOf(["**batches**: one."], ["**batch**: two."]), ["batch: one. (01) / two. (02)"]);
  assert.deepEqual(await entriesOf(["**stop words**: one."], ["**Stop word**: two."]), [
    "Stop word: one. (01) / two. (02)",
  ]);
  assert.deepEqual(await entriesOf(["**vocabularies**: one."], ["**vocabulary**: two."]), [
    "vocabulary: one. (01) / two. (02)",
  ]);
});

test("an explanation that two lessons share is given once, with both", async () => {
  assert.deepEqual(await entriesOf(["**offset**: its number."], ["**offsets**: its *number*"]), [
    "offset: its number. (01, 02)",
  ]);
});

test("words that only look alike stay apart", async () => {
  const words = ["HDFS", "HDF", "process", "bus", "analysis", "group", "consumer group", "k-means", "k-means++"];
  const entries = await entriesOf(words.map((word) => `**${word}**: a ${word}.`));
  assert.equal(entries.length, words.length);
});
