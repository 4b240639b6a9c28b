/** Builds of small notebooks, sound and broken: a whole site, or the one that was there before. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { markdownFiles } from "./markdown-files.ts";
import { BlogFolder, printed, shown } from "./notebooks-for-test.ts";
import { parseOptions } from "./options.ts";
import { readLessons, siteFiles } from "./site.ts";
import { warnings } from "./warnings.ts";

interface Ended {
  readonly code: number;
  readonly said: string;
}

/** Runs the command as npm does. */
function blog(...args: string[]): Promise<Ended> {
  const env = { ...process.env, BLOG_REPOSITORY: "", BLOG_SITE: "" };
  return new Promise((resolve) =>
    execFile(process.execPath, [join(import.meta.dirname, "main.ts"), ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr }),
    ),
  );
}

const sound = ["# 01 · Small\n\nA lesson.", "## Words\n\n- **a**: b.", { code: "1 + 1", outputs: [printed("2")] }];

test("a broken notebook leaves the site that was there, and nothing beside it", async () => {
  await using folder = await BlogFolder.make();
  const output = join(folder.path, "out");
  const args = ["--notebooks", folder.path, "--output", output];
  await folder.write("01-small", sound);
  const first = await blog(...args);
  assert.equal(first.code, 0, first.said);
  const kept = await readFile(join(output, "01-small.html"), "utf8");
  assert.match(kept, /<pre>2<\/pre>/);
  await folder.write("02-untitled", ["no title"]);
  const second = await blog(...args);
  assert.equal(second.code, 1);
  assert.match(second.said, /^blog: .*02-untitled\.ipynb has no title; .*\n$/, "one line, no stack");
  assert.equal(await readFile(join(output, "01-small.html"), "utf8"), kept);
  assert.deepEqual(readdirSync(folder.path).sort(), ["01-small.ipynb", "02-untitled.ipynb", "out"]);
});

test("a folder with files of somebody else is not replaced", async () => {
  await using folder = await BlogFolder.make();
  await folder.write("01-small", sound);
  await writeFile(join(folder.path, "precious.txt"), "mine");
  const { code, said } = await blog("--notebooks", folder.path, "--output", folder.path);
  assert.equal(code, 2);
  assert.match(said, /holds files that are not of the blog, and would be lost; give another folder with --output/);
  assert.ok(existsSync(join(folder.path, "precious.txt")));
});

test("wrong arguments are answered with what is right", async () => {
  const cases: [string[], RegExp][] = [
    [["--base", "guide"], /--base needs a path with slashes at both ends, such as \/guide\//],
    [["--format", "pdf"], /--format needs html or markdown, not "pdf"/],
    [["--site", "example.org"], /--site needs an address/],
    [["--site", "https://example.org/?page=1"], /--site needs an address without/],
    [["--site", "https://me@example.org/"], /--site needs an address without/],
    [["--port", "x"], /--port needs a number/],
    [["--wach"], /--wach.*--help` shows the options/],
    [["--repository", "file:///x"], /--repository needs an address/],
  ];
  await Promise.all(
    cases.map(async ([args, message]) => {
      const { code, said } = await blog(...args);
      assert.equal(code, 2, said);
      assert.match(said, message);
    }),
  );
  assert.match((await blog("--help")).said, /^Usage: npm run blog/);
  await using folder = await BlogFolder.make();
  assert.match((await blog("--notebooks", folder.path)).said, /there are no notebooks in /);
});

test("a lesson with an error, a huge output, a script and an unknown type becomes a safe page, and is reported", async () => {
  await using folder = await BlogFolder.make();
  await folder.write("01-wild", [
    "# 01 · <script>alert(1)</script> Wild & `raw`",
    "<img src=x onerror=alert(1)> $\\href{javascript:alert(1)}{x}$",
    { code: "</code><script>alert(1)</script>", outputs: [printed("y\n".repeat(1e5))] },
    {
      code: "throw 1",
      outputs: [
        { output_type: "error", ename: "<script>", evalue: "</p><script>alert(1)</script>", traceback: null },
        shown({ "text/html": "<table><td><script>alert(1)</script><svg/onload=alert(1)>" }),
        shown({ "application/x-unknown": {} }),
        shown({ "application/vnd.plotly.v1+json": { data: [], layout: { title: '</script>"><script>' } } }),
      ],
    },
  ]);
  const lessons = await readLessons(folder.path);
  const reported: string[] = [];
  const files = await siteFiles(lessons, {}, (warning) => reported.push(warning));
  assert.deepEqual(reported, [
    "01-wild.ipynb, cell 4: HTML that needs script cannot be shown on a page, and there is nothing else to show",
    "01-wild.ipynb, cell 4: an output of the type application/x-unknown cannot be shown on a page, and there is nothing else to show",
  ]);
  const page = String(files.get("01-wild.html"));
  const scripts = page.match(/<script\b[^>]*>/g) ?? [];
  assert.equal(scripts.length, 3, "those of the page itself");
  assert.doesNotMatch(page, /<[^>]*\b(onerror|onload)=|href="javascript/);
  assert.ok(page.length < 60_000);
  assert.doesNotMatch(String(files.get("figures/01-wild-1.js")), /<\/script/);
  for (const [path, content] of files)
    if (path.endsWith(".html") || path.endsWith(".xml")) assert.doesNotMatch(String(content), /<script>alert/, path);
  assert.deepEqual(
    warnings(lessons).map((line) => line.replace(/;.*/, "")),
    ["01-wild.ipynb has no summary", "01-wild.ipynb shows errors in 1 of its cells"],
  );
});

test("links to the repository are there when it is known, and only then", async () => {
  await using folder = await BlogFolder.make();
  await folder.write("01-small", [...sound, "[the code](../lib/src/index.ts)"]);
  const lessons = await readLessons(folder.path);
  const without = String((await siteFiles(lessons)).get("01-small.html"));
  assert.doesNotMatch(without, /Open this notebook|blob\/HEAD|codespaces/);
  const place = { repository: "https://github.com/o/n", address: "https://o.github.io/n/" };
  const files = await siteFiles(lessons, place);
  const page = String(files.get("01-small.html"));
  assert.match(
    page,
    /href="https:\/\/github\.com\/o\/n\/blob\/HEAD\/notebooks\/01-small\.ipynb"[^>]*>Open this notebook/,
  );
  assert.match(page, /href="https:\/\/codespaces\.new\/o\/n\?quickstart=1"/);
  assert.match(page, /href="https:\/\/github\.com\/o\/n\/blob\/HEAD\/lib\/src\/index\.ts"/);
  assert.match(page, /<link rel="canonical" href="https:\/\/o\.github\.io\/n\/01-small\.html">/);
  assert.match(String(files.get("404.html")), /href="\/n\/index\.html"/);
  assert.match(String(files.get("index.html")), /git.*clone.*https:\/\/github\.com\/o\/n/);
  assert.match(String(files.get("feed.xml")), /<link>https:\/\/o\.github\.io\/n\/01-small\.html<\/link>/);
});

test("notebooks and sites of any name have addresses that programs read", async () => {
  await using folder = await BlogFolder.make();
  const figure = { data: [{ type: "bar", y: [1] }] };
  await folder.write("01 a & b #é?", [
    ...sound,
    {
      code: "1",
      outputs: [shown({ "application/vnd.plotly.v1+json": figure, "image/png": "iVBORw0KGgoAAAANSUhEUgAABfAAAAIw" })],
    },
  ]);
  await folder.write("02-more", ["# 02 · More\n\nAnother.\n\n[back](01%20a%20%26%20b%20%23%C3%A9%3F.ipynb)"]);
  const { address } = parseOptions(["--site", "https://bücher.example/der kurs/"], {});
  const files = await siteFiles(await readLessons(folder.path), { address });
  const name = "01%20a%20%26%20b%20%23%C3%A9%3F";
  const url = `https://xn--bcher-kva.example/der%20kurs/${name}`;
  for (const [path, expected] of [
    ["sitemap.xml", `<loc>${url}.html</loc>`],
    ["feed.xml", `<link>${url}.html</link>`],
    ["01 a & b #é?.html", `<link rel="canonical" href="${url}.html">`],
    ["01 a & b #é?.html", `content="https://xn--bcher-kva.example/der%20kurs/cards/${name}.png"`],
    ["01 a & b #é?.html", `<img src="figures/${name}-1.png"`],
    ["02-more.html", `<a href="${name}.html">back</a>`],
    ["02-more.html", `rel="prev" href="${name}.html"`],
    ["index.html", `href="${name}.html"`],
    ["glossary.html", `href="${name}.html#`],
  ] as const)
    assert.ok(String(files.get(path)).includes(expected), `${path} has ${expected}`);
});

test("lessons can be had as Markdown, with their outputs and pictures", async () => {
  await using folder = await BlogFolder.make();
  const png = "iVBORw0KGgoAAAANSUhEUgAABfAAAAIw";
  const figure = { data: [], layout: { title: { text: "Bars" } } };
  await folder.write("01-small", [
    ...sound,
    "See [02](02-more.ipynb) and [code](../lib/x.ts).",
    {
      code: "```",
      outputs: [shown({ "application/vnd.plotly.v1+json": figure, "image/png": png, "text/plain": "Two bars." })],
    },
  ]);
  await folder.write("02-more", ["# 02 · More\n\nAnother."]);
  const files = markdownFiles(await readLessons(folder.path));
  assert.deepEqual([...files.keys()].sort(), ["01-small.md", "02-more.md", "pictures/01-small-1.png"]);
  const text = String(files.get("01-small.md"));
  assert.match(text, /^---\ntitle: "01 · Small"\ndescription: "A lesson\."\n---\n\n# 01 · Small\n\nA lesson\./);
  assert.match(text, /```typescript\n1 \+ 1\n```\n\n```text\n2\n```/);
  assert.match(text, /See \[02\]\(02-more\.md\) and code\./);
  assert.match(text, /````typescript\n```\n````\n\n!\[Bars\]\(pictures\/01-small-1\.png\)\n\n\*Two bars\.\*/);
});
