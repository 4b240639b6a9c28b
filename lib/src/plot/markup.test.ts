import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { escapeHtml, escapeLabel, excerpt, markup, scriptJson, scriptSource, wrapLines } from "./markup.ts";

// eslint-disable-next-line no-control-regex -- they are what is replaced
const CONTROLS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufdd0-\ufdef\ufffe\uffff]/g;

const anyText = fc.string({ unit: "binary", maxLength: 200 });

test("what is interpolated is escaped, markup is not, and false leaves nothing", () => {
  const inner = markup`<b>${"<&\"'>"}</b>`;
  assert.equal(
    markup`<p title="${'"'}">${[inner, false, undefined, 7]}</p>`.html,
    '<p title="&quot;"><b>&lt;&amp;&quot;&#39;&gt;</b>7</p>',
  );
});

test("escaped text has no character that HTML reads as markup, and says the same", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const escaped = escapeHtml(text);
      assert.doesNotMatch(escaped, /[<>"']|&(?!(amp|lt|gt|quot|#39);)/);
      const back = escaped.replace(
        /&(amp|lt|gt|quot|#39);/g,
        (_, name: string) => ({ amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" })[name] ?? "",
      );
      assert.equal(back, text.toWellFormed().replace(CONTROLS, "\ufffd"));
    }),
  );
});

test("a label keeps its quotes, and no tag or entity of Plotly is left in it", () => {
  assert.equal(escapeLabel(`"it's" <b> &amp;`), `"it's" &lt;b&gt; &amp;amp;`);
  fc.assert(fc.property(anyText, (text) => assert.doesNotMatch(escapeLabel(text), /[<>]|&(?!(amp|lt|gt);)/)));
});

test("JSON in a script reads back equal and cannot end the script", () => {
  fc.assert(
    fc.property(fc.dictionary(anyText, anyText), (value) => {
      const json = scriptJson(value);
      assert.doesNotMatch(json, /[<\u2028\u2029]/);
      assert.deepEqual(JSON.parse(json), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test("a script cannot end its element from within", () => {
  assert.equal(scriptSource('"</script><!-- a<b"'), '"\\x3c/script>\\x3c!-- a<b"');
});

test("an excerpt is at most so many characters long and never halves one", () => {
  assert.equal(excerpt(" two\r\n\twords "), "two words");
  assert.equal(excerpt("🐝".repeat(200)), `${"🐝".repeat(159)}…`);
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", maxLength: 400 }), fc.integer({ min: 1, max: 200 }), (text, length) => {
      const cut = excerpt(text, length);
      assert.ok([...cut].length <= length);
      assert.ok(cut.isWellFormed());
    }),
  );
});

test("lines are no longer than asked for, and joined they are the words", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), fc.integer({ min: 2, max: 60 }), (text, width) => {
      const flat = text.split(" ").filter((word) => word !== "");
      const lines = wrapLines(flat.join(" "), width);
      assert.ok(lines.every((line) => [...line].length <= width));
      assert.equal(lines.join("").replaceAll(" ", ""), flat.join(""));
    }),
  );
});
