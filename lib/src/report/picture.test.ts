/** The picture of the pipeline: whatever a run counts, its numbers and names keep clear of the boxes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pipelinePicture } from "./picture.ts";
import { sampleRun } from "./sample.test.ts";
import type { RunReport } from "./types.ts";

/** Pixels of a letter, on average, in the widest of the fonts that the page names (DejaVu Sans). */
const LETTER: Readonly<Record<string, number>> = { "box-title": 9.8, "box-line": 7.3, count: 9.1, unit: 6.8 };
/** Pixels that stay free between letters and the edge of a box. */
const CLEAR = 3;

interface Place {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** What touches the edge of a box in one of the two drawings. */
function touching(run: RunReport, drawing: "wide" | "tall"): string[] {
  const svg = new RegExp(`<svg class="${drawing}"[^]*?</svg>`).exec(pipelinePicture(run).html)?.[0] ?? "";
  const boxes = [...svg.matchAll(/<rect x="([\d.]+)" y="([\d.]+)" width="([\d.]+)" height="([\d.]+)"/g)].map(
    ([, x, y, width, height]): Place => ({
      ...{ left: Number(x), right: Number(x) + Number(width) },
      ...{ top: Number(y), bottom: Number(y) + Number(height) },
    }),
  );
  const texts = [
    ...svg.matchAll(/<text class="([\w-]+)[^"]*" x="([\d.]+)" y="([\d.]+)"(?: text-anchor="(\w+)")?>([^<]*)/g),
  ];
  assert.ok(boxes.length >= 9 && texts.length > 20, "the drawing is read");
  return texts.flatMap(([, kind = "", x, y, anchor = "middle", text = ""]) => {
    const width = text.length * (LETTER[kind] ?? 0);
    const left = Number(x) - (anchor === "start" ? 0 : anchor === "end" ? width : width / 2);
    const own: Place = { left, right: left + width, top: Number(y) - 10, bottom: Number(y) + 3 };
    const across = (box: Place, by: number): boolean =>
      own.left < box.right + by && own.right > box.left - by && own.top < box.bottom && own.bottom > box.top;
    const inside = (box: Place): boolean => own.left >= box.left + CLEAR && own.right <= box.right - CLEAR;
    const wrong = kind.startsWith("box-")
      ? !boxes.some((box) => across(box, 0) && inside(box))
      : boxes.some((box) => across(box, CLEAR));
    return wrong ? [text] : [];
  });
}

const runs: [name: string, run: RunReport][] = [
  ["as usual", sampleRun()],
  [
    "large, with long names",
    sampleRun({
      points: 60,
      change: (run) => ({
        ...run,
        messages: 99_999,
        counts: { sent: 99_999, rows: 99_999, distinctOffsets: 99_999 },
        deadLetters: 12_345,
        settings: {
          ...run.settings,
          topic: "a-topic-with-a-very-long-name",
          table: "a_table_with_a_very_long_name",
          chunkSize: 65_536,
        },
        texts: Array.from({ length: 20_000 }, () => run.texts[0]).filter((text) => text !== undefined),
      }),
    }),
  ],
  ["one text", sampleRun({ points: 9, change: (run) => ({ ...run, texts: run.texts.slice(0, 1) }) })],
];
for (const [name, run] of runs)
  for (const drawing of ["wide", "tall"] as const)
    test(`nothing touches a box: ${name}, ${drawing}`, () => assert.deepEqual(touching(run, drawing), []));
