/** The page of a report, section by section: what the run came to, what flowed, how long it took, what it found, and how to go on. */
import { durationParts, formatBytes, formatCount, formatSeconds, plural, unbroken } from "../format/index.ts";
import {
  clusterPlane,
  excerpt,
  figureElement,
  heatMap,
  markup,
  ratesOverTime,
  stageRates,
  standalonePage,
  timeline,
  type Figure,
  type Markup,
  type MarkupPart,
} from "../plot/index.ts";
import { pipelinePicture } from "./picture.ts";
import { clustersShown, samplePoints, textsShown } from "./limits.ts";
import { reportStyle } from "./style.ts";
import type { ReportCluster, ReportHeatMap, ReportPoint, ReportSuggestion, ReportText, RunReport } from "./types.ts";
import { judge, type Verdict } from "./verdict.ts";

/**
 * The page of a run as one HTML file that works offline. Long lists are cut, and the page says by how much.
 *
 * @param plotly source of plotly.js
 */
export function reportPage(run: RunReport, plotly: string): string {
  const verdict = judge(run);
  const sections = [
    hero(run, verdict),
    picture(run),
    time(run),
    clusters(run),
    heat(run),
    texts(run),
    made(run),
    next(run, verdict),
  ];
  return standalonePage({
    title: `${verdict.passed ? "✓" : "✗"} ${verdict.headline.replace(/\.$/, "")} · streambook`,
    description: summary(run),
    brand: markup`streambook`,
    aside: markup`Run of <time datetime="${run.startedAt}">${moment(run.startedAt)}</time>`,
    body: markup`${sections}`,
    footer: markup`<p>Everything on this page is also in <code>report.json</code> beside it, and every text with its checksums in <code>texts.ndjson</code>. The page is one file and asks nothing of any network. Figures drawn with plotly.js (MIT).</p>`,
    style: reportStyle,
    plotly,
  });
}

function hero(run: RunReport, verdict: Verdict): Markup {
  const sign = verdict.passed ? "M19 33.5L28.5 43L46 22.5" : "M22 22L42 42M42 22L22 42";
  return markup`<section class="hero${verdict.passed ? "" : " failed"}" aria-labelledby="verdict">
<div class="verdict"><svg viewBox="0 0 64 64" aria-hidden="true"><circle class="seal" cx="32" cy="32" r="30"/><path class="sign" d="${sign}"/></svg>
<h1 id="verdict">${verdict.headline}</h1></div>
<p class="lead">${summary(run)}</p>
<dl class="tiles">${tiles(run)}</dl>
${findings("What failed", "", verdict.failures)}
${findings("Worth a look", "notice", verdict.notices)}
</section>`;
}

function summary(run: RunReport): string {
  const { sent, rows, distinctOffsets } = run.counts;
  const bytes = run.texts.reduce((sum, text) => sum + text.bytes, 0);
  const begin = `${plural(run.texts.length, "text")} of ${unbroken(formatBytes(bytes))} in all went through a real Kafka, HDFS, YARN and Hive in ${unbroken(formatSeconds(run.seconds))}.`;
  if (sent === rows && rows === distinctOffsets && sent === run.messages && run.deadLetters === 0) {
    return `${begin} ${plural(sent, "message was", "messages were")} sent, and Hive holds exactly as many rows with as many distinct offsets: nothing lost, nothing twice.`;
  }
  return `${begin} ${plural(sent, "message was", "messages were")} sent; Hive holds ${plural(rows, "row")} with ${plural(distinctOffsets, "distinct offset")}.`;
}

function tiles(run: RunReport): Markup[] {
  const { sent, rows, distinctOffsets } = run.counts;
  const identical = run.texts.filter((text) => text.identical).length;
  const tile = (name: string, value: MarkupPart, failed = false): Markup =>
    markup`<div class="card${failed ? " bad" : ""}"><dt>${name}</dt><dd>${value}</dd></div>`;
  return [
    tile(
      "texts identical",
      [formatCount(identical), markup`<small>of ${formatCount(run.texts.length)}</small>`],
      identical < run.texts.length,
    ),
    tile("messages sent", formatCount(sent), sent !== run.messages),
    tile("rows in Hive", formatCount(rows), rows !== sent),
    tile("distinct offsets", formatCount(distinctOffsets), distinctOffsets !== sent),
    tile("dead letters", formatCount(run.deadLetters), run.deadLetters > 0),
    tile(
      "from start to report",
      durationParts(run.seconds).map(({ value, unit }) => [value, markup`<small>${unit}</small> `]),
    ),
  ];
}

function findings(title: string, kind: string, sentences: readonly string[]): Markup | false {
  if (sentences.length === 0) return false;
  return markup`<div class="findings card ${kind}"><h2>${title}</h2><ul>${sentences.map((sentence) => markup`<li>${sentence}</li>`)}</ul></div>`;
}

function section(id: string, title: string, lead: string, ...content: readonly (Markup | false)[]): Markup {
  return markup`<section aria-labelledby="${id}-heading"><h2 id="${id}-heading">${title}</h2>
<p class="lead">${lead}</p>${content}</section>`;
}

function picture(run: RunReport): Markup {
  return section(
    "flow",
    "What flowed",
    "The texts leave on the upper road and come back on the lower one. MapReduce reads the log that the producer keeps, and not the table: so the two roads share nothing after the producer, and each proves the other. The numbers are of this run; where two of them differ, something was lost or came twice.",
    pipelinePicture(run),
  );
}

function time(run: RunReport): Markup | false {
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

function stageTable({ stages }: RunReport): Markup {
  return markup`<table><caption>Stages of the run, in the order they began</caption>
<thead><tr><th scope="col">Stage</th><th scope="col" class="number">Began at</th><th scope="col" class="number">Took</th><th scope="col" class="number">Messages/s</th></tr></thead>
<tbody>${stages.map(
    ({ name, startedAt, seconds, messagesPerSecond }) =>
      markup`<tr><th scope="row">${name}</th><td class="number">${unbroken(formatSeconds(startedAt))}</td><td class="number">${unbroken(formatSeconds(seconds))}</td><td class="number">${messagesPerSecond === undefined ? "" : formatCount(messagesPerSecond)}</td></tr>`,
  )}</tbody></table>`;
}

function clusters(run: RunReport): Markup | false {
  if (run.clusters.length === 0) return false;
  const shown = clustersShown(run.clusters);
  const ids = new Set(shown.map(({ id }) => id));
  const points = samplePoints(run.points).filter(
    ({ cluster }) => ids.has(cluster) || shown.length === run.clusters.length,
  );
  const sampled =
    points.length < run.counts.rows
      ? ` ${formatCount(points.length)} of ${formatCount(run.counts.rows)} chunks are shown, an even sample.`
      : "";
  const why = run.settings["clustersChosen"];
  const number = plural(run.clusters.length, "cluster was", "clusters were");
  const lead = [
    "The clusters were found by words alone: the pipeline does not know which text a chunk belongs to.",
    why !== undefined && `${number} looked for: ${String(why)}.`,
    run.clusters.length < run.texts.length / 2 &&
      "So few clusters cannot keep so many texts apart: purity by text is low.",
    shown.length < run.clusters.length && `The ${shown.length} largest are shown; report.json has all.`,
    "Point at a mark to read the chunk.",
  ];
  return section(
    "clusters",
    "What it found",
    lead.filter((sentence) => sentence !== false).join(" "),
    measures(run),
    points.length > 0 &&
      plane(
        points,
        shown,
        `Each mark is a chunk of text, put where its words put it: the two directions in which the chunks differ most (PCA of their tf·idf vectors). Colour and shape tell the cluster. Distances in the plane only hint at those in all dimensions.${sampled}`,
      ),
    markup`<h3 class="unseen">Top terms of the clusters</h3><ul class="terms" style="margin-top:1.25rem">${shown.map(termCard)}</ul>`,
  );
}

function plane(points: readonly ReportPoint[], shown: readonly ReportCluster[], description: string): Markup {
  const drawn = clusterPlane(points, shown);
  const listed = new Set(shown.map(({ id }) => id));
  // A series of its own for each cluster that is shown, in the order of the buttons, which are the legend.
  const data = [...shown.map(({ id }) => drawn.data[id]), ...drawn.data.filter((_, id) => !listed.has(id))].filter(
    (series) => series !== undefined,
  );
  const figure: Figure = { ...drawn, data, layout: { ...drawn.layout, showlegend: false } };
  return markup`<ul class="keys" aria-label="Clusters shown in the plane">${shown.map(
    ({ id, terms }, index) =>
      markup`<li><button type="button" aria-pressed="true" data-of="plane" data-series="${index}" style="${own(id)}"><span class="dot"></span>${id}${terms.length > 0 && ` · ${excerpt(terms.slice(0, 2).join(", "), 28)}`}</button></li>`,
  )}</ul>
${figureElement({ id: "plane", figure, title: "Clusters in the plane", description })}`;
}

function measures({ quality: { purity, nmi, ari, silhouette } }: RunReport): Markup | false {
  const known = (
    [
      ["purity by text", purity],
      ["normalized mutual information", nmi],
      ["adjusted Rand index", ari],
      ["silhouette", silhouette],
    ] as const
  ).filter(([, value]) => value !== undefined);
  if (known.length === 0) return false;
  return markup`<dl class="measures">${known.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${(value ?? 0).toFixed(2)}</dd></div>`)}</dl>`;
}

function termCard({ id, size, terms }: ReportCluster): Markup {
  const [first = [], rest = []] = [terms.slice(0, 4), terms.slice(4)];
  const words =
    terms.length === 0
      ? markup`no words`
      : markup`<b>${first.join(", ")}</b>${rest.length > 0 && `, ${rest.join(", ")}`}`;
  return markup`<li class="card" style="${own(id)}"><h3>Cluster ${id}<span>${plural(size, "chunk")}</span></h3><p>${size === 0 ? "empty" : words}</p></li>`;
}

/** The colour of a cluster, as the property that the style reads. */
function own(id: number): string {
  return `--own:var(--cluster-${((id % 10) + 10) % 10})`;
}

function heat(run: RunReport): Markup | false {
  const { files, clusters: ids, counts: own, others } = alongDiagonal(run.heatMap);
  if (files.length === 0 || ids.length === 0) return false;
  const names = [...ids.map(String), ...(others === undefined ? [] : ["others"])];
  const counts = others === undefined ? own : own.map((row, index) => [...row, others[index] ?? 0]);
  const columns = names.map((name, index) =>
    [name, run.clusters.find((cluster) => cluster.id === ids[index])?.terms[0] ?? ""].join(" ").trim(),
  );
  const cut =
    files.length < run.texts.length
      ? ` Of ${plural(run.texts.length, "text")} the ${files.length} with the most chunks are shown.`
      : "";
  const table = markup`<table><caption>Chunks of each text in each cluster</caption><thead><tr><th scope="col">Text</th>${names.map((name) => markup`<th scope="col" class="number">${name}</th>`)}</tr></thead>
<tbody>${files.map((file, index) => markup`<tr><th scope="row">${file}</th>${(counts[index] ?? []).map((value) => markup`<td class="number">${formatCount(value)}</td>`)}</tr>`)}</tbody></table>`;
  return section(
    "heat",
    "Which text went where",
    "If every text had a cluster of its own, each row would have one strong cell. Cells elsewhere are chunks that use another text's words.",
    figureElement({
      id: "heat-map",
      figure: heatMap({
        rows: files,
        columns,
        counts,
        columnTitle: "cluster, with its first term",
      }),
      title: "Chunks of each text in each cluster",
      description: `Rows are texts, columns are clusters. The number is how many chunks of the text fell into the cluster, the shade is the share of the row. The clusters stand in the order of the texts they took most from.${cut}`,
      table,
    }),
  );
}

/** Puts the columns in the order of the rows they are strongest in, so that what agrees lies on the diagonal. */
function alongDiagonal({ files, clusters: ids, counts, ...rest }: ReportHeatMap): ReportHeatMap {
  const strongest = ids.map((_, column) => {
    const values = counts.map((row) => row[column] ?? 0);
    const most = Math.max(0, ...values);
    return most === 0 ? files.length : values.indexOf(most);
  });
  const order = ids.map((_, column) => column).sort((one, other) => (strongest[one] ?? 0) - (strongest[other] ?? 0));
  return {
    ...rest,
    files,
    clusters: order.map((column) => ids[column] ?? 0),
    counts: counts.map((row) => order.map((column) => row[column] ?? 0)),
  };
}

function texts(run: RunReport): Markup | false {
  if (run.texts.length === 0) return false;
  const shown = textsShown(run.texts);
  return section(
    "texts",
    "The texts, before and after",
    "A checksum is 64 digits that change when one bit of a file does. Point at one to see all of it; press it to copy it.",
    markup`<div class="card texts"><table><caption>${plural(run.texts.length, "text")}, with the SHA-256 of the source and of what MapReduce rebuilt from the messages</caption>
<thead><tr><th scope="col">Text</th><th scope="col" class="number wide-only">Size</th><th scope="col">Source</th><th scope="col">Rebuilt</th><th scope="col">Verdict</th></tr></thead>
<tbody>${shown.map(textRow)}</tbody></table>${shown.length < run.texts.length && markup`<p class="more">${moreTexts(run.texts, shown)}</p>`}</div>`,
  );
}

/** What is said of the texts that have no row. */
function moreTexts(all: readonly ReportText[], shown: readonly ReportText[]): string {
  const failed = (texts: readonly ReportText[]): number => texts.filter(({ identical }) => !identical).length;
  const hidden = failed(all) - failed(shown);
  const verdict = hidden === 0 ? "all identical" : `${formatCount(hidden)} of them not identical`;
  return `and ${plural(all.length - shown.length, "more text")}, ${verdict}; texts.ndjson beside this page has all of them, with both checksums.`;
}

function textRow({ file, uri, bytes, sha256, rebuiltSha256, identical, problem }: ReportText): Markup {
  return markup`<tr${!identical && markup` class="is-other"`}><th scope="row">${file}<small class="uri">${uri ?? "never streamed"}</small></th>
<td class="number wide-only">${unbroken(formatBytes(bytes))}</td><td>${hash(sha256, `source ${excerpt(file, 60)}`)}</td><td>${rebuiltSha256 === null ? markup`<span class="other">none</span>` : hash(rebuiltSha256, `rebuilt ${excerpt(file, 60)}`)}</td>
<td>${identical ? markup`<span class="same">✓ identical</span>` : markup`<span class="other">✗ ${rebuiltSha256 === null ? "missing" : "different"}</span>`}${problem !== undefined && markup`<br><small>${problem}</small>`}</td></tr>`;
}

function hash(sha256: string, of: string): Markup {
  return markup`<button type="button" class="hash" data-copy="${sha256}" title="${sha256}" aria-label="Copy SHA-256 of ${of}, ${sha256.slice(0, 8)}">${sha256.slice(0, 8)}…</button>`;
}

function made(run: RunReport): Markup {
  const { cores, memory, node, jdk, system } = run.machine;
  const machine = { System: system, Cores: cores, Memory: formatBytes(memory), Node: node, JDK: jdk ?? "elsewhere" };
  return section(
    "made",
    "How it was made",
    "The same settings and seed on the same texts give the same clusters.",
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

function next(run: RunReport, verdict: Verdict): Markup {
  const suggestions = run.suggestions ?? (verdict.passed ? AFTER_SUCCESS : AFTER_FAILURE);
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

const AFTER_SUCCESS: readonly ReportSuggestion[] = [
  {
    command: "npm start -- --data path/to/your/texts",
    does: "The same with texts of your own: any folder of UTF-8 files.",
  },
  {
    command: "npm start -- --clusters 5 --seed 7",
    does: "Other clusters of the same texts: fewer of them, from another start.",
  },
  {
    command: "npx streambook data generate --topics 6 --texts 24 --size 50MB --seed 7 --output big",
    does: "Texts of any size with known topics; then npm start -- --data big.",
  },
  {
    command: "npm start -- --keep-up",
    does: "Leaves Kafka, HDFS, YARN and Hive running, so that you can look inside.",
  },
  {
    command: "npx streambook down",
    does: "Stops what runs and keeps the data; npx streambook reset removes that too.",
  },
];

const AFTER_FAILURE: readonly ReportSuggestion[] = [
  { command: "npx streambook status", does: "Which services are up, and where." },
  { command: "npx streambook doctor", does: "What is missing on this machine, with the command that installs it." },
  { command: "npx streambook logs kafka", does: "The log of a service; also hdfs, yarn, hive." },
  { command: "npm start", does: "The whole run again; what the last one made is removed first." },
];

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
