/**
 * Where data files stand: below a folder, by the time of their rows. A layout gives the path of a file from its range of offsets
 * and the date or hour of its rows, and reads them back from the path.
 */
import type { Field } from "../../schema/index.ts";
import type { FileFormat } from "../rows/row-format.ts";
import type { Granularity } from "../rows/timestamp.ts";
import { fileName, type OffsetRange, parseFileName, parseRawFileName, rawFileName } from "./file-names.ts";

/** A data file's place: its range of offsets, and the date or hour of all its rows. */
export interface FilePlace extends OffsetRange {
  /** UTC, `2026-01-31` or `2026-01-31T23`. */
  readonly period: string;
}

/** How files of a topic are laid out. */
export interface Layout {
  readonly granularity: Granularity;
  /** The format of the files; a topic keeps to one. */
  readonly format: FileFormat;
  /** The columns of a table over the files that are folders, outermost first. */
  readonly columns: readonly Field[];
  /** The folder of a topic, from the folder that all share: empty where a topic has that one alone. */
  topicFolder(topic: string): string;
  /** The values of {@link columns} for a date or hour. */
  valuesOf(period: string): Readonly<Record<string, string>>;
  /** The folder of a date or hour, from the topic's folder. */
  folderOf(period: string): string;
  /** The name of a file in it. */
  nameOf(range: OffsetRange): string;
  /**
   * The range that the name of a file claims, in the path from the topic's folder, and its date or hour if it stands in the folder
   * of one; undefined for a file that is no data file.
   */
  parse(path: string): (OffsetRange & { readonly period?: string }) | undefined;
}

/** `{column}=2026-01-31/{topic}+{partition}+{first}+{last}.{format}`: the files of a table by date. */
export function tableLayout({
  column,
  format = "parquet",
}: {
  column: Field;
  format?: FileFormat | undefined;
}): Layout {
  return {
    ...folders({ date: column }),
    granularity: "date",
    format,
    topicFolder: () => "",
    nameOf: (range) => fileName({ ...range, format }),
    parse: parser(parseFileName, column.name),
  };
}

const RAW_COLUMNS = {
  date: { name: "date", type: "string", doc: "UTC date of the rows, YYYY-MM-DD" },
  hour: { name: "hour", type: "string", doc: "UTC hour of the rows, 00 to 23" },
} as const satisfies Record<string, Field>;

/**
 * `topic={topic}/date=2026-01-31/hour=23/{topic}_{partition}_{first}-{last}.json` (`.parquet`): topics beside each other, by date or
 * by date and hour.
 *
 * @param options.perTopic whether each topic has a folder of its own, `topic={topic}`; one that has all of the folder needs none
 */
export function topicLayout({
  by = "hour",
  format = "ndjson",
  perTopic = true,
}: {
  by?: Granularity | undefined;
  format?: FileFormat | undefined;
  perTopic?: boolean | undefined;
} = {}): Layout {
  const { date, hour } = RAW_COLUMNS;
  return {
    ...folders(by === "hour" ? { date, hour } : { date }),
    granularity: by,
    format,
    topicFolder: (topic) => (perTopic ? `topic=${topic}` : ""),
    nameOf: (range) => rawFileName({ ...range, format }),
    parse: parser(parseRawFileName, date.name, hour.name),
  };
}

/** The part of a layout that follows from the columns of the date and the hour. */
function folders({ date, hour }: { date: Field; hour?: Field }): Pick<Layout, "columns" | "valuesOf" | "folderOf"> {
  const valuesOf = (period: string): Record<string, string> => {
    const [day = "", time = ""] = period.split("T");
    return hour === undefined ? { [date.name]: day } : { [date.name]: day, [hour.name]: time };
  };
  return {
    columns: hour === undefined ? [date] : [date, hour],
    valuesOf,
    folderOf: (period) =>
      Object.entries(valuesOf(period))
        .map(([name, value]) => `${name}=${value}`)
        .join("/"),
  };
}

/** Reads a path: the range from the name, the date and the hour from the folders. */
function parser(parseName: (name: string) => OffsetRange | undefined, date: string, hour?: string): Layout["parse"] {
  return (path) => {
    const segments = path.split("/");
    const range = parseName(segments.pop() ?? "");
    if (range === undefined) return undefined;
    const values = new Map(segments.map((segment) => segment.split("=", 2) as [string, string | undefined]));
    const [day, time] = [values.get(date), hour === undefined ? undefined : values.get(hour)];
    return day === undefined ? range : { ...range, period: time === undefined ? day : `${day}T${time}` };
  };
}
