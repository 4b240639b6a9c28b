/** The report of a case: what was asked, what the stores answered, and whether each number is the plain answer's. */
import { join } from "node:path";
import { formatCount, formatSeconds, plural, unbroken } from "../../format/index.ts";
import { toJson } from "../../json/index.ts";
import {
  type Figure,
  figureElement,
  flowDiagram,
  type FlowArrow,
  type FlowBox,
  markup,
  type Markup,
  plotlySource,
} from "../../plot/index.ts";
import { makeOutputFolder, writingInto } from "../../project/index.ts";
import {
  durationTile,
  heroSection,
  madeSection,
  nextSection,
  type ReportLink,
  type ReportMachine,
  type ReportStage,
  type ReportSuggestion,
  runPage,
  type RunReport,
  section,
  timeSection,
  type Verdict,
  writeWhole,
} from "../../report/index.ts";
import type { Comparison } from "./compare-rows.ts";

/** A number of the run. */
export interface CaseCount {
  readonly name: string;
  readonly value: number;
  /** Whether it should not be there. @default false */
  readonly failed?: boolean;
}

/** A figure of the report. */
export interface CaseFigure {
  /** Unique in the report: letters, digits, dashes. */
  readonly id: string;
  readonly title: string;
  /** What it shows, in a sentence or two. */
  readonly description: string;
  readonly figure: Figure;
}

/** A picture of something else's page. */
export interface CasePicture {
  /** Unique in the report: letters, digits, dashes. */
  readonly id: string;
  readonly title: string;
  /** What it shows, for those who do not see it, too. */
  readonly description: string;
  readonly png: Uint8Array;
}

/** What a case has found: the part of a report that is its own. */
export interface CaseFindings {
  /** What happened, in a sentence or two. */
  readonly summary: string;
  /** Answers of the stores, compared with the plain ones. */
  readonly comparisons: readonly Comparison[];
  /** At most five are shown large. */
  readonly counts: readonly CaseCount[];
  /** Sentences: what is worth a look, and no failure. */
  readonly notices: readonly string[];
  /** The way of the events, with their numbers. */
  readonly flow: { readonly boxes: readonly FlowBox[]; readonly arrows: readonly FlowArrow[] };
  readonly figures: readonly CaseFigure[];
  /** @default none */
  readonly pictures?: readonly CasePicture[];
  /** Rates along the way. */
  readonly rates: NonNullable<RunReport["rates"]>;
  /** Options that the run was made with. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  readonly links: readonly ReportLink[];
  readonly suggestions: readonly ReportSuggestion[];
}

/** The whole of it. */
export interface CaseReport extends CaseFindings {
  readonly name: string;
  readonly title: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly stages: readonly ReportStage[];
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: ReportMachine;
}

/** Differences of one comparison that are named in the verdict. */
const NAMED = 3;

/** Judges a case: it passes when something was compared, and nothing is different. */
export function judgeCase({
  title,
  comparisons,
  notices,
}: Pick<CaseReport, "title" | "comparisons" | "notices">): Verdict {
  const compared = comparisons.reduce((sum, comparison) => sum + comparison.compared, 0);
  const failures = comparisons.flatMap(failuresOf);
  if (compared === 0) failures.push("Nothing was compared.");
  const different = comparisons.reduce((sum, comparison) => sum + comparison.different, 0);
  const headline =
    failures.length === 0
      ? `${title}: ${plural(compared, "number")} compared, all right.`
      : `${title}: ${formatCount(different)} of ${plural(compared, "number")} ${different === 1 ? "is" : "are"} wrong.`;
  return { passed: failures.length === 0, headline, failures, notices };
}

function failuresOf({ name, compared, different, examples }: Comparison): string[] {
  if (compared === 0) return [`${name}: there was nothing to compare.`];
  if (different === 0) return [];
  const some = examples
    .slice(0, NAMED)
    .map(({ key, column, expected, found }) => `${key}: ${column} is ${found}, and should be ${expected}`);
  const more = different - some.length;
  return [
    `${name}: ${plural(different, "number differs", "numbers differ")} (${some.join("; ")}${more > 0 ? `; and ${formatCount(more)} more` : ""}).`,
  ];
}

/** Where {@link writeCaseReport} wrote. */
export interface WrittenCaseReport {
  readonly html: string;
  readonly json: string;
}

/** Writes `report.html` and `report.json` into a folder, which is made if it is missing; each appears whole or not at all. */
export async function writeCaseReport(report: CaseReport, folder: string): Promise<WrittenCaseReport> {
  const page = caseReportPage(report, await plotlySource());
  const written = { html: join(folder, "report.html"), json: join(folder, "report.json") };
  await makeOutputFolder(folder);
  await writingInto(folder, async () => {
    await writeWhole(written.json, `${toJson({ ...withoutPictures(report), passed: judgeCase(report).passed }, 2)}\n`);
    await writeWhole(written.html, page);
  });
  return written;
}

/** The report without what is not text. */
function withoutPictures({ pictures: _, ...report }: CaseReport): Omit<CaseReport, "pictures"> {
  return report;
}

/** The page. @param plotly source of plotly.js */
export function caseReportPage(report: CaseReport, plotly: string): string {
  const verdict = judgeCase(report);
  const { counts, flow, figures, seconds } = report;
  const tiles = counts
    .slice(0, 5)
    .map(({ name, value, failed = false }) => ({ name, value: formatCount(value), failed }));
  return runPage({
    verdict,
    summary: report.summary,
    startedAt: report.startedAt,
    sections: [
      heroSection(verdict, report.summary, [...tiles, durationTile(seconds)]),
      section(
        "flow",
        "What flowed",
        "The numbers are of this run.",
        figureElement({
          id: "flow-figure",
          figure: flowDiagram(flow.boxes, flow.arrows),
          title: "The way of the events",
          description: "Boxes are what runs, arrows carry how many went that way.",
        }),
      ),
      section(
        "answers",
        "The answers",
        "What the stores gave, drawn.",
        markup`<div class="pair">${figures.map(({ id, title, description, figure }) => markup`<h3>${title}</h3>${figureElement({ id, figure, title, description })}`)}</div>`,
      ),
      ...gallery(report.pictures ?? []),
      proof(report),
      timeSection(report),
      madeSection(report, "The same settings and seed give the same events, and the same answers."),
      nextSection(verdict, report.suggestions),
    ],
    footer: markup`<p>Everything on this page is also in <code>report.json</code> beside it. The page is one file and asks nothing of any network. Figures drawn with plotly.js (MIT).</p>`,
    plotly,
  });
}

function gallery(pictures: readonly CasePicture[]): Markup[] {
  if (pictures.length === 0) return [];
  const shown = pictures.map(
    ({ id, title, description, png }) => markup`<h3>${title}</h3><figure class="figure" id="${id}">
<img src="data:image/png;base64,${Buffer.from(png).toString("base64")}" alt="${description}" style="width: 100%; height: auto">
<figcaption>${description}</figcaption></figure>`,
  );
  return [section("dashboards", "The dashboards", "Pictures of the pages as they were at the end.", markup`${shown}`)];
}

function proof({ comparisons, counts, seconds }: CaseReport): Markup {
  return section(
    "proof",
    "Every number, proven",
    `Plain TypeScript answers the same questions in one pass over the events, without any of the services. Each number of each answer is compared with it. The run took ${unbroken(formatSeconds(seconds))}.`,
    markup`<div class="card table"><table><caption>Answers, compared with the plain ones</caption>
<thead><tr><th scope="col">Question</th><th scope="col" class="number">Numbers</th><th scope="col" class="number">Different</th><th scope="col">Verdict</th></tr></thead>
<tbody>${comparisons.map(
      ({ name, compared, different }) =>
        markup`<tr><th scope="row">${name}</th><td class="number">${formatCount(compared)}</td><td class="number">${formatCount(different)}</td><td>${compared > 0 && different === 0 ? markup`<span class="same">✓ equal</span>` : markup`<span class="other">✗ different</span>`}</td></tr>`,
    )}</tbody></table></div>
<div class="card table"><table><caption>All counts of the run</caption><tbody>${counts.map(({ name, value }) => markup`<tr><th scope="row">${name}</th><td class="number">${formatCount(value)}</td></tr>`)}</tbody></table></div>`,
  );
}
