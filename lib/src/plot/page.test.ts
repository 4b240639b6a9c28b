import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { escapeHtml, markup } from "./markup.ts";
import { figureElement, standalonePage } from "./page.ts";
import { plotlySource } from "./plotly-source.ts";
import { timeline } from "./timeline.ts";

const figure = figureElement({
  id: "stages",
  figure: timeline([{ name: "</script><script>alert(1)</script>", startedAt: 0, seconds: 1 }]),
  title: "A <title>",
  description: "One & only",
  table: markup`<table></table>`,
});
const page = standalonePage({
  title: "A <page>",
  description: 'say "hello"',
  brand: markup`streambook`,
  body: figure,
  plotly: 'window.Plotly = "</script>";',
});

test("a page ends no script but its own", () => {
  assert.equal(page.match(/<script/g)?.length, page.match(/<\/script/g)?.length);
  assert.doesNotMatch(page, /<script>alert/);
  assert.match(page, /<title>A &lt;page&gt;<\/title>/);
});

test("the policy allows the scripts of the page by their hashes, and no others", () => {
  const scripts = [...page.matchAll(/<script>([^]*?)<\/script>/g)].map(([, source]) => source ?? "");
  assert.equal(scripts.length, 3);
  for (const source of scripts) {
    const hash = createHash("sha256").update(source).digest("base64");
    assert.ok(page.includes(escapeHtml(`'sha256-${hash}'`)), source.slice(0, 40));
  }
  assert.match(page, /default-src &#39;none&#39;/);
});

test("a figure has a name, a description and its numbers", () => {
  assert.match(figure.html, /role="img" aria-label="A &lt;title&gt;" aria-describedby="stages-caption"/);
  assert.match(figure.html, /<figcaption id="stages-caption">One &amp; only<\/figcaption>/);
  assert.match(figure.html, /<details>.*<table><\/table>/s);
});

test("a page has its landmarks, once each", () => {
  for (const landmark of ["<header", "<main", 'lang="en"']) assert.equal(page.split(landmark).length, 2, landmark);
});

test("plotly.js is there, and has nothing in it that a script element cannot hold", async () => {
  const source = await plotlySource();
  assert.match(source, /window\.Plotly = Plotly/);
  assert.doesNotMatch(source, /<\/script|<!--/i);
});
