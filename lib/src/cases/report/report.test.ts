import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { thisMachine } from "../../report/index.ts";
import { compareRows } from "./compare-rows.ts";
import { type CaseReport, caseReportPage, judgeCase, writeCaseReport } from "./report.ts";

const plain = [{ network: "1", views: 3 }];
const report: CaseReport = {
  ...{ name: "test", title: "Campaign views", startedAt: "2026-03-04T09:30:00.000Z", seconds: 60 },
  summary: "3 views were sent.",
  comparisons: [compareRows("views by network, asked of Hive", plain, plain, ["network"])],
  counts: [{ name: "views", value: 3 }],
  notices: ["One came late."],
  flow: { boxes: [{ name: "Kafka", column: 0, row: 0 }], arrows: [] },
  figures: [{ id: "one", title: "Views <by> network", description: "Bars.", figure: { data: [], layout: {} } }],
  ...{ rates: [], stages: [{ name: "Ask", seconds: 1, startedAt: 0 }], settings: { seed: 42 }, versions: {} },
  ...{ machine: thisMachine(null), links: [], suggestions: [{ command: "ls", does: "Lists." }] },
};
const wrong = {
  ...report,
  comparisons: [
    ...report.comparisons,
    compareRows("views, asked of Spark", plain, [{ network: "1", views: 4 }], ["network"]),
  ],
};

test("a case passes when every number that was compared is equal", () => {
  assert.deepEqual(judgeCase(report), {
    ...{ passed: true, headline: "Campaign views: 1 number compared, all right.", failures: [] },
    notices: ["One came late."],
  });
});

test("one wrong number fails it, and is named", () => {
  const { passed, headline, failures } = judgeCase(wrong);
  assert.equal(passed, false);
  assert.equal(headline, "Campaign views: 1 of 2 numbers is wrong.");
  assert.deepEqual(failures, ["views, asked of Spark: 1 number differs (1: views is 4, and should be 3)."]);
});

test("a case in which nothing was compared has not passed", () => {
  assert.equal(judgeCase({ ...report, comparisons: [] }).passed, false);
  assert.equal(judgeCase({ ...report, comparisons: [compareRows("none", [], [], ["k"])] }).passed, false);
});

test("the page shows verdict, numbers and figures, and escapes what it is given", () => {
  const page = caseReportPage(report, "");
  for (const part of [
    "1 number compared, all right",
    "Views &lt;by&gt; network",
    "✓ equal",
    "One came late.",
    "views by network",
  ])
    assert.ok(page.includes(part), part);
  assert.match(caseReportPage(wrong, ""), /What failed[^]*✗ different/);
});

test("pictures stand in the page, with what they show for those who do not see them, and not in report.json", async () => {
  const png = Uint8Array.of(137, 80, 78, 71);
  const seen = { ...report, pictures: [{ id: "a", title: "Overview", description: "Lines & bars", png }] };
  assert.match(caseReportPage(seen, ""), /<img src="data:image\/png;base64,iVBORw==" alt="Lines &amp; bars"/);
  assert.doesNotMatch(caseReportPage(report, ""), /The dashboards|<img/);
  const folder = await mkdtemp(join(tmpdir(), "streambook-report-"));
  try {
    const { json } = await writeCaseReport(seen, folder);
    assert.doesNotMatch(await readFile(json, "utf8"), /pictures/);
  } finally {
    await rm(folder, { recursive: true });
  }
});

test("report.json says whether it passed", async () => {
  const folder = await mkdtemp(join(tmpdir(), "case-report-"));
  try {
    const { json } = await writeCaseReport(wrong, folder);
    const read = JSON.parse(await readFile(json, "utf8")) as { passed: boolean; comparisons: unknown };
    assert.equal(read.passed, false);
    assert.deepEqual(read.comparisons, wrong.comparisons);
  } finally {
    await rm(folder, { recursive: true });
  }
});
