/** What a run is, once it has ended: everything that `report.json` holds and `report.html` shows. */
import type { RateSeries } from "../plot/index.ts";

/** One text, before and after. */
export interface ReportText {
  /** Name of the source file. */
  readonly file: string;
  /** `destination_uri` of its stream, or null when it was never streamed. */
  readonly uri: string | null;
  /** Size of the source. */
  readonly bytes: number;
  /** SHA-256 of the source, 64 hexadecimal digits. */
  readonly sha256: string;
  /** SHA-256 of the rebuilt text, or null when none was rebuilt. */
  readonly rebuiltSha256: string | null;
  /** Whether both are the same. */
  readonly identical: boolean;
  /** Why not, when something is known: a gap, a duplicate, no last chunk. */
  readonly problem?: string;
}

/** A stage of the run. */
export interface ReportStage {
  readonly name: string;
  /** How long it took. */
  readonly seconds: number;
  /** When it began: seconds since the run began. */
  readonly startedAt: number;
  /** Messages it dealt with each second, where it deals with messages. */
  readonly messagesPerSecond?: number;
}

/** A cluster of chunks. */
export interface ReportCluster {
  readonly id: number;
  /** Chunks in it. */
  readonly size: number;
  /** Its top terms, of the largest weight first. */
  readonly terms: readonly string[];
}

/** The messages of the run, counted in three places. All must agree. */
export interface ReportCounts {
  /** Messages the producer had acknowledged. */
  readonly sent: number;
  /** Rows that Hive counts. */
  readonly rows: number;
  /** Distinct (partition, offset) pairs that Hive counts in the whole table. */
  readonly distinctOffsets: number;
}

/** A chunk in the plane. */
export interface ReportPoint {
  readonly x: number;
  readonly y: number;
  /** Id of its cluster. */
  readonly cluster: number;
  /** Name of the text it is from. */
  readonly file: string;
  /** The start of what it says; at most 160 characters in a report. */
  readonly excerpt: string;
}

/** How many chunks of each text fell into each cluster: of many texts those with the most chunks, of many clusters the largest. */
export interface ReportHeatMap {
  /** Row names. */
  readonly files: readonly string[];
  /** Cluster ids, one a column. */
  readonly clusters: readonly number[];
  /** One array a file, one count a cluster. */
  readonly counts: readonly (readonly number[])[];
  /** Chunks of each file in clusters that have no column; absent when all have one. */
  readonly others?: readonly number[];
}

/** How well clusters agree with texts, each 0 to 1 (ari from -0.5). */
export interface ReportQuality {
  readonly purity?: number;
  readonly nmi?: number;
  readonly ari?: number;
  readonly silhouette?: number;
}

/** The machine of the run. */
export interface ReportMachine {
  readonly cores: number;
  /** Bytes. */
  readonly memory: number;
  readonly node: string;
  /** Version of the JDK, or null when the services run elsewhere. */
  readonly jdk: string | null;
  /** Operating system and architecture. */
  readonly system: string;
}

/** A place to look inside what ran. */
export interface ReportLink {
  readonly name: string;
  readonly url: string;
  /** What there is to see. */
  readonly shows: string;
}

/** A command worth trying after the run. */
export interface ReportSuggestion {
  readonly command: string;
  /** What it does, or shows. */
  readonly does: string;
}

/** A whole run, with all its texts. Everything is JSON: written and read again it is equal. */
export interface RunReport {
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  /** From the start of the run to its report. */
  readonly seconds: number;
  /** Texts streamed. */
  readonly streams: number;
  /** Messages in the topic when all were sent, by its offsets: what the broker says, not the producer. */
  readonly messages: number;
  /** Messages that could not be read. */
  readonly deadLetters: number;
  readonly counts: ReportCounts;
  /** Whether every text came back byte for byte. */
  readonly identical: boolean;
  readonly texts: readonly ReportText[];
  readonly stages: readonly ReportStage[];
  /** Rates measured along the way, where they were. */
  readonly rates?: readonly RateSeries[];
  readonly clusters: readonly ReportCluster[];
  /** Chunks in the plane: all the rows that are counted, or a sample of them. */
  readonly points: readonly ReportPoint[];
  readonly heatMap: ReportHeatMap;
  readonly quality: ReportQuality;
  /** Options the run was started with. */
  readonly settings: Readonly<Record<string, string | number | boolean>>;
  /** Versions of what ran, by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly machine: ReportMachine;
  readonly links: readonly ReportLink[];
  /** Commands to try; without them the page names those of the course. */
  readonly suggestions?: readonly ReportSuggestion[];
}

/** What `report.json` holds: the run, of whose texts there are at most 1,000, those that are not identical first. */
export interface ReportFile extends RunReport {
  /** How many texts there are; `texts.ndjson` has them all. */
  readonly textsTotal: number;
  /** How many of all came back identical. */
  readonly textsIdentical: number;
}
