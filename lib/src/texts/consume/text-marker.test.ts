import assert from "node:assert/strict";
import { test } from "node:test";
import { isStreambookError } from "../../errors/index.ts";
import { TermCounter } from "../../text/index.ts";
import { TextEnrichment } from "./enrichment.ts";
import { TextMarker, type TextMarks } from "./text-marker.ts";

/** The marks of one batch of these messages. */
function marksOf(messages: readonly Record<string, unknown>[], marker = new TextMarker()): TextMarks {
  marker.begin(messages.length + 1); // as many as there were, with those that cannot be read
  for (const fields of messages) marker.mark({ chunk: "", stream_id: "s1", is_last: false, ...fields });
  return marker.end();
}

test("the terms of each row are those of its text alone", () => {
  const texts = ["the sea and the lighthouse", "", "bread, flour; bread"];
  const marks = marksOf(texts.map((chunk) => ({ chunk })));
  const counter = new TermCounter();
  texts.forEach((text, row) => {
    const expected = counter.count(text);
    const from = row === 0 ? 0 : (marks.termEnds[row - 1] as number);
    assert.deepEqual([...marks.indices.subarray(from, marks.termEnds[row])], [...expected.indices]);
    assert.deepEqual([...marks.counts.subarray(from, marks.termEnds[row])], [...expected.counts]);
    assert.equal(marks.words[row], expected.words);
  });
});

test("with the most features there may be, every bucket comes as it was counted", () => {
  const letters = (index: number): string => String(index).replace(/\d/g, (digit) => "abcdefghij"[Number(digit)] ?? "");
  const chunk = Array.from({ length: 5000 }, (_, index) => `q${letters(index)}`).join(" ");
  const marks = marksOf([{ chunk }], new TextMarker({ features: 65_536 }));
  const expected = new TermCounter({ features: 65_536 }).count(chunk);
  assert.ok(expected.indices.some((bucket) => bucket > 65_000));
  assert.deepEqual([...marks.indices], [...expected.indices]);
});

for (const features of [0, 1.5, 65_537, NaN]) {
  test(`${features} features are refused, in this thread and before another is begun`, () => {
    const refused = (error: unknown): boolean => isStreambookError(error, "USAGE") && /1 to 65536/.test(error.message);
    assert.throws(() => new TextMarker({ features }), refused);
    assert.throws(() => new TextEnrichment({ table: "chunks", features }), refused);
  });
}

test("streams are places in a list, the end of a stream is known, and nothing of a batch is left in the next", () => {
  const marker = new TextMarker();
  const first = marksOf(
    [{ stream_id: "a" }, { stream_id: "b", is_last: true }, { stream_id: "a", chunk: "sea" }],
    marker,
  );
  assert.deepEqual(
    [first.streams, [...first.stream], [...first.isLast]],
    [
      ["a", "b"],
      [0, 1, 0],
      [0, 1, 0],
    ],
  );
  const second = marksOf([{ stream_id: "b", chunk: "bread" }], marker);
  assert.deepEqual([second.streams, [...second.stream], [...second.isLast]], [["b"], [0], [0]]);
  assert.deepEqual([[...first.termEnds], [...second.termEnds]], [[0, 0, 1], [1]]);
  assert.equal(first.indices.length, 1);
});

test("the threads find the marker by the address that the enrichment gives them", async () => {
  const { url, options } = new TextEnrichment({ table: "chunks", stem: false }).marker;
  const module = (await import(url)) as { createMarker: (options: unknown) => unknown };
  assert.ok(module.createMarker(structuredClone(options)) instanceof TextMarker);
});
