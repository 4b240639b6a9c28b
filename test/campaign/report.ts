/** The page of a campaign: what was done to the pipeline and when, when it stood and went on, and what came of it. */
import { join } from "node:path";
import { formatCount, formatSeconds, plural, unbroken } from "../../lib/src/format/index.ts";
import { toJson } from "../../lib/src/json/index.ts";
import {
  defaultConfig,
  type Figure,
  figureElement,
  markup,
  type Markup,
  plotlySource,
  themes,
} from "../../lib/src/plot/index.ts";
import { makeOutputFolder } from "../../lib/src/project/index.ts";
import {
  durationTile,
  heroSection,
  madeSection,
  runPage,
  section,
  thisMachine,
  type Tile,
  writeWhole,
} from "../../lib/src/report/index.ts";
import { lastLine, type Outcome } from "./campaign.ts";

/** Writes `report.html` and `report.json` into a folder. */
export async function writeCampaign(outcome: Outcome, folder: string, jdk: string | null): Promise<void> {
  await makeOutputFolder(folder);
  const { log, ...rest } = outcome;
  const record = {
    lastLine: lastLine(outcome),
    ...rest,
    machine: thisMachine(jdk),
    missed: log.missed,
    faults: log.faults,
  };
  await writeWhole(join(folder, "report.json"), `${toJson(record, 2)}\n`);
  await writeWhole(join(folder, "report.html"), campaignPage(outcome, await plotlySource(), jdk));
}

/** @param plotly source of plotly.js */
export function campaignPage(outcome: Outcome, plotly: string, jdk: string | null): string {
  const { failures, startedAt, kind, log, gaveUp } = outcome;
  const passed = failures.length === 0;
  const verdict = {
    passed,
    headline: passed ? `${plural(log.count, "fault")}, and nothing lost or doubled.` : "The pipeline did not hold.",
    failures: [...failures],
    notices:
      gaveUp.length === 0
        ? []
        : [
            `${plural(gaveUp.length, "process has ended by itself, and was", "processes have ended by themselves, and were")} started again: see below.`,
          ],
  };
  return runPage({
    verdict,
    summary: `${lastLine(outcome)}.`,
    startedAt,
    sections: [
      heroSection(verdict, summary(outcome), tiles(outcome)),
      section(
        "timeline",
        "What was done to it, and how it went on",
        "Above, messages: those that were sent, and those that are stored for good. Where the second line is level and below the first, the pipeline stood: there the ground is shaded. Below, each fault at its moment; a line is one that lasted.",
        figureElement({
          id: "faults",
          figure: timelineFigure(outcome),
          title: "Messages sent and stored, and the faults, over time",
          description: standing(outcome),
          table: faultTable(outcome),
        }),
      ),
      endings(outcome),
      madeSection(
        {
          machine: thisMachine(jdk),
          settings: { kind, seed: outcome.seed, consumers: outcome.consumers, brokers: outcome.brokers },
          versions: {},
          links: [],
        },
        "The same seed draws the same faults in the same order; when each of them strikes depends on the machine.",
      ),
    ],
    footer: markup`<p>Everything on this page is also in <code>report.json</code> beside it; what each process said is in <code>logs</code>. Figures drawn with plotly.js (MIT).</p>`,
    plotly,
  });
}

function summary({ kind, fire, log, rounds, broken, asked, consumers, brokers }: Outcome): string {
  const underFire = fire.to - fire.from;
  const rate = log.count / (underFire / 60);
  return `The campaign ${kind} struck the pipeline for ${unbroken(formatSeconds(underFire))}, ${rate.toFixed(0)} times a minute, while a producer sent the course's texts again and again (${plural(rounds, "round")} to the end, ${broken} broken off) and ${plural(consumers, "consumer")} stored them${brokers > 1 ? `; each message stood on ${brokers} brokers` : ""}. Hive was asked ${plural(asked, "time")} meanwhile whether a row stood there twice.`;
}

function tiles({ log, finding, seconds, failures }: Outcome): Tile[] {
  const tile = (name: string, value: number | undefined, failed = false): Tile => ({
    name,
    value: value === undefined ? "–" : formatCount(value),
    failed,
  });
  const { messages, rows, distinct, identical } = finding ?? {};
  return [
    tile("faults that struck", log.count),
    tile("messages", messages),
    tile("rows", rows, rows !== messages),
    tile("distinct offsets", distinct, distinct !== messages),
    tile("texts identical", identical, failures.length > 0),
    durationTile(seconds),
  ];
}

function standing({ standstills, fire, samples }: Outcome): string {
  const under = standstills.filter(({ to }) => to > fire.from + 1 && to <= fire.to + 1);
  if (under.length === 0) return "The pipeline never stood for more than four seconds.";
  const lengths = under.map(({ from, to }) => to - from);
  const total = lengths.reduce((sum, length) => sum + length, 0);
  return `The pipeline stood ${plural(under.length, "time")}, for ${unbroken(formatSeconds(total))} of ${unbroken(formatSeconds(fire.to - fire.from))}, the longest time ${unbroken(formatSeconds(Math.max(...lengths)))}; each time it went on by itself. ${formatCount(samples.length)} looks at Kafka, a second apart.`;
}

/** Lines above, faults below, on one clock. */
function timelineFigure({ log, samples, standstills }: Outcome): Figure {
  const categories = log.counts.map(({ category }) => category.one);
  const row = new Map(categories.map((name, index) => [name, categories.length - 1 - index]));
  const x = samples.map(({ second }) => Math.round(second * 10) / 10);
  const line = (name: string, y: readonly number[]) =>
    ({ type: "scatter", mode: "lines", name, x, y, line: { width: 2 }, hovertemplate: "%{x:.0f} s: %{y:,}" }) as const;
  const traces = categories.map((name) => {
    const own = log.faults.filter(({ category }) => category === name);
    return {
      type: "scatter",
      mode: "lines+markers",
      name,
      yaxis: "y2",
      showlegend: false,
      x: own.flatMap(({ second, until }) => [second, until ?? null, null]),
      y: own.flatMap(({ until }) => [row.get(name) ?? 0, until === undefined ? null : (row.get(name) ?? 0), null]),
      text: own.flatMap(({ detail }) => [detail, detail, ""]),
      marker: { size: 5, color: themes.light.bad },
      line: { width: 3, color: themes.light.bad },
      hovertemplate: "%{x:.1f} s: %{text}",
    } as const;
  });
  const share = Math.min(0.6, 0.12 + categories.length * 0.05);
  return {
    data: [
      line(
        "sent",
        samples.map(({ sent }) => sent),
      ),
      line(
        "stored",
        samples.map(({ stored }) => stored),
      ),
      ...traces,
    ],
    layout: {
      height: 420 + categories.length * 24,
      margin: { l: 8, r: 16, t: 8, b: 48 },
      dragmode: "zoom",
      hovermode: "closest",
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      xaxis: { title: { text: "seconds since the campaign began" }, ticksuffix: " s", anchor: "y2" },
      yaxis: { title: { text: "messages" }, rangemode: "tozero", tickformat: ",~s", domain: [share + 0.05, 1] },
      yaxis2: {
        domain: [0, share],
        tickvals: categories.map((name) => row.get(name) ?? 0),
        ticktext: categories,
        range: [-0.6, categories.length - 0.4],
        automargin: true,
      },
      shapes: standstills.map(({ from, to }) => ({
        ...{
          type: "rect",
          layer: "below",
          xref: "x",
          yref: "paper",
          x0: from,
          x1: to,
          y0: share + 0.05,
          y1: 1,
          opacity: 0.5,
        },
      })),
    },
    config: defaultConfig,
  };
}

/** How many rows a table of faults shows. */
const MOST_ROWS = 400;

function faultTable({ log }: Outcome): Markup {
  const shown = log.faults.slice(0, MOST_ROWS);
  return markup`<table><caption>${log.summary}${log.count > shown.length && `; the first ${MOST_ROWS}, report.json has all`}</caption>
<thead><tr><th scope="col" class="number">At</th><th scope="col">Fault</th><th scope="col">Whom</th><th scope="col" class="number">Lasted</th></tr></thead>
<tbody>${shown.map(
    ({ second, until, category, detail }) =>
      markup`<tr><td class="number">${second.toFixed(1)} s</td><th scope="row">${category}</th><td>${detail}</td><td class="number">${until === undefined ? "" : `${(until - second).toFixed(1)} s`}</td></tr>`,
  )}</tbody></table>`;
}

function endings({ gaveUp, refusals }: Outcome): Markup | false {
  if (gaveUp.length + refusals.length === 0) return false;
  const byText = Map.groupBy(
    gaveUp,
    ({ worker, said }) => `${worker.replace(/-\d+$/, "")}: ${said.split("\n").at(-1) ?? ""}`,
  );
  const byReason = Map.groupBy(refusals, (said) => `Hive: ${said.split("\n")[0] ?? ""}`);
  const all = [...byText, ...byReason].map(
    ([text, times]) => markup`<li>${plural(times.length, "time")}: ${text}</li>`,
  );
  return section(
    "endings",
    "Who gave up",
    "A process that cannot go on says why and ends; whoever watches over it starts it again. A question to Hive that is not answered is asked again. That costs time, and no message.",
    markup`<ul>${all}</ul>`,
  );
}
