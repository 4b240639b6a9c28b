/** What the names of data files say: topic, partition and range of offsets. The names alone say where the reading goes on. */
import { StreambookError } from "../../errors/index.ts";
import type { FileFormat } from "../rows/row-format.ts";

/** A contiguous range of offsets of one partition: both ends belong to it. */
export interface OffsetRange {
  readonly topic: string;
  readonly partition: number;
  readonly first: bigint;
  readonly last: bigint;
  /** The format of the file. @default "parquet" */
  readonly format?: FileFormat;
}

const FILE = /^(?<topic>[A-Za-z0-9._-]+)\+(?<partition>\d+)\+(?<first>\d+)\+(?<last>\d+)\.(?<format>parquet|ndjson)$/;
const OFFSET_DIGITS = 19; // a signed 64-bit offset, so that names sort as numbers do

/** The ends of a range, padded so that they sort as text does. */
function padded({ first, last }: OffsetRange): [first: string, last: string] {
  return [String(first).padStart(OFFSET_DIGITS, "0"), String(last).padStart(OFFSET_DIGITS, "0")];
}

/** `{topic}+{partition}+{first}+{last}.{format}` */
export function fileName(range: OffsetRange): string {
  const { topic, partition, format = "parquet" } = range;
  return `${topic}+${partition}+${padded(range).join("+")}.${format}`;
}

/** The range that a file's name claims; undefined for any other name. */
export function parseFileName(name: string): OffsetRange | undefined {
  const groups = FILE.exec(name)?.groups;
  if (groups === undefined) return undefined;
  const { topic = "", partition, first, last, format } = groups;
  const range = { topic, partition: Number(partition), first: BigInt(first ?? 0), last: BigInt(last ?? 0) };
  return format === "ndjson" ? { ...range, format } : range;
}

const RAW_FILE = /^(?<topic>[A-Za-z0-9._-]+)_(?<partition>\d+)_(?<first>\d+)-(?<last>\d+)\.(?<ending>parquet|json)$/;

/** `{topic}_{partition}_{first}-{last}.json`, or `.parquet`: a file of messages as they came. */
export function rawFileName(range: OffsetRange): string {
  const ending = range.format === "ndjson" ? "json" : "parquet";
  return `${range.topic}_${range.partition}_${padded(range).join("-")}.${ending}`;
}

/** The range that such a file's name claims; undefined for any other name. */
export function parseRawFileName(name: string): OffsetRange | undefined {
  const groups = RAW_FILE.exec(name)?.groups;
  if (groups === undefined) return undefined;
  const { topic = "", partition, first, last, ending } = groups;
  const range = { topic, partition: Number(partition), first: BigInt(first ?? 0), last: BigInt(last ?? 0) };
  return ending === "json" ? { ...range, format: "ndjson" } : range;
}

const STREAM_FILE = /^(?<topic>[A-Za-z0-9._-]+)\+spark\+(?<name>part-[^+/]+\.parquet)$/;

/** `{topic}+spark+{name}`: a file that a stream on Spark has written. Which offsets it holds, only its checkpoint says. */
export function streamFileName(topic: string, name: string): string {
  return `${topic}+spark+${name}`;
}

/** The topic of such a file; undefined for any other name. */
export function topicOfStreamFile(name: string): string | undefined {
  return STREAM_FILE.exec(name)?.groups?.["topic"];
}

/** Whether a range has all offsets of another one, and more. */
export function contains(whole: OffsetRange, part: OffsetRange): boolean {
  if (whole.topic !== part.topic || whole.partition !== part.partition || whole.format !== part.format) return false;
  const has = whole.first <= part.first && part.last <= whole.last;
  return has && whole.last - whole.first > part.last - part.first;
}

/** The ranges that share an offset with another one of their partition. */
export function overlapping<Range extends OffsetRange>(ranges: readonly Range[]): Set<Range> {
  const found = new Set<Range>();
  const sorted = [...ranges].sort((a, b) => a.partition - b.partition || (a.first < b.first ? -1 : 1));
  let widest: Range | undefined;
  for (const range of sorted) {
    if (widest?.partition === range.partition && range.first <= widest.last) found.add(widest).add(range);
    if (widest?.partition !== range.partition || range.last > widest.last) widest = range;
  }
  return found;
}

/**
 * The next offset of each partition that has files, after checking that no two files claim the same offset.
 *
 * @param nameOf how a file is named in an error
 * @returns the next offset by partition, and the holes between files
 * @throws OFFSETS_OVERLAP naming both files
 */
export function nextOffsets<Range extends OffsetRange>(
  ranges: Iterable<Range>,
  nameOf: (range: Range) => string = fileName,
): { next: Map<number, bigint>; holes: Range[] } {
  const sorted = [...ranges].sort(
    (a, b) => a.partition - b.partition || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0),
  );
  const next = new Map<number, bigint>();
  const holes: Range[] = [];
  let before: Range | undefined;
  for (const range of sorted) {
    if (before?.partition === range.partition) {
      if (range.first <= before.last) {
        throw new StreambookError(
          "OFFSETS_OVERLAP",
          `two data files claim the same offsets: ${nameOf(before)} and ${nameOf(range)}; look at both, and remove the one that should not be there`,
        );
      }
      if (range.first > before.last + 1n) holes.push({ ...range, first: before.last + 1n, last: range.first - 1n });
    }
    next.set(range.partition, range.last + 1n);
    before = range;
  }
  return { next, holes };
}
