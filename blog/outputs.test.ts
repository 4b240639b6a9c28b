/** What cells put out: shown as it is, folded, cut, or said to be what a page cannot show. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Highlighter } from "./highlight.ts";
import { printed, shown } from "./notebooks-for-test.ts";
import { type OutputPlace, outputHtml, type PageFigure, settled } from "./outputs.ts";
import { Prose } from "./prose.ts";

const highlighter = await Highlighter.load();

function place(): OutputPlace & { figures: PageFigure[]; pictures: string[]; warnings: string[] } {
  const figures: PageFigure[] = [];
  const warnings: string[] = [];
  const pictures: string[] = [];
  return {
    ...{ figures, pictures, warnings, link: () => undefined, prose: new Prose(highlighter, () => undefined) },
    warn: (what) => void warnings.push(what),
    addFigure: (figure) => `a-${figures.push(figure)}`,
    addPicture: (_, type) => `pictures/${pictures.push(type)}.${type}`,
  };
}
const FIGURE = "application/vnd.plotly.v1+json";
const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAYAAABytg0k";
const SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
const space = {
  data: [
    { type: "bar", y: [1] },
    { type: "scatter3d", x: [1], y: [1], z: [1] },
  ],
  layout: { title: "Space" },
};
const html = (output: object): string => outputHtml(output, place());
const figure = { data: [{ type: "bar", y: [1] }], layout: { title: { text: "A <b>bar</b>" }, height: 300 } };

test("a terminal's text stands as it would be left: no colours, what was written over is gone", () => {
  assert.equal(settled("\u001b[31mred\u001b[0m\n1 of 3\r2 of 3\r3 of 3\r\nend\n\n"), "red\n3 of 3\nend");
});

test("checks have their colour, and standard error is marked", () => {
  assert.match(
    html(printed("✓ a & b\n○ c\n✗d")),
    /<span class="passed">✓ a &amp; b<\/span>\n<span class="open">○ c<\/span>\n✗d/,
  );
  assert.match(html(printed("x", "stderr")), /class="output stderr"><p class="label">standard error/);
  assert.equal(html(printed("\n")), "");
});

test("a long output is folded, an endless one is cut, and both say how much there is", () => {
  const long = html(printed(Array.from({ length: 40 }, (_, n) => `line ${n}`).join("\n")));
  assert.match(long, /line 13<\/pre><details class="fold"><summary>26 more lines<\/summary><pre>line 14/);
  const endless = html(printed("x\n".repeat(20_000)));
  assert.ok(endless.length < 5000);
  assert.match(endless, /19,600 more lines are in the notebook\./);
  const wide = html(printed("é".repeat(1e6)));
  assert.ok(wide.length < 50_000);
  assert.match(wide, /The rest of this line is in the notebook\./);
});

test("an error is shown as one, its trace folded away", () => {
  const error = {
    output_type: "error",
    ename: "TypeError",
    evalue: "a <b> is no c",
    traceback: ["\u001b[1mat x\u001b[0m", "at y"],
  };
  assert.match(
    html(error),
    /class="output failed"><p><strong>TypeError<\/strong>: a &lt;b&gt; is no c<\/p><details><summary>[^<]*<\/summary><pre>at x\nat y<\/pre>/,
  );
  assert.match(html({ output_type: "error" }), /<strong>Error<\/strong>/);
});

test("a figure is a picture with a title and words, and a script that waits", () => {
  const there = place();
  const png = "iVBORw0KGgoAAAANSUhEUgAAAvgAAAEY";
  const data = { "application/vnd.plotly.v1+json": figure, "image/png": png, "text/plain": "One\nbar." };
  const page = outputHtml(shown(data), there);
  assert.match(page, /data-figure="a-1" data-title="A {2}bar"|data-title="A bar/);
  assert.match(page, /<img src="figures\/a-1.png" alt="[^"]+" width="760" height="280" loading="lazy"/);
  assert.match(page, /<figcaption id="figure-1-words">One bar\.<\/figcaption>/);
  assert.deepEqual(there.figures[0]?.figure, figure);
});

test("a figure without its picture is still one; what is none is shown in words", () => {
  assert.match(html(shown({ "application/vnd.plotly.v1+json": figure })), /<p class="note">A/);
  assert.match(html(shown({ "application/vnd.plotly.v1+json": "{", "text/plain": "words" })), /<pre>words<\/pre>/);
  assert.match(
    html(shown({ "application/vnd.plotly.v1+json": { data: 3 }, "text/plain": "words" })),
    /<pre>words<\/pre>/,
  );
});

test("each type is shown by the richest that a page can show", () => {
  assert.match(
    html(shown({ "text/html": "<p onclick=x>a<script>b</script></p>", "text/plain": "c" })),
    /class="output rich"><p>a<\/p>/,
  );
  assert.match(html(shown({ "text/markdown": ["**a**", " b"] })), /<strong>a<\/strong> b/);
  assert.match(
    html(shown({ "image/png": "iVBORw0KGgo=", "text/plain": "dots" })),
    /<img src="pictures\/1.png" alt="dots"/,
  );
  assert.match(
    html(shown({ "image/svg+xml": SVG })),
    /^<div class="output rich"><img src="pictures\/1.svg" alt="A picture"/,
  );
  assert.match(html(shown({ "application/json": { a: [1] } })), /&quot;a&quot;: \[/);
  assert.match(html(shown({ "text/plain": 3, "text/html": "<b>x</b>" })), /<b>x<\/b>/);
});

/** What a page cannot show, what it shows instead, and what the build reports. */
const fallbacks: readonly (readonly [what: string, data: object, page: RegExp, warning: RegExp | undefined])[] = [
  [
    "HTML that is only a script",
    { "text/html": "<script>draw()</script><style>p{}</style>", "text/plain": "words" },
    /<pre>words/,
    /HTML that needs script cannot be shown on a page; text\/plain is shown/,
  ],
  [
    "HTML that is only a frame",
    { "text/html": '<div><iframe src="https://x.org"></iframe></div>', "image/png": PNG },
    /<img src="pictures\/1\.png"/,
    /HTML that needs iframe .* image\/png is shown/,
  ],
  [
    "HTML that is only a style",
    { "text/html": "<style>p{}</style>&nbsp;<p> </p>", "text/plain": "words" },
    /<pre>words/,
    /HTML of which nothing can be seen/,
  ],
  [
    "HTML with a script and words",
    { "text/html": "<p>Loading</p><script>draw()</script>" },
    /<p>Loading<\/p>/,
    /HTML with its script/,
  ],
  [
    "HTML that is only a script, and nothing else",
    { "text/html": "<script>draw()</script>" },
    /HTML that needs script, which a page cannot show\./,
    /there is nothing else to show/,
  ],
  [
    "a drawing within HTML",
    { "text/html": `<div>${SVG.replace(/ xmlns="[^"]*"/, "")}</div>`, "text/plain": "words" },
    /<div><img alt="" src="pictures\/1\.svg" loading="lazy"><\/div>/,
    undefined,
  ],
  [
    "a drawing within HTML that is none",
    { "text/html": "<svg><p></svg>", "text/plain": "words" },
    /<pre>words/,
    /nothing can be seen/,
  ],
  [
    "HTML that is endless",
    { "text/html": "<b>x</b>".repeat(200_000), "text/plain": "words" },
    /<pre>words/,
    /HTML of 1\.\d\sMB/,
  ],
  ["empty HTML", { "text/html": " ", "text/plain": "words" }, /<pre>words/, undefined],
  ["a broken picture", { "image/png": "bm90IGE=", "text/plain": "words" }, /<pre>words/, /a picture that is no png/],
  [
    "a drawing that is none",
    { "image/svg+xml": "<svg onload=alert(1)>", "text/plain": "words" },
    /<pre>words/,
    /a picture that is no svg/,
  ],
  [
    "a moving picture",
    { "image/gif": Buffer.from("GIF89a…").toString("base64") },
    /<img src="pictures\/1\.gif"/,
    undefined,
  ],
  [
    "a figure in space with its picture",
    { [FIGURE]: space, "image/png": PNG, "text/plain": "A cloud." },
    /^<figure class="output figure"><div class="still"><img src="pictures\/1\.png" alt="Space"[^]*<figcaption>A cloud\./,
    /a figure with scatter3d cannot be shown on a page; application\/vnd\.plotly\.v1\+json is shown/,
  ],
  [
    "a figure in space with words",
    { [FIGURE]: space, "text/plain": "A cloud." },
    /<pre>A cloud\./,
    /a figure with scatter3d .* text\/plain is shown/,
  ],
  [
    "a figure in space, and nothing else",
    { [FIGURE]: space },
    /A figure with scatter3d, which a page cannot show\./,
    /nothing else to show/,
  ],
  [
    "a figure that is huge",
    { [FIGURE]: { data: [{ y: "1".repeat(9e6) }] }, "text/plain": "words" },
    /<pre>words/,
    /a figure of 9\sMB/,
  ],
  [
    "a widget",
    { "application/vnd.jupyter.widget-view+json": { model_id: "x" }, "text/plain": "Slider()" },
    /<pre>Slider\(\)/,
    /an output of the type application\/vnd\.jupyter\.widget-view\+json .* text\/plain is shown/,
  ],
];
for (const [what, data, page, warning] of fallbacks) {
  test(`what a page cannot show is shown as what it can: ${what}`, () => {
    const there = place();
    assert.match(outputHtml(shown(data), there), page);
    assert.match(there.warnings.join("\n"), warning ?? /^$/);
    assert.deepEqual(there.figures, [], "no script is to draw it");
  });
}

test("a type that nobody knows is named; its words are shown when there are some", () => {
  assert.match(
    html(shown({ "application/x-evil<b>": {} })),
    /An output of the type application\/x-evil&lt;b&gt;, which a page cannot show\./,
  );
  assert.match(html(shown({ "application/x-new": {}, "text/plain": "words" })), /<pre>words<\/pre>/);
  assert.equal(html({}), "");
});
