/** The texts of the course: that their traps are still set, and that the pipeline's clusters find them. */
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { purity, StreamingKMeans } from "../lib/src/cluster/index.ts";
import { projectFolder } from "../lib/src/stack/index.ts";
import { DocumentFrequencies, SlidingWindow, TermCounter } from "../lib/src/text/index.ts";

const folder = join(projectFolder(), "data", "texts");
const texts = new Map<string, Buffer>();

before(async () => {
  for (const file of (await readdir(folder)).sort()) texts.set(file, await readFile(join(folder, file)));
});

/** A text by the start of its name, with every byte it has. */
function text(begin: string): string {
  const found = [...texts].find(([file]) => file.startsWith(begin));
  assert.ok(found, `no text begins with ${begin}`);
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(found[1]);
}

test("there are eight or more texts of 10 to 30 kB and an empty one, all of them UTF-8", () => {
  const sizes = [...texts.values()].map((bytes) => bytes.length);
  assert.ok(sizes.filter((size) => size >= 10_000 && size <= 30_000).length >= 8);
  assert.deepEqual(
    sizes.filter((size) => size < 10_000 || size > 30_000),
    [0],
  );
  for (const file of texts.keys()) text(file);
});

const traps: readonly (readonly [file: string, trap: string, pattern: RegExp])[] = [
  ["03", "quotes of five kinds", /(?=[^]*")(?=[^]*')(?=[^]*“)(?=[^]*‘)(?=[^]*«)/],
  ["03", "quotes in quotes", /"[^"\n]*“[^”\n]*‘[^’\n]*’/],
  ["04", "composed and decomposed accents", /(?=[^]*\u00e9)(?=[^]*e\u0301)/],
  ["04", "two marks on one letter", /e\u0323\u0302/],
  ["04", "Japanese, Chinese and Korean", /(?=[^]*[ぁ-ゟ])(?=[^]*姐姐)(?=[^]*[가-힣])/],
  ["04", "emoji with joiners, a skin tone and flags", /(?=[^]*👨‍👩‍👧‍👦)(?=[^]*\u{1f3fd})(?=[^]*🇻🇳)/u],
  ["05", "tabs and backslashes", /(?=[^]*\t)(?=[^]*\\)/],
  ["05", "a line of more than 4,000 characters", /[^\r\n]{4001}/],
  ["05", "no newline at the end, but a backslash", /\\$/],
];

for (const [file, trap, pattern] of traps) test(`text ${file} has ${trap}`, () => assert.match(text(file), pattern));

test("every line of text 05 ends with a carriage return and a line feed", () => {
  assert.match(text("05"), /\r\n/);
  assert.doesNotMatch(text("05").replaceAll("\r\n", ""), /[\r\n]/);
});

for (const chunkSize of [256, 512, 1024]) {
  test(`nine clusters of chunks of ${chunkSize} characters are the nine texts`, () => {
    const named = [...texts.keys()].filter((file) => text(file) !== "");
    const purities = [1, 2, 3, 4, 42].map((seed) => {
      const { labels, truth } = cluster(named.map(text), chunkSize, seed);
      const sizes = named.map((_, id) => labels.filter((label) => label === id).length);
      assert.ok(Math.min(...sizes) > 0, `a cluster is empty with seed ${seed}: ${sizes.join(", ")}`);
      assert.ok(
        Math.max(...sizes) < labels.length / 2,
        `a cluster swallows the rest with seed ${seed}: ${sizes.join(", ")}`,
      );
      return purity(labels, truth);
    });
    assert.ok(Math.min(...purities) >= 0.8, `purity by text: ${purities.map((value) => value.toFixed(3)).join(", ")}`);
  });
}

/** Streams the texts side by side through windows, frequencies and a model that is seeded by the first 200 chunks. */
function cluster(contents: readonly string[], size: number, seed: number): { labels: number[]; truth: number[] } {
  const counter = new TermCounter();
  const frequencies = new DocumentFrequencies();
  const rows = contents.flatMap((content, file) => {
    const window = new SlidingWindow({ minimumWords: 100 });
    return chunksOf(content, size).map((chunk, seq) => ({ file, seq, counts: window.push(counter.count(chunk)) }));
  });
  rows.sort((one, other) => one.seq - other.seq);
  const [warm, rest] = [rows.slice(0, 200), rows.slice(200)];
  for (const { counts } of warm) frequencies.add(counts);
  const model = StreamingKMeans.seed(
    warm.map(({ counts }) => frequencies.weigh(counts)),
    { k: contents.length, seed },
  );
  const labels = warm.map(({ counts }) => model.predict(frequencies.weigh(counts)));
  for (const { counts } of rest) frequencies.add(counts);
  if (rest.length > 0) labels.push(...model.learn(rest.map(({ counts }) => frequencies.weigh(counts))));
  return { labels, truth: rows.map(({ file }) => file) };
}

function chunksOf(content: string, size: number): string[] {
  const characters = [...content];
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, index) =>
    characters.slice(index * size, (index + 1) * size).join(""),
  );
}
