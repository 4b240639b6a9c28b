/** The sections that the page of any run has: what it came to, how long it took, how it was made, and how to go on. */
import { durationParts, formatBytes, formatCount, formatSeconds, unbroken } from "../format/index.ts";
import {
  figureElement,
  markup,
  ratesOverTime,
  stageRates,
  standalonePage,
  timeline,
  type Markup,
  type MarkupPart,
} from "../plot/index.ts";
import { reportStyle } from "./style.ts";
import type { ReportSuggestion, RunReport } from "./types.ts";
import type { Verdict } from "./verdict.ts";

/** What the page of a run is made of. */
export interface RunPageOptions {
  readonly verdict: Pick<Verdict, "passed" | "headline">;
  /** What the run came to, in two sentences. */
  readonly summary: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly sections: readonly (Markup | false)[];
  readonly footer: Markup;
  /** Source of plotly.js. */
  readonly plotly: string;
}

/** The page of a run as one HTML file that works offline. */
export function runPage({ verdict, summary, startedAt, sections, footer, plotly }: RunPageOptions): string {
  return standalonePage({
    title: `${verdict.passed ? "✓" : "✗"} ${verdict.headline.replace(/\.$/, "")} · streambook`,
    description: summary,
    brand: markup`streambook`,
    aside: markup`Run of <time datetime="${startedAt}">${moment(startedAt)}</time>`,
    body: markup`${sections}`,
    footer,
    style: reportStyle,
    plotly,
  });
}

/** A number worth seeing first. */
export interface Tile {
  readonly name: string;
  readonly value: MarkupPart;
  readonly failed?: boolean;
}

/** The tile of how long a run took. */
export function durationTile(seconds: number): Tile {
  const value = durationParts(seconds).map(({ value, unit }) => [value, markup`<small>${unit}</small> `]);
  return { name: "from start to report", value };
}

/** The verdict in large, the summary, the numbers, and what failed. */
export function heroSection(verdict: Verdict, summary: string, tiles: readonly Tile[]): Markup {
  const sign = verdict.passed ? "M19 33.5L28.5 43L46 22.5" : "M22 22L42 42M42 22L22 42";
  return markup`<section class="hero${verdict.passed ? "" : " failed"}" aria-labelledby="verdict">
<div class="verdict"><svg viewBox="0 0 64 64" aria-hidden="true"><circle class="seal" cx="32" cy="32" r="30"/><path class="sign" d="${sign}"/></svg>
<h1 id="verdict">${verdict.headline}</h1></div>
<p class="lead">${summary}</p>
<dl class="tiles">${tiles.map(({ name, value, failed = false }) => markup`<div class="card${failed ? " bad" : ""}"><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${findings("What failed", "", verdict.failures)}
${findings("Worth a look", "notice", verdict.notices)}
</section>`;
}

function findings(title: string, kind: string, sentences: readonly string[]): Markup | false {
  if (sentences.length === 0) return false;
  return markup`<div class="findings card ${kind}"><h2>${title}</h2><ul>${sentences.map((sentence) => markup`<li>${sentence}</li>`)}</ul></div>`;
}

/** A part of the page under a heading. @param id unique in the page */
export function section(id: string, title: string, lead: string, ...content: readonly (Markup | false)[]): Markup {
  return markup`<section aria-labelledby="${id}-heading"><h2 id="${id}-heading">${title}</h2>
<p class="lead">${lead}</p>${content}</section>`;
}

/** Where the time went: the stages, and the rates that they had. */
export function timeSection(run: Pick<RunReport, "seconds" | "stages" | "rates">): Markup | false {
  if (run.stages.length === 0) return false;
  const rated = run.stages.flatMap(({ name, messagesPerSecond }) =>
    messagesPerSecond === undefined ? [] : [{ name, messagesPerSecond }],
  );
  const longest = run.stages.reduce((one, other) => (other.seconds > one.seconds ? other : one));
  return section(
    "time",
    "Where the time went",
    `${unbroken(formatSeconds(run.seconds))} from the first command to this report. The longest stage was “${longest.name}” with ${unbroken(formatSeconds(longest.seconds))}.`,
    markup`<div class="pair">${[
      figureElement({
        id: "timeline",
        figure: timeline(run.stages),
        title: "Timeline of the stages",
        description:
          "Each bar is a stage, from its start to its end on the clock of the run. Stages that overlap ran at the same time.",
        table: stageTable(run),
      }),
      rated.length > 0 &&
        figureElement({
          id: "throughput",
          figure: stageRates(rated),
          title: "Messages a second, by stage",
          description:
            "Messages a second in each stage that moves messages, start-up of the stage included. A small run is mostly start-up: a large one is faster.",
        }),
      run.rates !== undefined &&
        run.rates.length > 0 &&
        figureElement({
          id: "rates",
          figure: ratesOverTime(run.rates),
          title: "Messages a second over time",
          description: "How many messages a second passed at each moment of the run.",
        }),
    ]}</div>`,
  );
}

function stageTable({ stages }: Pick<RunReport, "stages">): Markup {
  return markup`<table><caption>Stages of the run, in the order they began</caption>
<thead><tr><th scope="col">Stage</th><th scope="col" class="number">Began at</th><th scope="col" class="number">Took</th><th scope="col" class="number">Messages/s</th></tr></thead>
<tbody>${stages.map(
    ({ name, startedAt, seconds, messagesPerSecond }) =>
      markup`<tr><th scope="row">${name}</th><td class="number">${unbroken(formatSeconds(startedAt))}</td><td class="number">${unbroken(formatSeconds(seconds))}</td><td class="number">${messagesPerSecond === undefined ? "" : formatCount(messagesPerSecond)}</td></tr>`,
  )}</tbody></table>`;
}

/** Settings, versions, machine, and where to look. @param lead what another run with the same settings gives */
export function madeSection(run: Pick<RunReport, "machine" | "settings" | "versions" | "links">, lead: string): Markup {
  const { cores, memory, node, jdk, system } = run.machine;
  const machine = { System: system, Cores: cores, Memory: formatBytes(memory), Node: node, JDK: jdk ?? "elsewhere" };
  return section(
    "made",
    "How it was made",
    lead,
    markup`<div class="columns">${[
      facts("Settings", run.settings),
      facts("Versions", run.versions),
      facts("Machine", machine),
      run.links.length > 0 &&
        markup`<div class="card"><h3>Look inside, while the stack is up</h3><ul class="places">${run.links.map(
          ({ name, url, shows }) =>
            markup`<li>${isWebAddress(url) ? markup`<a href="${url}" rel="noreferrer">${name}</a>` : markup`${name}: <code>${url}</code>`}<small>${shows}</small></li>`,
        )}</ul></div>`,
    ]}</div>`,
  );
}

function facts(title: string, values: Readonly<Record<string, string | number | boolean>>): Markup | false {
  const entries = Object.entries(values);
  if (entries.length === 0) return false;
  const shown = (value: string | number | boolean): string =>
    typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
  return markup`<div class="card"><h3>${title}</h3><dl class="facts">${entries.map(([name, value]) => markup`<dt>${spaced(name)}</dt><dd>${shown(value)}</dd>`)}</dl></div>`;
}

/** The command and its arguments, none of which is broken at its hyphens. */
function unbrokenArguments(command: string): Markup[] {
  return command.split(" ").map((part, index) => markup`${index > 0 && " "}<span class="argument">${part}</span>`);
}

/** `chunkSize` as people write it: `chunk size`; names that are not camel case stay. */
function spaced(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z](?=[a-z])/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Commands to go on with. */
export function nextSection(verdict: Pick<Verdict, "passed">, suggestions: readonly ReportSuggestion[]): Markup {
  return section(
    "next",
    verdict.passed ? "What to try next" : "How to find out why",
    verdict.passed
      ? "Press a command to copy it."
      : "The stack keeps its logs and its data. Press a command to copy it.",
    markup`<ul class="commands">${suggestions.map(
      ({ command, does }) =>
        markup`<li><button type="button" class="command" data-copy="${command}"><span class="say"><span>copy</span></span><code>${unbrokenArguments(command)}</code><small>${does}</small></button></li>`,
    )}</ul>`,
  );
}

function isWebAddress(url: string): boolean {
  return /^https?:\/\//i.test(url) && URL.canParse(url);
}

/** `4 March 2026, 09:30 UTC`, or the text as it is when it is no time. */
function moment(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  const text = date.toLocaleString("en-GB", {
    timeZone: "UTC",
    day: "numeric",
    month: "long",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
  });
  return `${text.replace(" at ", ", ")} UTC`;
}
