/** The course's pipeline as a picture: its stations, what flows between them, and which lessons are about each. One truth for the lessons and the guide. */
import { type Figure, flowDiagram, themes } from "../plot/index.ts";

/** A station of the pipeline. */
export interface Station {
  readonly name: string;
  /** What it does, in a few words. */
  readonly does: string;
  /** Whether it is one of the stack's services, and not a program of the course. */
  readonly service?: boolean;
  /** Its place in the picture, from 0: to the right, and downwards. */
  readonly column: number;
  readonly row: number;
}

/** What flows from one station to another. */
export interface Flow {
  readonly from: string;
  readonly to: string;
  readonly what: string;
}

/** The stations, in the order in which a text meets them. */
export const STATIONS: readonly Station[] = [
  { name: "Stream API", does: "cuts texts into chunks", column: 0, row: 0 },
  { name: "Producer", does: "keeps order, fills batches", column: 1, row: 0 },
  { name: "Kafka", does: "keeps every message", column: 2, row: 0, service: true },
  { name: "Consumer", does: "counts words, finds clusters", column: 3, row: 0 },
  { name: "HDFS", does: "stores the files", column: 3, row: 1, service: true },
  { name: "Hive", does: "answers in SQL", column: 2, row: 1, service: true },
  { name: "YARN", does: "rebuilds texts from the log", column: 1, row: 1, service: true },
  { name: "Texts", does: "back, byte for byte", column: 0, row: 1 },
];

/**
 * What flows where. MapReduce reads the producer's log and not the table, so that it proves the texts without trusting the
 * consumer; the log lies on HDFS by then.
 */
export const FLOWS: readonly Flow[] = [
  { from: "Stream API", to: "Producer", what: "chunks" },
  { from: "Producer", to: "Kafka", what: "messages" },
  { from: "Kafka", to: "Consumer", what: "batches" },
  { from: "Consumer", to: "HDFS", what: "Parquet files" },
  { from: "HDFS", to: "Hive", what: "rows" },
  { from: "Producer", to: "YARN", what: "log" },
  { from: "YARN", to: "Texts", what: "files" },
];

/**
 * Draws the pipeline.
 *
 * @param details a second line for a station, by its name: an address, a lesson @default what it does
 *
 * @example
 * ```ts
 * import { pipelineDiagram } from "streambook/notebook";
 * const { data } = pipelineDiagram({ Kafka: "127.0.0.1:9092" });
 * console.assert(data.length === 1);
 * ```
 */
export function pipelineDiagram(details: Readonly<Record<string, string | undefined>> = {}): Figure {
  const colour = themes.light.scale[1];
  const boxes = STATIONS.map(({ name, does, service, column, row }) => {
    const detail = details[name];
    const fill = service === true && colour !== undefined ? { colour } : {};
    return { name, ...(detail !== undefined && { detail }), hover: does, column, row, ...fill };
  });
  const arrows = FLOWS.map(({ from, to, what }) => ({ from, to, label: what }));
  const diagram = flowDiagram(boxes, arrows);
  return { ...diagram, layout: { ...diagram.layout, title: { text: "The pipeline of this course" } } };
}
