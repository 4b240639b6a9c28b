import assert from "node:assert/strict";
import { test } from "node:test";
import { delay } from "../async/index.ts";
import { statusLine } from "./status-line.ts";

function stream(isTTY: boolean): { stream: NodeJS.WriteStream; text: () => string } {
  let text = "";
  const stream = {
    isTTY,
    columns: 40,
    write: (more: string) => ((text += more), true),
  } as unknown as NodeJS.WriteStream;
  return { stream, text: () => text };
}

test("on a terminal the line is drawn over itself, and cut to fit", () => {
  const { stream: out, text } = stream(true);
  const line = statusLine("run", out);
  line.show("x".repeat(100));
  line.end("done");
  assert.equal(text(), `\r\x1b[Krun: ${"x".repeat(34)}\r\x1b[Krun: done\n`);
});

test("of texts that come too fast the last one is shown for certain", async () => {
  const { stream: out, text } = stream(true);
  const line = statusLine("run", out);
  for (let i = 0; i < 50; i++) line.show(String(i));
  await delay(150);
  assert.deepEqual(text().split("\r\x1b[K").slice(1), ["run: 0", "run: 49"]);
});

test("in a log each text is a line, and the same text is not repeated", () => {
  const { stream: out, text } = stream(false);
  const line = statusLine("run", out);
  line.show("a");
  line.show("a");
  line.end("b");
  assert.equal(text(), "run: a\nrun: b\n");
});
