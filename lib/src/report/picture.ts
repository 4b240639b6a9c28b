/** The pipeline as a picture, with the numbers of a run on its arrows: wide for a desk, tall for a phone. */
import { compactCount, formatBytes, formatCount, plural, unbroken } from "../format/index.ts";
import { markup, type Markup } from "../plot/index.ts";
import type { RunReport } from "./types.ts";

interface Box {
  readonly x: number;
  readonly y: number;
  readonly title: string;
  readonly line: string;
  readonly look?: Look | undefined;
}

interface Arrow {
  /** Of an SVG path. */
  readonly path: string;
  readonly label: string;
  /** What is counted, below an arrow that is too short for it. */
  readonly unit?: string;
  readonly at: readonly [x: number, y: number];
  readonly anchor?: "start" | "middle" | "end";
  readonly look?: Look | undefined;
}

/** Characters of a line in a box, at most. */
const LINE = 16;

type Look = "good" | "bad" | "quiet";

interface Drawing {
  readonly name: "wide" | "tall";
  readonly width: number;
  readonly height: number;
  readonly boxWidth: number;
  readonly boxHeight: number;
  readonly boxes: readonly Box[];
  readonly arrows: readonly Arrow[];
}

/** A number that fits an arrow, and what it counts: `["20,000", "texts"]`. */
type Counted = readonly [count: string, unit: string];

/** What stands in the boxes and on the arrows, wherever they are drawn. */
interface Facts {
  readonly texts: Counted;
  readonly size: string;
  readonly chunks: string;
  readonly messages: string;
  readonly messagesLook: Look | undefined;
  readonly rows: string;
  readonly rowsLook: Look | undefined;
  readonly rebuilt: Counted;
  readonly identical: string;
  readonly verdict: Look;
  readonly clusters: string;
  readonly purity: string;
  readonly deadLetters: string;
  readonly deadLook: Look;
  readonly topic: string;
  readonly table: string;
  readonly chunkSize: string;
}

/** The picture of a run: two drawings, of which the style shows the one that fits. */
export function pipelinePicture(run: RunReport): Markup {
  const facts = factsOf(run);
  const description =
    `${facts.texts.join(" ")} go through the stream API and the producer into Kafka as ${plural(run.counts.sent, "message")}; the consumer clusters them ` +
    `and writes ${plural(run.counts.rows, "row")} to the Hive table. From the producer's log, MapReduce rebuilds ${facts.rebuilt.join(" ")}: ${facts.identical}. ` +
    `Dead letters: ${facts.deadLetters}.`;
  return markup`<div class="picture card">${[wide(facts), tall(facts)].map((drawing) => draw(drawing, description))}</div>`;
}

function factsOf(run: RunReport): Facts {
  const identical = run.texts.filter((text) => text.identical).length;
  const allIdentical = run.texts.length > 0 && identical === run.texts.length;
  const setting = (name: string, otherwise: string): string => String(run.settings[name] ?? otherwise);
  return {
    texts: counted(run.texts.length, "text"),
    size: unbroken(formatBytes(run.texts.reduce((sum, { bytes }) => sum + bytes, 0))),
    chunks: compactCount(run.counts.sent),
    messages: compactCount(run.messages),
    messagesLook: run.messages === run.counts.sent ? undefined : "bad",
    rows: compactCount(run.counts.rows),
    rowsLook: run.counts.rows === run.counts.sent && run.counts.distinctOffsets === run.counts.rows ? undefined : "bad",
    rebuilt: counted(run.texts.filter(({ rebuiltSha256 }) => rebuiltSha256 !== null).length, "text"),
    identical: `${formatCount(identical)} of ${formatCount(run.texts.length)} identical`,
    verdict: allIdentical ? "good" : "bad",
    clusters: plural(run.clusters.length, "cluster"),
    purity: run.quality.purity === undefined ? "of chunks" : `purity ${run.quality.purity.toFixed(2)}`,
    deadLetters: formatCount(run.deadLetters),
    deadLook: run.deadLetters === 0 ? "quiet" : "bad",
    topic: short(`topic ${setting("topic", "chunks")}`),
    table: short(setting("table", "chunks_clustered")),
    chunkSize:
      run.settings["chunkSize"] === undefined ? "HTTP, NDJSON" : `${String(run.settings["chunkSize"])} characters`,
  };
}

function wide(facts: Facts): Drawing {
  const columns = [72, 276, 480, 684, 888, 1092] as const;
  const [texts, api, producer, kafka, consumer, hive] = columns;
  const [top, bottom, half, under] = [38, 196, 66, 34];
  const down = (x: number): string => `M${x} ${top + under + 3}V${bottom - under - 9}`;
  /** An arrow between neighbours: the number above it, what it counts below. */
  const between = (from: number, to: number, y: number, label: string, unit: string, look?: Look): Arrow => {
    const way = to > from ? 1 : -1;
    const path = `M${from + way * (half + 3)} ${y}H${to - way * (half + 9)}`;
    return { path, label, unit, at: [(from + to) / 2, y - 9], look };
  };
  const beside = (x: number, label: string, look?: Look): Pick<Arrow, "label" | "at" | "anchor" | "look"> => ({
    ...{ label, at: [x + 12, 122], anchor: "start", look },
  });
  return {
    name: "wide",
    width: 1164,
    height: 234,
    boxWidth: 2 * half,
    boxHeight: 2 * under,
    boxes: [
      { x: texts, y: top, title: "Texts", line: facts.size },
      { x: api, y: top, title: "Stream API", line: facts.chunkSize },
      { x: producer, y: top, title: "Producer", line: "an agent a text" },
      { x: kafka, y: top, title: "Kafka", line: facts.topic },
      { x: consumer, y: top, title: "Consumer", line: "words to clusters" },
      { x: hive, y: top, title: "Hive", line: facts.table },
      { x: producer, y: bottom, title: "Log", line: "NDJSON on HDFS" },
      { x: api, y: bottom, title: "MapReduce", line: "on YARN" },
      { x: texts, y: bottom, title: "Rebuilt", line: "checked by hash", look: facts.verdict },
      { x: consumer, y: bottom, title: "Dead letters", line: "with their errors", look: facts.deadLook },
      { x: hive, y: bottom, title: facts.clusters, line: facts.purity },
    ],
    arrows: [
      between(texts, api, top, ...facts.texts),
      between(api, producer, top, facts.chunks, "chunks"),
      between(producer, kafka, top, facts.chunks, "messages"),
      between(kafka, consumer, top, facts.messages, "messages", facts.messagesLook),
      between(consumer, hive, top, facts.rows, "rows", facts.rowsLook),
      { path: down(producer), ...beside(producer, `${facts.chunks} chunks`) },
      between(producer, api, bottom, facts.chunks, "chunks"),
      between(api, texts, bottom, ...facts.rebuilt),
      {
        path: `M${texts} ${bottom - under - 3}V${top + under + 9}`,
        ...beside(texts, facts.identical, facts.verdict),
      },
      { path: down(consumer), ...beside(consumer, facts.deadLetters, facts.deadLook) },
      { path: down(hive), label: "", at: [hive, 122] },
    ],
  };
}

function tall(facts: Facts): Drawing {
  const [left, middle, right] = [84, 168, 252];
  const rows = [40, 128, 216, 326, 414, 502] as const;
  const [half, under] = [74, 28];
  const down = (x: number, from: number): string =>
    `M${x} ${(rows[from] ?? 0) + under + 3}V${(rows[from + 1] ?? 0) - under - 9}`;
  const fork = (x: number): string =>
    `M${middle} ${rows[2] + under + 3}C${middle} ${rows[2] + 64} ${x} ${rows[2] + 38} ${x} ${rows[3] - under - 9}`;
  const beside = (row: number): number => ((rows[row] ?? 0) + (rows[row + 1] ?? 0)) / 2 + 2;
  return {
    name: "tall",
    width: 356,
    height: 590,
    boxWidth: 2 * half,
    boxHeight: 2 * under,
    boxes: [
      { x: middle, y: rows[0], title: "Texts", line: facts.size },
      { x: middle, y: rows[1], title: "Stream API", line: facts.chunkSize },
      { x: middle, y: rows[2], title: "Producer", line: "an agent a text" },
      { x: left, y: rows[3], title: "Kafka", line: facts.topic },
      { x: left, y: rows[4], title: "Consumer", line: facts.clusters },
      { x: left, y: rows[5], title: "Hive", line: facts.table },
      { x: right, y: rows[3], title: "Log", line: "NDJSON on HDFS" },
      { x: right, y: rows[4], title: "MapReduce", line: "on YARN" },
      { x: right, y: rows[5], title: "Rebuilt", line: "checked by hash", look: facts.verdict },
    ],
    arrows: [
      { path: down(middle, 0), label: facts.texts.join(" "), at: [middle + 12, beside(0)], anchor: "start" },
      { path: down(middle, 1), label: `${facts.chunks} chunks`, at: [middle + 12, beside(1)], anchor: "start" },
      { path: fork(left), label: facts.chunks, at: [left - 14, beside(2)], anchor: "end" },
      { path: fork(right), label: facts.chunks, at: [right + 14, beside(2)], anchor: "start" },
      {
        path: down(left, 3),
        label: facts.messages,
        at: [left + 12, beside(3)],
        anchor: "start",
        look: facts.messagesLook,
      },
      {
        path: down(left, 4),
        label: `${facts.rows} rows`,
        at: [left + 12, beside(4)],
        anchor: "start",
        look: facts.rowsLook,
      },
      { path: down(right, 3), label: facts.chunks, at: [right + 12, beside(3)], anchor: "start" },
      { path: down(right, 4), label: facts.rebuilt.join(" "), at: [right + 12, beside(4)], anchor: "start" },
      {
        path: `M${right + half + 3} ${rows[5]}H340Q346 ${rows[5]} 346 ${rows[5] - 6}V${rows[0] + 6}Q346 ${rows[0]} 340 ${rows[0]}H${middle + half + 9}`,
        label: facts.identical,
        at: [right, rows[5] + under + 24],
        look: facts.verdict,
      },
      { path: "", label: `dead letters: ${facts.deadLetters}`, at: [left, rows[5] + under + 24], look: facts.deadLook },
    ],
  };
}

function draw({ name, width, height, boxWidth, boxHeight, boxes, arrows }: Drawing, description: string): Markup {
  const head = (look: string): Markup =>
    markup`<marker id="${name}-${look}" viewBox="0 0 8 8" refX="2" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path class="head ${look}" d="M0 0L8 4L0 8Z"/></marker>`;
  return markup`<svg class="${name}" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="${name}-title" aria-describedby="${name}-description">
<title id="${name}-title">The pipeline of this run</title><desc id="${name}-description">${description}</desc>
<defs>${["flow", "good", "bad", "quiet"].map(head)}</defs>
${arrows.map(({ path, label, unit, at: [x, y], anchor = "middle", look }) => [
  path !== "" &&
    markup`<path class="arrow ${look ?? "flow"}" d="${path}" marker-end="url(#${name}-${look ?? "flow"})"/>`,
  label !== "" &&
    markup`<text class="count ${look ?? "flow"}" x="${x}" y="${y}" text-anchor="${anchor}">${label}</text>`,
  unit !== undefined && markup`<text class="unit" x="${x}" y="${y + 26}" text-anchor="middle">${unit}</text>`,
])}
${boxes.map(
  ({
    x,
    y,
    title,
    line,
    look,
  }) => markup`<g class="box ${look ?? "flow"}"><rect x="${x - boxWidth / 2}" y="${y - boxHeight / 2}" width="${boxWidth}" height="${boxHeight}" rx="10"/>
<text class="box-title" x="${x}" y="${y - 4}">${title}</text><text class="box-line" x="${x}" y="${y + 15}">${line}</text></g>`,
)}
</svg>`;
}

function counted(count: number, noun: string): Counted {
  return [compactCount(count), plural(count, noun).replace(/^\S+ /, "")];
}

/** A line that fits a box with room at its sides. */
function short(name: string): string {
  return name.length <= LINE ? name : `${name.slice(0, LINE - 1)}…`;
}
