/** Markdown, mathematics and links as HTML; and what of a notebook's HTML is left. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Highlighter } from "./highlight.ts";
import { linkOf } from "./links.ts";
import { plainText, Prose, slug } from "./prose.ts";
import { sanitized } from "./sanitize.ts";

const highlighter = await Highlighter.load();
const lessons = [{ name: "01-a" }, { name: "02-b" }];
const prose = (repository?: string): Prose => new Prose(highlighter, linkOf({ name: "01-a" }, { lessons, repository }));

test("headings get anchors that are stable, and differ", () => {
  const page = prose();
  const html = page.html("## Keys, and *order*\n\n### The same\n\n## 3 ways\n\n### The same");
  const expected = ["keys-and-order", "the-same", "section-3-ways", "the-same-2"];
  assert.deepEqual(
    page.headings.map(({ id }) => id),
    expected,
  );
  for (const id of expected) assert.match(html, new RegExp(`id="${id}"`));
  assert.equal(slug("Zipf's `law`: naïve"), "zipfs-law-naive");
});

test("a notebook has no second title: its other headings of the first level are sections", () => {
  const page = prose();
  assert.match(page.html("# Again"), /^<h2 id="again">Again/);
  assert.equal(page.headings[0]?.level, 2);
});

test("links lead to lessons, to exercises, to the repository, or are words", () => {
  const cases: [string, string | undefined, string | undefined][] = [
    ["02-b.ipynb", "02-b.html", "02-b.html"],
    ["02-b.ipynb#words", "02-b.html#words", "02-b.html#words"],
    ["solutions/01-a.ipynb", "#exercises", "#exercises"],
    ["#words", "#words", "#words"],
    ["https://kafka.js.org", "https://kafka.js.org", "https://kafka.js.org"],
    ["../lib/src/text", undefined, "https://github.com/o/n/blob/HEAD/lib/src/text"],
    ["../../outside", undefined, undefined],
    ["javascript:alert(1)", undefined, undefined],
    ["//evil.example/x", undefined, undefined],
    ["data:text/html,x", undefined, undefined],
  ];
  for (const [href, without, known] of cases) {
    assert.equal(linkOf({ name: "01-a" }, { lessons })(href), without, href);
    assert.equal(linkOf({ name: "01-a" }, { lessons, repository: "https://github.com/o/n" })(href), known, href);
  }
  assert.equal(prose().html("[the code](../lib/x.ts)").trim(), "<p><span>the code</span></p>");
});

test("formulas are drawn in lines and on lines of their own; amounts are none", () => {
  const page = prose();
  assert.match(
    page.html("so $x_i^2$, then"),
    /<p>so <span class="nowrap"><span class="katex">[^]*<\/span>,<\/span> then<\/p>/,
  );
  assert.match(page.html("$$\nf(r) = 1\n$$"), /class="formula wide"><span class="katex-display">/);
  assert.match(page.html("text\n$$a$$\nmore"), /katex-display/);
  assert.equal(page.html("from $5 to $6, `$a$`").trim(), "<p>from $5 to $6, <code>$a$</code></p>");
  assert.match(page.html("$\\nonsense{$"), /nonsense/);
});

test("code is coloured by classes, and plain where its language is not known", () => {
  const page = prose();
  assert.match(page.html("```ts\nconst a = 1;\n```"), /<pre><code><span class="t\d+">const <\/span>/);
  assert.equal(page.html("```\n<b>&\n```").trim(), '<div class="code"><pre><code>&lt;b&gt;&amp;</code></pre></div>');
});

test("code within a line is broken between its words, and short code nowhere", () => {
  const page = prose();
  const shown = (code: string): string => page.inline(`\`${code}\``);
  assert.equal(shown("npm start -- --data FOLDER"), '<code class="nowrap">npm start -- --data FOLDER</code>');
  assert.equal(shown("topic"), "<code>topic</code>");
  assert.equal(
    shown("npm start -- --data ~/my-texts <folder>"),
    '<code>npm start <span class="nowrap">--</span> <span class="nowrap">--data</span> <span class="nowrap">~/my-texts</span> &lt;folder&gt;</code>',
  );
  const long = "a-name-that-is-longer-than-a-phone-is-wide";
  assert.equal(shown(long), `<code>${long}</code>`);
});

test("a notebook's HTML keeps what is harmless, and nothing else", () => {
  const page = prose();
  const cases: [string, RegExp | string][] = [
    ["<script>alert(1)</script>after", /^(<p>)?after/],
    ['<img src="x" onerror="alert(1)">', /^<em>\(picture left out/],
    ['<img src="https://evil.example/p.png" alt="a map">', /\(picture left out: a map\)/],
    ['<a href="javascript:alert(1)">x</a>', /<span>x<\/span>/],
    ['<iframe src="https://evil.example"></iframe>x', /^(<p>)?x/],
    ['<p style="position:fixed" onclick="x()" id="main" class="bar">y</p>', /^<p>y<\/p>/],
    ["<style>body{display:none}</style>z", /^(<p>)?z/],
    ["<form action='//evil.example'><input name=a></form>", /^\s*$/],
    ["H<sub>2</sub>O <kbd>Tab</kbd>", "<p>H<sub>2</sub>O <kbd>Tab</kbd></p>"],
    ["a \ue0000\ue001 b", "<p>a \ufffd0\ufffd b</p>"],
  ];
  for (const [markdown, expected] of cases) {
    const html = page.html(markdown).trim();
    if (typeof expected === "string") assert.equal(html, expected);
    else assert.match(html, expected);
    assert.doesNotMatch(html, /evil|alert|onclick|onerror|<script|<style|<iframe|<form|<input/);
  }
});

test("tables can be scrolled, their heads have a scope, and numbers stand at the right", () => {
  const table =
    '<table><tr><th style="text-align:right">n</th></tr><tr><td style="text-align: right">1</td></tr></table>';
  assert.equal(
    sanitized(table, { link: () => undefined }),
    '<div class="wide"><table><tr><th scope="col" class="number">n</th></tr><tr><td class="number">1</td></tr></table></div>',
  );
});

test("a picture that a cell brings along is shown", () => {
  const html = prose().html("![two dots](attachment:a%20b.png)", { "a b.png": { "image/png": "iVBORw0KGgo=" } });
  assert.match(html, /<img alt="two dots" src="data:image\/png;base64,iVBORw0KGgo=" loading="lazy">/);
});

test("plain words have no marks", () => {
  assert.equal(plainText("## A **b** `c_d_e` [f](g.md) *h* <i>j</i>\n\n```\nk\n```"), "A b c_d_e f h j");
});

test("plain words say formulas as one would read them, and code stays code", () => {
  const cases: [string, string][] = [
    ["the weight $\\text{tf} \\cdot \\frac{N}{\\mathit{df}}$ of *it*", "the weight tf⋅N/df of it"],
    ["$$\n\\cos(a, b) = \\frac{a \\cdot b}{\\lVert a \\rVert \\, \\lVert b \\rVert}\n$$", "cos(a,b)=a⋅b/∥a∥ ∥b∥"],
    ["$5 and $6, $x < y$", "$5 and $6, x<y"],
    ["`$HOME` and `$PATH`", "$HOME and $PATH"],
    ["| a | b |\n|---|:--|\n| 1 | 2 |", "a | b 1 | 2"],
    ["> said\n> so", "said so"],
    ["2 < 3 and 4 > 1", "2 < 3 and 4 > 1"],
  ];
  for (const [markdown, words] of cases) assert.equal(plainText(markdown), words, markdown);
});
