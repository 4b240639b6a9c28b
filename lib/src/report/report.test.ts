import assert from "node:assert/strict";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import fc from "fast-check";
import { escapeHtml } from "../plot/index.ts";
import { reportPage } from "./page.ts";
import { sampleRun } from "./sample.test.ts";
import { heatMapOf, reportFile, samplePoints } from "./limits.ts";
import type { ReportFile, ReportText, RunReport } from "./types.ts";
import { writeReport } from "./write-report.ts";
import { judge } from "./verdict.ts";

const run = sampleRun();
const page = reportPage(run, "");

/** A run in which one thing is different. */
function but(change: Partial<RunReport>): RunReport {
  return { ...run, ...change };
}

function withText(index: number, change: Partial<RunReport["texts"][number]>): RunReport {
  return but({ identical: false, texts: run.texts.map((text, at) => (at === index ? { ...text, ...change } : text)) });
}

describe("the verdict", () => {
  const failing: readonly (readonly [what: string, run: RunReport, said: RegExp])[] = [
    [
      "a text that differs",
      withText(2, { identical: false, rebuiltSha256: "0".repeat(64), problem: "a gap after seq 3" }),
      /03-two-astronomers\.txt came back different from its source: a gap after seq 3\./,
    ],
    [
      "a text that was not rebuilt",
      withText(0, { identical: false, rebuiltSha256: null }),
      /01-lighthouse-journal\.txt was not rebuilt\./,
    ],
    ["one dead letter", but({ deadLetters: 1 }), /^1 message could not be read .* it waits/],
    [
      "a row too few",
      but({ counts: { ...run.counts, rows: 619, distinctOffsets: 619 } }),
      /^1 message of 620 never became a row/,
    ],
    [
      "a row too many",
      but({ counts: { ...run.counts, rows: 622, distinctOffsets: 620 } }),
      /^2 rows in Hive repeat an offset/,
    ],
    ["messages of another run", but({ messages: 621 }), /sent 620 messages, but the topic holds 621/],
    ["no text at all", but({ texts: [] }), /no text to stream/],
    ["a contradiction", but({ identical: false }), /without saying which/],
  ];

  test("passes when every text is identical and every count agrees", () => {
    assert.deepEqual(judge(run), {
      passed: true,
      headline: "All 10 texts came back identical.",
      failures: [],
      notices: [],
    });
  });

  for (const [what, failed, said] of failing) {
    test(`fails with ${what}, and the page says so`, () => {
      const verdict = judge(failed);
      assert.equal(verdict.passed, false);
      const sentence = verdict.failures.find((one) => said.test(one));
      assert.ok(sentence, verdict.failures.join("\n"));
      const html = reportPage(failed, "");
      assert.ok(html.includes(escapeHtml(sentence)));
      assert.match(html, /How to find out why/);
    });
  }

  test("names an empty cluster and one that swallows the rest, and passes all the same", () => {
    const clusters = run.clusters.map((cluster) => ({
      ...cluster,
      size: cluster.id === 4 ? 600 : cluster.id === 5 ? 0 : 2,
    }));
    const { passed, notices } = judge(but({ clusters }));
    assert.equal(passed, true);
    assert.match(notices.join("\n"), /Cluster 5 is empty[^]*Cluster 4 holds 98 %/);
  });
});

describe("the page", () => {
  test("has every text with its verdict and both checksums", () => {
    const failed = withText(3, { identical: false, rebuiltSha256: "f".repeat(64) });
    const table = reportPage(failed, "").split('<div class="card texts">')[1] ?? "";
    for (const { file, uri, sha256, rebuiltSha256, identical } of failed.texts) {
      const row = table.match(new RegExp(`<tr[^>]*><th scope="row">${file}[^]*?</tr>`))?.[0] ?? "";
      for (const part of [
        uri ?? "",
        `data-copy="${sha256}"`,
        `data-copy="${rebuiltSha256}"`,
        identical ? "✓ identical" : "✗ different",
      ]) {
        assert.ok(row.includes(part), `${file}: ${part}`);
      }
    }
  });

  test("puts the columns of the heat map in the order of the texts", () => {
    const html = reportPage(
      but({
        heatMap: {
          files: ["a", "b"],
          clusters: [0, 1, 2],
          counts: [
            [0, 0, 5],
            [7, 0, 1],
          ],
        },
      }),
      "",
    );
    assert.match(
      html,
      /<th scope="row">a<\/th><td class="number">5<\/td><td class="number">0<\/td><td class="number">0<\/td>/,
    );
    assert.match(
      html,
      /<th scope="row">b<\/th><td class="number">1<\/td><td class="number">7<\/td><td class="number">0<\/td>/,
    );
  });

  test("asks nothing of any network: no address of elsewhere but those of the services", () => {
    const allowed = new Set([...run.links.map(({ url }) => url), "http://www.w3.org/2000/svg"]);
    for (const [address] of page.matchAll(/https?:\/\/[^\s"'<>)]+/g)) assert.ok(allowed.has(address), address);
    assert.doesNotMatch(page, /<(script|link|img|iframe|object|embed)[^>]+(src|href)="(?!data:)/);
    assert.doesNotMatch(page, /@import|url\((?!#)/);
  });

  test("is sound HTML: every element closed in its order, ids unique, references found", () => {
    soundHtml(page);
    soundHtml(reportPage(withText(1, { identical: false, rebuiltSha256: null, uri: null, problem: "lost" }), ""));
    soundHtml(
      reportPage(
        but({
          texts: [],
          stages: [],
          clusters: [],
          points: [],
          links: [],
          heatMap: { files: [], clusters: [], counts: [] },
        }),
        "",
      ),
    );
  });

  test("offers no link that is not to a web page", () => {
    const html = reportPage(but({ links: [{ name: "x", url: "javascript:alert(1)", shows: "" }] }), "");
    assert.doesNotMatch(html, /href="javascript:/);
  });

  test("stays sound whatever chunks, names and terms are", () => {
    const anyText = fc.oneof(
      fc.string({ unit: "binary", maxLength: 60 }),
      fc.constantFrom(
        "</script><script>alert(1)</script>",
        "<!-- <script>",
        `"'><img src=x onerror=alert(1)>`,
        "${1}",
        "]]>",
        "&lt;b&gt;",
        "%{x}",
        "\u2028",
      ),
    );
    fc.assert(
      fc.property(anyText, anyText, anyText, (chunk, name, term) => {
        const hostile = sampleRun({
          points: 3,
          change: (made) => ({
            ...made,
            points: made.points.map((point) => ({ ...point, excerpt: chunk, file: name })),
            texts: made.texts.map((text) => ({ ...text, file: name, uri: chunk, problem: term })),
            stages: made.stages.map((stage) => ({ ...stage, name })),
            clusters: made.clusters.map((cluster) => ({ ...cluster, terms: [term, chunk] })),
            heatMap: { ...made.heatMap, files: made.heatMap.files.map(() => name) },
            settings: { name, [`x${term}`]: chunk },
            versions: { version: term },
            links: [{ name, url: chunk, shows: term }],
            suggestions: [{ command: chunk, does: name }],
            startedAt: term,
          }),
        });
        soundHtml(reportPage(hostile, ""));
      }),
      { numRuns: 40 },
    );
  });
});

describe("writing", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "streambook-report-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test("report.json reads back equal, report.html is one file of less than 3 MB, and nothing else is left", async () => {
    const { json, html, texts } = await writeReport(run, join(folder, "run"));
    assert.deepEqual(JSON.parse(await readFile(json, "utf8")), {
      ...run,
      points: samplePoints(run.points),
      textsTotal: 10,
      textsIdentical: 10,
    });
    assert.deepEqual(await linesOf(texts), run.texts);
    assert.ok((await readFile(html)).length < 3_000_000);
    assert.deepEqual((await readdir(join(folder, "run"))).sort(), ["report.html", "report.json", "texts.ndjson"]);
  });

  test("a number that JSON does not have is text in report.json", async () => {
    const { json } = await writeReport(but({ quality: { nmi: NaN } }), join(folder, "nan"));
    assert.deepEqual((JSON.parse(await readFile(json, "utf8")) as RunReport).quality, { nmi: "NaN" });
  });

  test("a large run keeps a sample of its points, and its page says how many", async () => {
    const large = sampleRun({
      points: 9000,
      change: (made) => ({
        ...made,
        points: made.points.map((point) => ({ ...point, excerpt: "日本語 ".repeat(90) })),
      }),
    });
    const { json, html } = await writeReport(large, join(folder, "large"));
    const { points, counts } = JSON.parse(await readFile(json, "utf8")) as RunReport;
    assert.equal(counts.rows, 9000);
    assert.ok(points.length <= 4000);
    assert.ok(points.every(({ excerpt }) => [...excerpt].length <= 160));
    const written = await readFile(html, "utf8");
    assert.ok(Buffer.byteLength(written) < 3_000_000);
    assert.ok(written.includes(`of 9,000 chunks are shown`));
  });

  test("when a report cannot be written, no half of it is left", async () => {
    const place = join(folder, "taken");
    await writeFile(place, "");
    await assert.rejects(writeReport(run, place));
    const blocked = join(folder, "blocked");
    await writeReport(run, blocked);
    await rm(join(blocked, "report.json"));
    await mkdir(join(blocked, "report.json"));
    await assert.rejects(writeReport(run, blocked));
    assert.deepEqual((await readdir(blocked)).sort(), ["report.html", "report.json", "texts.ndjson"]);
  });

  test("a sample is spread evenly and in order", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 1, max: 100 }), (length, limit) => {
        const points = Array.from({ length }, (_, x) => ({ x, y: 0, cluster: 0, file: "", excerpt: "" }));
        const xs = samplePoints(points, limit).map(({ x }) => x);
        assert.equal(xs.length, Math.min(length, limit));
        const gaps = xs.slice(1).map((x, index) => x - (xs[index] ?? 0));
        assert.ok(gaps.every((gap) => gap >= 1) && Math.max(0, ...gaps) - Math.min(...gaps, Infinity) <= 1);
      }),
    );
  });
});

describe("a run of 20,000 texts", () => {
  const COUNT = 20_000;
  const LIMIT = 5_000_000;
  const plain = (index: number): string => `note-${index}.txt`;
  const hostile = (index: number): string => `${index}${`"&<'`.repeat(60)}`;
  const failedAt = [7, 11_111, 19_999];
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "streambook-report-"));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const kinds: readonly (readonly [what: string, run: RunReport])[] = [
    ["all identical", manyTexts(COUNT, plain, () => true)],
    ["three of them not identical", manyTexts(COUNT, plain, (index) => !failedAt.includes(index))],
    ["none identical, with names and words that are long on a page", manyTexts(COUNT, hostile, () => false)],
  ];
  for (const [index, [what, large]] of kinds.entries()) {
    test(`${what}: report.json and report.html are below 5 MB, and texts.ndjson has every text`, async () => {
      const { json, html, texts } = await writeReport(large, join(folder, String(index)));
      const [report, page] = [await readFile(json), await readFile(html)];
      assert.ok(report.length < LIMIT, `report.json has ${report.length} bytes`);
      assert.ok(page.length < LIMIT, `report.html has ${page.length} bytes`);
      const { textsTotal, textsIdentical } = JSON.parse(report.toString()) as ReportFile;
      assert.deepEqual([textsTotal, textsIdentical], [COUNT, large.texts.filter(({ identical }) => identical).length]);
      const lines = await linesOf(texts);
      assert.deepEqual(new Set(lines.map(({ file }) => file)), new Set(large.texts.map(({ file }) => file)));
      soundHtml(reportPage(large, ""));
    });
  }

  test("texts that are not identical stand first everywhere, and the others are counted", () => {
    const [, [, large]] = kinds as [unknown, (typeof kinds)[number]];
    const failed = failedAt.map(plain);
    assert.deepEqual(
      reportFile(large)
        .texts.slice(0, 4)
        .map(({ file }) => file),
      [...failed, plain(0)],
    );
    const table = reportPage(large, "").split('<div class="card texts">')[1] ?? "";
    const rows = [...table.matchAll(/<th scope="row">([^<]+)/g)].map(([, file]) => file);
    assert.deepEqual(rows.slice(0, 4), [...failed, plain(0)]);
    assert.equal(rows.length, 30);
    assert.match(table, /and 19,970 more texts, all identical; texts\.ndjson/);
    assert.match(judge(large).headline, /^3 of 20,000 texts did not come back identical/);
  });

  test("more failures than a page holds are counted, too, and a terminal gets few of them", () => {
    const [, , [, large]] = kinds as [unknown, unknown, (typeof kinds)[number]];
    assert.match(reportPage(large, ""), /and 19,500 more texts, 19,500 of them not identical/);
    const { failures } = judge(large);
    assert.equal(failures.length, 11);
    assert.match(failures.at(-1) ?? "", /^19,990 more texts are not identical either/);
  });

  test("a thousand clusters: the largest are shown, the empty ones are one notice, the page is below 5 MB", () => {
    const clusters = Array.from({ length: 1000 }, (_, id) => ({
      id,
      size: id < 300 ? 300 - id : 0,
      terms: ["a", "b"],
    }));
    const points = Array.from({ length: 9000 }, (_, x) => ({
      ...{ x, y: 0, cluster: x % 300, file: "a.txt", excerpt: "sea ".repeat(40) },
    }));
    const counts = { sent: 9000, rows: 9000, distinctOffsets: 9000 };
    const large = but({ clusters, points, messages: 9000, counts, texts: kinds[0]?.[1].texts ?? [] });
    const html = reportPage(large, "");
    assert.ok(html.length < LIMIT);
    soundHtml(html);
    assert.equal([...html.matchAll(/<button type="button" aria-pressed/g)].length, 40);
    assert.match(html, /The 40 largest are shown/);
    assert.deepEqual(judge(large).notices, [
      "700 of 1,000 clusters are empty: fewer clusters, or a longer warm-up, may suit these texts better.",
    ]);
  });

  test("the heat map keeps the texts with the most chunks and the largest clusters, and loses no chunk of a row", () => {
    const cells = Array.from({ length: COUNT }, (_, index) => ({
      ...{ file: plain(index % 5000), cluster: index % 100, count: 1 + (index % 7) },
    }));
    const sizes = Array.from({ length: 100 }, (_, id) => (id < 10 ? 1 : 1000));
    const {
      files,
      clusters,
      counts,
      others = [],
    } = heatMapOf(
      cells,
      cells.map(({ file }) => file),
      sizes,
    );
    assert.deepEqual([files.length, clusters.length, counts.length], [40, 40, 40]);
    assert.ok(clusters.every((id) => id >= 10));
    files.forEach((file, row) => {
      const total = cells.reduce((sum, cell) => sum + (cell.file === file ? cell.count : 0), 0);
      assert.equal(
        (counts[row] ?? []).reduce((sum, count) => sum + count, others[row] ?? 0),
        total,
      );
    });
  });
});

/** A run of many small texts, each one chunk. */
function manyTexts(count: number, nameOf: (index: number) => string, identical: (index: number) => boolean): RunReport {
  const texts = Array.from({ length: count }, (_, index): ReportText => {
    const problem = identical(index) ? {} : { problem: "12 chunks are missing (seq 0–11)" };
    const sha256 = String(index).padStart(64, "0");
    const rebuilt = identical(index) ? sha256 : "f".repeat(64);
    const uri = `/word-${index}.md`;
    return {
      file: nameOf(index),
      uri,
      bytes: 20,
      sha256,
      rebuiltSha256: rebuilt,
      identical: identical(index),
      ...problem,
    };
  });
  const clusters = Array.from({ length: 12 }, (_, id) => ({
    id,
    size: count / 12,
    terms: ["sea", "lamp", nameOf(id)],
  }));
  const cells = texts.map(({ file }, index) => ({ file, cluster: index % 12, count: 1 }));
  const sizes = clusters.map(({ size }) => size);
  return but({
    texts,
    identical: texts.every((text) => text.identical),
    clusters,
    points: texts.map(({ file }, index) => ({ x: index, y: 1 / 3, cluster: index % 12, file, excerpt: nameOf(index) })),
    messages: count,
    counts: { sent: count, rows: count, distinctOffsets: count },
    heatMap: heatMapOf(
      cells,
      texts.map(({ file }) => file),
      sizes,
    ),
    rates: [{ name: "sent", seconds: texts.map((_, index) => index / 4), messagesPerSecond: texts.map(() => 1 / 3) }],
  });
}

async function linesOf(path: string): Promise<ReportText[]> {
  const lines = (await readFile(path, "utf8")).split("\n");
  assert.equal(lines.pop(), "");
  return lines.map((line) => JSON.parse(line) as ReportText);
}

const VOID = new Set(["meta", "link", "input", "br"]);

/** Reads the page as HTML is read: scripts and styles end at their end tag, elements nest, ids are unique, references lead somewhere. */
function soundHtml(html: string): void {
  const open: string[] = [];
  const ids = new Set<string>();
  const references: string[] = [];
  const tags =
    /<!doctype html>|<(script|style)\b([^>]*)>[^]*?<\/\1>|<(\/?)([a-z][a-z0-9]*)((?:\s+[a-zA-Z-]+(?:="[^"<>]*")?)*)\s*(\/?)>|</gi;
  for (const [tag, raw, rawAttributes = "", slash, name = "", attributes = "", closed] of html.matchAll(tags)) {
    assert.notEqual(tag, "<", "a < that opens no tag");
    for (const [, attribute = "", value = ""] of `${attributes}${rawAttributes}`.matchAll(
      /\s([a-zA-Z-]+)="([^"]*)"/g,
    )) {
      assert.doesNotMatch(attribute, /^on/i, `a handler in ${tag}`);
      if (attribute === "id") {
        assert.ok(!ids.has(value), `id ${value} twice`);
        ids.add(value);
      }
      if (/^aria-(labelledby|describedby)$|^data-(figure|of)$/.test(attribute)) references.push(...value.split(" "));
    }
    if (raw !== undefined || tag.startsWith("<!")) continue;
    if (slash === "/") assert.equal(open.pop(), name, tag);
    else if (closed !== "/" && !VOID.has(name)) open.push(name);
  }
  assert.deepEqual(open, []);
  for (const reference of references) assert.ok(ids.has(reference), `nothing has the id ${reference}`);
}
