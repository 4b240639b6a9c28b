/** The answers as figures: a funnel, the day's trend, sessions counted in two ways, where people leave, what is sold. */
import { compactCount, formatCount } from "../../../format/index.ts";
import {
  clusterColour,
  defaultConfig,
  escapeLabel,
  type Figure,
  heatMap,
  labelledBars,
  type Trace,
} from "../../../plot/index.ts";
import type { Row } from "../../report/compare-rows.ts";
import type { CaseFigure } from "../../report/report.ts";
import type { ClicksAnswers } from "../ask/ask.ts";
import { stages } from "../plain/sessions.ts";

/** The figures of a report. */
export function clicksFigures(answers: ClicksAnswers): CaseFigure[] {
  return [
    {
      id: "funnel",
      title: "From a look to a purchase",
      description:
        "Sessions that viewed a product, that put one in the cart then, and that bought one then. What is missing from one bar to the next has left.",
      figure: funnelFigure(answers.funnel),
    },
    {
      id: "funnel-by-category",
      title: "The same for each category",
      description:
        "Of the sessions that viewed a product of a category, the share that clicked one, and that bought one.",
      figure: categoriesFigure(answers.funnel_by_category),
    },
    {
      id: "trend",
      title: "Hour by hour",
      description:
        "Events of each hour, UTC. An hour without events is a gap, not an error: the shop is closed on Sundays from 02:00 to 03:00 UTC.",
      figure: trendFigure(answers.trend),
    },
    {
      id: "sessions",
      title: "Sessions, counted twice",
      description:
        "By the hour in which they began: as the shop counts them by its own ids, and as half an hour without an event ends them.",
      figure: sessionsFigure(answers.sessions_given, answers.sessions_by_gap),
    },
    {
      id: "agreement",
      title: "Do the two agree?",
      description:
        "Sessions of the shop that gaps find again, that a long pause divides, and that gaps join with the session in another tab.",
      figure: barsFigure(answers.agreement, "agreement", "sessions"),
    },
    {
      id: "drop-offs",
      title: "Where people leave",
      description: "Sessions by the last stage that they reached, and the page from which they left.",
      figure: dropOffsFigure(answers.drop_offs),
    },
    {
      id: "paths",
      title: "Ways through the shop",
      description: "The commonest beginnings of sessions: the first pages that were viewed.",
      figure: pathsFigure(answers.paths),
    },
    {
      id: "revenue",
      title: "What is sold",
      description: "Revenue of each category, in euros.",
      figure: revenueFigure(answers.by_category),
    },
  ];
}

const number = (row: Row | undefined, column: string): number => Number(row?.[column] ?? 0);
const text = (row: Row, column: string): string => String(row[column]);
const percent = (part: number, whole: number): string => `${whole === 0 ? 0 : Math.round((100 * part) / whole)} %`;

function funnelFigure(rows: readonly Row[]): Figure {
  const counts = stages.map((stage) =>
    number(
      rows.find((row) => row["stage"] === stage),
      "sessions",
    ),
  );
  const bars = stages.map((stage, index) => {
    const [sessions = 0, before = 0, all = 0] = [counts[index], counts[index - 1], counts[0]];
    const left = index === 0 ? "" : `, ${percent(sessions, all)} of all; ${formatCount(before - sessions)} left before`;
    return {
      name: stage,
      label: `${formatCount(sessions)} sessions${left}`,
      length: sessions,
      colour: clusterColour(index),
    };
  });
  return labelledBars(bars, "sessions", { tickformat: ",~s" });
}

function categoriesFigure(rows: readonly Row[]): Figure {
  const of = (category: string, stage: string): number =>
    number(
      rows.find((row) => row["category"] === category && row["stage"] === stage),
      "sessions",
    );
  const categories = [...new Set(rows.map((row) => text(row, "category")))].sort();
  return barGroups(
    stages.slice(1).map((stage, index) => ({
      name: stage,
      x: categories,
      y: categories.map((category) => (100 * of(category, stage)) / (of(category, "view") || 1)),
      colour: clusterColour(index + 1),
    })),
    "% of those that viewed",
  );
}

/** Every hour from the first to the last, also those of which there is no row. */
function allHours(rows: readonly Row[]): string[] {
  const hours = rows.map((row) => text(row, "hour")).sort();
  const at = (hour: string | undefined): number => Date.parse(`${hour}:00:00Z`);
  const all: string[] = [];
  for (let time = at(hours[0]); time <= at(hours.at(-1)); time += 3_600_000)
    all.push(new Date(time).toISOString().slice(0, 13));
  return all;
}

/** `15 h`; the first of a day with the date. */
function hourName(hour: string, index: number): string {
  const [date = "", time = ""] = hour.split("T");
  return index === 0 || time === "00" ? `${time} h<br>${date}` : `${time} h`;
}

function trendFigure(rows: readonly Row[]): Figure {
  const hours = allHours(rows);
  const byHour = new Map(rows.map((row) => [row["hour"], row]));
  const of = (column: string): (number | null)[] =>
    hours.map((hour) => (byHour.has(hour) ? number(byHour.get(hour), column) : null));
  const lines = ["views", "clicks", "purchases", "users"].map((column, index) =>
    line(column, hours, of(column), index),
  );
  return overHours(lines, hours, "in the hour");
}

function sessionsFigure(given: readonly Row[], byGap: readonly Row[]): Figure {
  const hours = allHours([...given, ...byGap]);
  const of = (rows: readonly Row[]): number[] =>
    hours.map((hour) =>
      number(
        rows.find((row) => row["hour"] === hour),
        "sessions",
      ),
    );
  const lines = [line("as the shop counts", hours, of(given), 0), line("by gaps", hours, of(byGap), 1)];
  return overHours(lines, hours, "sessions");
}

function line(name: string, x: readonly string[], y: readonly (number | null)[], colour: number): Trace {
  return {
    type: "scatter",
    mode: "lines+markers",
    name: escapeLabel(name),
    x,
    y,
    line: { width: 2.5, color: clusterColour(colour) },
    hovertemplate: "%{y:,.0f}",
  };
}

function overHours(data: readonly Trace[], hours: readonly string[], title: string): Figure {
  const step = Math.ceil(hours.length / 12);
  const shown = hours.filter((_, index) => index % step === 0);
  return {
    data,
    layout: {
      ...GROUPED,
      hovermode: "x unified",
      xaxis: { fixedrange: true, type: "category", tickvals: shown, ticktext: shown.map(hourName) },
      yaxis: { fixedrange: true, title: { text: title }, rangemode: "tozero", tickformat: ",~s" },
    },
    config: defaultConfig,
  };
}

const GROUPED = {
  height: 340,
  margin: { l: 8, r: 16, t: 8, b: 56 },
  dragmode: false,
  legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
} as const;

function barGroups(
  groups: readonly { name: string; x: readonly string[]; y: readonly number[]; colour: string }[],
  title: string,
): Figure {
  return {
    data: groups.map(({ name, x, y, colour }) => ({
      ...{ type: "bar", name, x, y, marker: { color: colour } },
      hovertemplate: "%{x}: %{y:.0f} %",
    })),
    layout: {
      ...GROUPED,
      barmode: "group",
      xaxis: { fixedrange: true, type: "category" },
      yaxis: { fixedrange: true, title: { text: title }, rangemode: "tozero" },
    },
    config: defaultConfig,
  };
}

function barsFigure(rows: readonly Row[], name: string, measure: string): Figure {
  const all = rows.reduce((sum, row) => sum + number(row, measure), 0);
  const sorted = [...rows].sort((a, b) => number(b, measure) - number(a, measure));
  const bars = sorted.map((row) => {
    const value = number(row, measure);
    return { name: text(row, name), label: `${formatCount(value)} ${measure}, ${percent(value, all)}`, length: value };
  });
  return labelledBars(bars, measure, { tickformat: ",~s" });
}

function dropOffsFigure(rows: readonly Row[]): Figure {
  const pages = ["home", "search", "category", "product", "cart", "checkout"];
  const last = ["none", ...stages];
  const count = (stage: string, page: string): number =>
    number(
      rows.find((row) => row["last_stage"] === stage && row["last_page"] === page),
      "sessions",
    );
  return heatMap({
    rows: last.map((stage) => (stage === "none" ? "saw no product" : stage)),
    columns: pages,
    counts: last.map((stage) => pages.map((page) => count(stage, page))),
    ...{ unit: "sessions", columnTitle: "last page" },
  });
}

/** Paths that are drawn. */
const MOST_PATHS = 10;

function pathsFigure(rows: readonly Row[]): Figure {
  const sorted = [...rows].sort((a, b) => number(b, "sessions") - number(a, "sessions")).slice(0, MOST_PATHS);
  const bars = sorted.map((row) => {
    const sessions = number(row, "sessions");
    const label = `${formatCount(sessions)} sessions, ${percent(number(row, "buying"), sessions)} buy`;
    return { name: text(row, "path"), label, length: sessions };
  });
  return labelledBars(bars, "sessions", { tickformat: ",~s" });
}

function revenueFigure(rows: readonly Row[]): Figure {
  const sorted = [...rows].sort((a, b) => number(b, "revenue_cents") - number(a, "revenue_cents"));
  const bars = sorted.map((row) => {
    const euros = number(row, "revenue_cents") / 100;
    const label = `${compactCount(euros)} € for ${formatCount(number(row, "quantity"))} pieces`;
    return { name: text(row, "category"), label, length: euros };
  });
  return labelledBars(bars, "euros", { tickformat: ",~s" });
}
