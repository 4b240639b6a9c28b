/**
 * `npm run bench -- memory`: the most memory that a consumer takes, of topics that are larger and larger. It ends with a page that plots it.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { formatCount } from "../lib/src/format/index.ts";
import { ensureTopic } from "../lib/src/kafka/index.ts";
import { type Figure, figureElement, markup, plotlySource, standalonePage, themes } from "../lib/src/plot/index.ts";
import { addresses, projectFolder } from "../lib/src/stack/index.ts";
import { cleanUp, inProcess } from "./in-process.ts";
import { sendRepeated } from "./messages.ts";

const FIRST = 50_000;
/** Each topic has so many times the messages of the one before it. */
const STEP = 10;
/** What the consumer is to stay below, in MB. */
const AIM = 400;

type Figures = Readonly<Record<"rows" | "seconds" | "peakMegabytes", number>>;

interface Point {
  readonly messages: number;
  readonly megabytes: number;
  readonly perSecond: number;
}

/** Runs the benchmark on the running stack, and cleans up after itself. */
export async function memoryBench({ messages: most = 5_000_000 } = {}, signal?: AbortSignal): Promise<void> {
  const at = await addresses();
  const topic = `bench-${Date.now()}`;
  const tables: string[] = [];
  const points: Point[] = [];
  try {
    await ensureTopic({ broker: at.kafka, topic, partitions: 4 });
    let sent = 0;
    for (let messages = Math.min(FIRST, most); messages <= most; messages = nextSize(messages, most)) {
      await sendRepeated({ broker: at.kafka, topic, from: sent, to: messages }, signal);
      sent = messages;
      const table = `bench_${Date.now()}`;
      tables.push(table);
      const parameters = { topic, table, stem: false };
      const { rows, seconds, peakMegabytes } = await inProcess<Figures>("consumer-process.ts", parameters, signal);
      if (rows !== messages) throw new Error(`${rows} rows instead of ${messages}`);
      points.push({ messages, megabytes: peakMegabytes, perSecond: Math.round(messages / seconds) });
      console.log(
        `${formatCount(messages)} messages: ${peakMegabytes} MB at most, ${formatCount(points.at(-1)?.perSecond ?? NaN)} messages/s`,
      );
    }
  } finally {
    await cleanUp(tables, [topic]);
  }
  const folder = join(projectFolder(), "output");
  await mkdir(folder, { recursive: true });
  const page = join(folder, "bench-memory.html");
  await writeFile(page, await pageOf(points));
  console.log(`\nPlotted: ${page}`);
}

/** The next size; the largest is the last, whatever it is. */
function nextSize(messages: number, most: number): number {
  return messages === most ? Infinity : Math.min(messages * STEP, most);
}

async function pageOf(points: readonly Point[]): Promise<string> {
  const title = "The most memory that the consumer took";
  const description = points
    .map(({ messages, megabytes }) => `${formatCount(messages)} messages: ${megabytes} MB`)
    .join(", ");
  const figure = figureElement({ id: "memory", figure: figureOf(points), title, description });
  const body = markup`<h1>${title}</h1><p>${description}.</p>${figure}`;
  return standalonePage({ title, description, brand: markup`streambook`, plotly: await plotlySource(), body });
}

function figureOf(points: readonly Point[]): Figure {
  const { accent, notice } = themes.light;
  const x = points.map(({ messages }) => messages);
  return {
    data: [
      {
        ...{ type: "scatter", mode: "lines+markers", name: "measured", x, y: points.map(({ megabytes }) => megabytes) },
        ...{ line: { color: accent }, marker: { size: 10 }, hovertemplate: "%{x} messages · %{y} MB<extra></extra>" },
      },
      {
        ...{ type: "scatter", mode: "lines", name: `${AIM} MB`, x: [x[0] ?? 0, x.at(-1) ?? 0], y: [AIM, AIM] },
        ...{ line: { color: notice, dash: "dash" }, hoverinfo: "skip" },
      },
    ],
    layout: {
      title: { text: "The most memory that the consumer took" },
      xaxis: { title: { text: "messages in the topic" }, type: "log" },
      yaxis: { title: { text: "MB" }, rangemode: "tozero" },
    },
  };
}
