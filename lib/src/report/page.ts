/** The page of a report, section by section: what the run came to, what flowed, how long it took, what it found, and how to go on. */
import { formatBytes, formatCount, formatSeconds, plural, unbroken } from "../format/index.ts";
import { clusterPlane, excerpt, figureElement, heatMap, markup, type Figure, type Markup } from "../plot/index.ts";
import { clustersShown, samplePoints, textsShown } from "./limits.ts";
import { pipelinePicture } from "./picture.ts";
import {
  durationTile,
  heroSection,
  madeSection,
  nextSection,
  runPage,
  section,
  type Tile,
  timeSection,
} from "./sections.ts";
import type { ReportCluster, ReportHeatMap, ReportPoint, ReportSuggestion, ReportText, RunReport } from "./types.ts";
import { judge } from "./verdict.ts";

/**
 * The page of a run as one HTML file that works offline. Long lists are cut, and the page says by how much.
 *
 * @param plotly source of plotly.js
 */
export function reportPage(run: RunReport, plotly: string): string {
  const verdict = judge(run);
  return runPage({
    verdict,
    summary: summary(run),
    startedAt: run.startedAt,
    sections: [
      heroSection(verdict, summary(run), tiles(run)),
      picture(run),
      timeSection(run),
      clusters(run),
      heat(run),
      texts(run),
      madeSection(run, "The same settings and seed on the same texts give the same clusters."),
      nextSection(verdict, run.suggestions ?? (verdict.passed ? AFTER_SUCCESS : AFTER_FAILURE)),
    ],
    footer: markup`<p>Everything on this page is also in <code>report.json</code> beside it, and every text with its checksums in <code>texts.ndjson</code>. The page is one file and asks nothing of any network. Figures drawn with plotly.js (MIT).</p>`,
    plotly,
  });
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

function tiles(run: RunReport): Tile[] {
  const { sent, rows, distinctOffsets } = run.counts;
  const identical = run.texts.filter((text) => text.identical).length;
  const tile = (name: string, count: number, failed: boolean): Tile => ({ name, value: formatCount(count), failed });
  return [
    {
      name: "texts identical",
      value: [formatCount(identical), markup`<small>of ${formatCount(run.texts.length)}</small>`],
      failed: identical < run.texts.length,
    },
    tile("messages sent", sent, sent !== run.messages),
    tile("rows in Hive", rows, rows !== sent),
    tile("distinct offsets", distinctOffsets, distinctOffsets !== sent),
    tile("dead letters", run.deadLetters, run.deadLetters > 0),
    durationTile(run.seconds),
  ];
}

function picture(run: RunReport): Markup {
  return section(
    "flow",
    "What flowed",
    "The texts leave on the upper road and come back on the lower one. MapReduce reads the log that the producer keeps, and not the table: so the two roads share nothing after the producer, and each proves the other. The numbers are of this run; where two of them differ, something was lost or came twice.",
    pipelinePicture(run),
  );
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
