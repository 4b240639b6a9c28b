/** The guide as its readers have it: valid pages whose links all lead somewhere, small, quiet, and alive in a browser. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import type { Server } from "node:http";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { HtmlValidate } from "html-validate";
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Files } from "../blog/assets.ts";
import { putInPlace } from "../blog/put-in-place.ts";
import { readLessons, siteFiles } from "../blog/site.ts";
import { createSiteServer } from "../blog/watch.ts";
import { COURSE } from "../lib/src/notebook/index.ts";
import { TestFolder } from "../lib/src/notebook/notebooks-for-test.ts";
import { projectFolder } from "../lib/src/stack/index.ts";
import { noBrowser, openBrowser } from "./fixtures/browser.ts";
import { askedForByName, partOfToday } from "./fixtures/turns.ts";

const BASE = "/guide/";
/** Bytes that a page may take, compressed, before its figures come into view. */
const LIGHT = 150_000;
const PHONE = { width: 390, height: 844 };
const TABLET = { width: 834, height: 1112 };
const DESK = { width: 1440, height: 900 };
/** Pages that have, together, everything that has a colour: the others' contrast is looked at in the light only, which takes half of the time. */
const IN_THE_DARK = new Set([
  "index.html",
  "glossary.html",
  "404.html",
  "01-stream-api.html",
  "04-clusters.html",
  "12-lakehouse.html",
]);
/** A word that each lesson is about, as one would look for it. */
const WORDS: Readonly<Record<string, string>> = {
  "00-welcome": "pipeline in one picture",
  "01-stream-api": "back-pressure",
  "02-producer": "batching producer",
  "03-tokens": "Zipf",
  "04-clusters": "silhouette",
  "05-streaming-clusters": "drift",
  "06-hive": "Parquet columns",
  "07-mapreduce": "shuffle",
  "08-end-to-end": "kill -9",
  "09-spark": "micro-batch",
  "10-campaigns": "watermark",
  "11-clicks": "partition pruning",
  "12-lakehouse": "time travel",
  "13-ratings": "tombstone",
  "14-brokers": "rebalance",
  "15-watching": "saturation",
};

const lessons = await readLessons(join(projectFolder(), "notebooks"));
const files: Files = await siteFiles(lessons, { base: BASE });
const pages = [...files.keys()].filter((path) => path.endsWith(".html")).sort();
const text = (path: string): string => String(files.get(path) ?? "");

/** Where a page's links and files lead, relative to the site. */
function targets(path: string): { path: string; anchor: string }[] {
  const html = text(path).replace(/<(pre|code)\b[^]*?<\/\1>/g, "");
  return [...html.matchAll(/<(?:a|link|img|script)\b[^>]*?\b(?:href|src)="([^"]*)"/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^(https?|mailto|data):/.test(target))
    .map((target) => {
      const [file = "", anchor = ""] = target.split("#");
      const local = file.startsWith(BASE) ? file.slice(BASE.length) : posix.join(posix.dirname(path), file);
      return { path: file === "" ? path : local, anchor: decodeURIComponent(anchor) };
    });
}

describe("the files of the guide", () => {
  test("there is a page for each lesson, and the pages around them", () => {
    const names = lessons.map(({ name }) => `${name}.html`);
    assert.equal(names.length, COURSE.length);
    assert.deepEqual(pages, [...names, "404.html", "glossary.html", "index.html"].sort());
  });

  test("every page is valid HTML", async () => {
    const validator = new HtmlValidate({
      extends: ["html-validate:recommended"],
      rules: {
        "no-inline-style": "off", // KaTeX places letters by styles
        "long-title": "off",
        "require-sri": "off",
        "svg-focusable": "off",
        "void-style": "off",
        "no-trailing-whitespace": "off", // what a cell has put out stays as it is
        "tel-non-breaking": "off", // a row of digits is no telephone number here
        "prefer-native-element": ["error", { exclude: ["img", "status"] }],
      },
    });
    for (const path of pages) {
      const { results } = await validator.validateString(text(path));
      const found = results.flatMap(({ messages }) => messages.map((m) => `${m.line}: ${m.ruleId}: ${m.message}`));
      assert.deepEqual(found.slice(0, 8), [], path);
    }
  });

  test("every link and every file of a page is there, with its anchor", () => {
    for (const path of pages)
      for (const target of targets(path)) {
        assert.ok(files.has(target.path), `${path} leads to ${target.path}, which is not there`);
        const there = target.anchor === "" || text(target.path).includes(`id="${target.anchor}"`);
        assert.ok(there, `${path} leads to ${target.path}#${target.anchor}, which is not there`);
      }
  });

  test("nothing is loaded from elsewhere", () => {
    for (const path of pages)
      assert.deepEqual(
        text(path).match(/<(?:link|img|script|iframe|source)\b[^>]*(?:href|src)="(?:https?:)?\/\/[^"]*"/g) ?? [],
        [],
      );
    const style = [...files].filter(([path]) => path.endsWith(".css")).map(([, content]) => String(content));
    assert.doesNotMatch(style.join("\n"), /url\(\s*["']?(https?:)?\/\//);
  });

  test("a page is small before its figures come into view", () => {
    for (const path of pages) {
      const fonts = text(path).includes('class="katex') ? mathFonts() : 0;
      const loaded = targets(path).filter((target) => /\.(css|js|svg)$/.test(target.path));
      const parts = [path, ...new Set(loaded.map((target) => target.path))];
      const bytes = parts.reduce((sum, part) => sum + gzipSync(files.get(part) ?? "").length, fonts);
      assert.ok(bytes < LIGHT, `${path} takes ${bytes} bytes`);
    }
  });

  test("the feed has an item, the map an address, and the folder of cards a picture for each lesson", () => {
    for (const { name } of lessons) {
      assert.match(
        text("feed.xml"),
        new RegExp(`<guid isPermaLink="true">http://localhost:4100${BASE}${name}\\.html<`),
      );
      assert.match(text("sitemap.xml"), new RegExp(`<loc>http://localhost:4100${BASE}${name}\\.html</loc>`));
      const card = files.get(`cards/${name}.png`) as Buffer;
      assert.deepEqual([card.readUInt32BE(16), card.readUInt32BE(20)], [1200, 630]);
      assert.match(
        text(`${name}.html`),
        new RegExp(`og:image" content="http://localhost:4100${BASE}cards/${name}.png"`),
      );
    }
  });

  test("every word of the lessons is in the glossary, and leads to where it is explained", () => {
    const words = lessons.flatMap((lesson) => lesson.words);
    assert.ok(words.length > 50);
    assert.equal(text("glossary.html").match(/<a class="where"/g)?.length, words.length);
  });

  test("every exercise has its solution, folded away", () => {
    for (const { name } of lessons) {
      const html = text(`${name}.html`);
      const exercises = html.match(/<h3 id="exercise-\d/g)?.length ?? 0;
      assert.ok(exercises >= 3);
      assert.equal(html.match(/<details class="solution"><summary>/g)?.length, exercises, name);
    }
  });
});

/** The fonts that a page with formulas takes: the four that nearly all letters of the lessons are in. */
function mathFonts(): number {
  return ["Main-Regular", "Math-Italic", "Size1-Regular", "Size2-Regular"].reduce(
    (sum, name) => sum + (files.get(`assets/fonts/KaTeX_${name}.woff2`)?.length ?? 0),
    0,
  );
}

describe("the guide in a browser", { skip: noBrowser, concurrency: false }, () => {
  let folder: TestFolder;
  let server: Server;
  let browser: Browser;
  let origin: string;
  let axe: string;

  before(async () => {
    folder = await TestFolder.make(tmpdir());
    await putInPlace(files, join(folder.path, "site"));
    server = createSiteServer({ folder: join(folder.path, "site"), base: BASE });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    origin = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
    axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    await folder?.remove();
  });

  /** A page that writes down what is wrong with it. */
  async function open(
    path: string,
    options: Parameters<Browser["newContext"]>[0] = {},
  ): Promise<{ page: Page; context: BrowserContext; faults: string[] }> {
    const context = await browser.newContext({ viewport: DESK, reducedMotion: "reduce", ...options });
    const page = await context.newPage();
    const faults: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
    });
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("request", (request) => {
      const url = request.url();
      if (!url.startsWith(origin) && !/^(data|blob|file):/.test(url)) faults.push(`asks for ${url}`);
    });
    page.on("response", (response) => {
      if (response.status() >= 400 && !response.url().endsWith("/nothing"))
        faults.push(`${response.status()} ${response.url()}`);
    });
    await page.goto(path.startsWith("file:") ? path : `${origin}${BASE}${path}`);
    return { page, context, faults };
  }

  /** What axe-core finds that keeps people out. */
  async function serious(page: Page, rules?: readonly string[]): Promise<string[]> {
    await settled(page);
    await page.evaluate(axe);
    return page.evaluate(async (only) => {
      interface Violation {
        readonly id: string;
        readonly impact: string;
        readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
      }
      const { axe } = globalThis as unknown as {
        axe: { run(context: object, options: object): Promise<{ violations: Violation[] }> };
      };
      const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
      const { violations } = await axe.run(
        { exclude: [".plot > *"] },
        { runOnly: only ?? tags, resultTypes: ["violations"] },
      );
      return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => `${id}: ${nodes[0]?.html} ${nodes[0]?.failureSummary}`);
    }, rules);
  }

  /** Scrolls to each figure and waits until it is drawn. */
  async function enlivenAll(page: Page): Promise<number> {
    const figures = await page.locator("[data-figure]").all();
    for (const figure of figures) {
      await figure.scrollIntoViewIfNeeded();
      await figure.locator(".js-plotly-plot .main-svg").first().waitFor({ timeout: 20_000 });
    }
    return figures.length;
  }

  /** Waits until the fonts are there and the page has had the same size for a while: figures follow the window a moment later. */
  async function settled(page: Page): Promise<void> {
    await page.evaluate("document.fonts.ready.then(() => undefined)");
    let before = "";
    for (let same = 0; same < 3; await page.waitForTimeout(150)) {
      const size: string = await page.evaluate(
        "`${document.documentElement.scrollWidth} ${document.body.scrollHeight}`",
      );
      same = size === before ? same + 1 : 0;
      before = size;
    }
  }

  async function overflow(page: Page): Promise<number> {
    await settled(page);
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
  }

  /** A third of the pages a day: each takes half a minute, and what breaks figures or the style breaks most of them. */
  const THIRDS = 3;
  for (const [index, path] of pages.entries()) {
    const today = askedForByName || index % THIRDS === partOfToday(THIRDS);
    const skip = today
      ? false
      : "pages of the guide, of which a third is looked at each day: `npm test -- blog` is all";
    test(
      `${path}: every figure is alive, at every width, in both themes, and nobody is kept out`,
      { skip },
      async () => {
        const { page, context, faults } = await open(path, { colorScheme: "light" });
        const shown = await enlivenAll(page);
        assert.equal(shown, text(path).match(/data-figure="/g)?.length ?? 0);
        assert.deepEqual(await serious(page), [], "at a desk, light");
        assert.ok((await overflow(page)) <= 0, "it is not wider than a desk");
        await page.emulateMedia({ colorScheme: "dark", reducedMotion: "reduce" }); // colours are there at once
        await page.setViewportSize(TABLET);
        assert.ok((await overflow(page)) <= 0, "it is not wider than a tablet");
        await page.setViewportSize(PHONE);
        assert.ok((await overflow(page)) <= 0, "it is not wider than a phone");
        await page.evaluate("scrollTo({ top: 0, behavior: 'instant' })"); // the bar must not lie on what is looked at
        const rules = ["scrollable-region-focusable", "target-size"];
        if (IN_THE_DARK.has(path)) rules.push("color-contrast");
        assert.deepEqual(await serious(page, rules), [], "on a phone, dark");
        assert.deepEqual(faults, []);
        await context.close();
      },
    );
  }

  test("what a browser loads before the reader scrolls is small", async () => {
    for (const path of ["index.html", "03-tokens.html"]) {
      const { page, context } = await open("404.html");
      let bytes = 0;
      page.on("response", (response) => {
        const file = new URL(response.url()).pathname.slice(BASE.length);
        bytes += gzipSync(files.get(file) ?? "").length;
      });
      await page.goto(`${origin}${BASE}${path}`);
      await page.waitForLoadState("networkidle");
      assert.ok(bytes > 5000 && bytes < LIGHT, `${path}: ${bytes} bytes`);
      await context.close();
    }
  });

  test("figures have the colours of the theme, and follow it", async () => {
    const { page, context } = await open("04-clusters.html", { colorScheme: "dark" });
    const figure = page.locator("[data-figure]").first();
    await figure.scrollIntoViewIfNeeded();
    await figure.locator(".gtitle").first().waitFor();
    const colour = "getComputedStyle(document.querySelector('.gtitle')).fill";
    assert.equal(await page.evaluate(colour), "rgb(231, 236, 241)");
    await page.locator("[data-theme-switch]").click();
    await page.waitForFunction(`${colour} === "rgb(23, 34, 45)"`);
    await page.reload();
    assert.equal(await page.locator("html").getAttribute("data-theme"), "light", "the choice is kept");
    await context.close();
  });

  test("the search finds a word of each lesson, by the keyboard alone", async () => {
    const { page, context, faults } = await open("index.html");
    await page.keyboard.press("/");
    const input = page.getByRole("searchbox");
    await input.waitFor();
    for (const [name, words] of Object.entries(WORDS)) {
      await input.fill(words);
      await page.locator(`dialog.search a[href^="${name}.html"]`).first().waitFor();
    }
    await input.fill("Zipf");
    await page.keyboard.press("Enter");
    await page.waitForURL(/03-tokens\.html#/);
    await page.keyboard.press("Control+k");
    await page.getByRole("searchbox").fill("qqqq");
    await page.locator("dialog.search .count", { hasText: "Nothing about" }).waitFor();
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("dialog.search[open]").count(), 0);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("the keyboard reaches everything, the content first", async () => {
    const { page, context } = await open("00-welcome.html");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate("document.activeElement.className"), "skip");
    await page.waitForTimeout(300);
    const wanted: number = await page.evaluate(`(() => {
      const all = [...document.querySelectorAll("a[href], button, summary, input, [tabindex='0']")];
      const seen = all.filter((element) => element.checkVisibility({ visibilityProperty: true }));
      seen.forEach((element, at) => (element.dataset.stop = String(at)));
      return seen.length;
    })()`);
    const reached = new Set<string>();
    for (let press = 0; press < wanted + 10 && reached.size < wanted; press++) {
      const stop: string | undefined = await page.evaluate("document.activeElement?.dataset?.stop");
      if (stop !== undefined) reached.add(stop);
      await page.keyboard.press("Tab");
    }
    assert.equal(reached.size, wanted);
    await context.close();
  });

  test("on a phone the lessons and the contents are a touch away", async () => {
    const { page, context, faults } = await open("07-mapreduce.html", { viewport: PHONE, hasTouch: true });
    const lesson = page.locator("#lessons a", { hasText: "End to end" });
    assert.equal(await lesson.isVisible(), false);
    await page.getByRole("button", { name: "Lessons" }).tap();
    await lesson.waitFor();
    await page.keyboard.press("Escape");
    await page.locator(".contents summary").tap();
    await page.locator(".contents a", { hasText: "Exercises" }).tap();
    await page.waitForURL(/#exercises$/);
    await page.getByRole("button", { name: "Lessons" }).tap();
    await lesson.tap();
    await page.waitForURL(/08-end-to-end\.html$/);
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("on a phone the glossary is in the menu, and a lesson's page gives one reading time", async () => {
    const { page, context } = await open("02-producer.html", { viewport: PHONE, hasTouch: true });
    await page.getByRole("button", { name: "Lessons" }).tap();
    await page.locator("#lessons a", { hasText: "Glossary" }).tap();
    await page.waitForURL(/glossary\.html$/);
    await context.close();
    for (const { name } of COURSE) {
      const times = text(`${name}.html`).matchAll(/(\d+) (?:min|minutes) to read/g);
      assert.equal(new Set([...times].map(([, minutes]) => minutes)).size, 1, name);
    }
  });

  test("on the front page every label of an arrow stands in one line, beside the stations", async () => {
    const { page, context } = await open("index.html");
    for (const width of [DESK.width, 1280, 1024, TABLET.width, 600, PHONE.width, 320]) {
      await page.setViewportSize({ width, height: 900 });
      await settled(page);
      const faults: string[] = await page.evaluate(`(() => {
        const box = (range) => [...range.getClientRects()].filter(({ width, height }) => width > 1 && height > 1);
        const stations = [...document.querySelectorAll(".pipeline > li")].map((one) => one.getBoundingClientRect());
        return [...document.querySelectorAll(".pipeline .sends")].filter((label) => label.checkVisibility()).flatMap((label) => {
          const range = document.createRange();
          range.selectNodeContents(label.lastChild);
          const lines = box(range);
          const over = stations.filter((one) => lines.some((line) =>
            line.left < one.right && line.right > one.left && line.top < one.bottom && line.bottom > one.top));
          const outside = lines.some(({ left, right }) => left < 0 || right > innerWidth);
          return lines.length === 1 && over.length === 0 && !outside
            ? [] : [label.textContent + ": " + lines.length + " lines, over " + over.length + " stations" + (outside ? ", outside" : "")];
        });
      })()`);
      assert.deepEqual(faults, [], `${width} pixels`);
    }
    await context.close();
  });

  test("code can be copied, and a link into something folded opens it", async () => {
    const permissions = ["clipboard-read", "clipboard-write"];
    const { page, context } = await open("03-tokens.html", { permissions });
    const frame = page.locator(".cell > .code").first(); // the first one is folded away
    await frame.hover();
    await frame.getByRole("button", { name: "Copy this code" }).click();
    const copied: string = await page.evaluate("navigator.clipboard.readText()");
    assert.match(copied, /^const sentence = .*\n/);
    await page.evaluate(`document.querySelector(".solution .cell").id = "inside"; location.hash = "inside"`);
    await page.locator("details.solution[open]").first().waitFor();
    await context.close();
  });

  test("pages can be read from a disk, figures and search included", async () => {
    const file = pathToFileURL(join(folder.path, "site", "01-stream-api.html")).href;
    const { page, context, faults } = await open(file, {});
    assert.ok((await enlivenAll(page)) > 0);
    await page.keyboard.press("/");
    await page.getByRole("searchbox").fill("Zipf");
    await page.locator('dialog.search a[href^="03-tokens.html"]').first().waitFor();
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("without scripts there are pictures, and everything can be unfolded", async () => {
    const { page, context, faults } = await open("00-welcome.html", { javaScriptEnabled: false });
    await page.locator(".still img").first().scrollIntoViewIfNeeded();
    assert.ok(await page.locator(".still img").first().isVisible());
    await page.locator("details.solution summary").first().click();
    assert.ok(await page.locator("details.solution .cell").first().isVisible());
    assert.deepEqual(faults, []);
    await context.close();
  });

  test("an address that is not there gets a page that leads home, at any depth", async () => {
    const { page, context } = await open("deep/er/nothing");
    await page.getByRole("link", { name: "To the front page" }).click();
    await page.waitForURL(`${origin}${BASE}index.html`);
    await context.close();
  });
});
