/** What a case is: one of the further pipelines, with its events, its plain answer, its job, and a run that compares the two. */
import type { Logger } from "../log/index.ts";
import type { StageRecorder } from "../report/index.ts";
import type { Addresses } from "../stack/index.ts";
import type { CaseEvent, EventOptions } from "./events/event.ts";
import type { CaseFindings } from "./report/report.ts";

/** One of the further pipelines. */
export interface Case {
  /** As people type it: `campaigns`. */
  readonly name: string;
  /** Of its report: `Campaign views`. */
  readonly title: string;
  /** What it does, in a line. */
  readonly does: string;
  /** What has to run, as `up` takes it. */
  readonly services: readonly string[];
  readonly topics: readonly CaseTopic[];
  /** Tables of Hive. @default none */
  readonly tables?: readonly string[];
  /** Where its files are on HDFS. @default none */
  readonly folder?: string;
  /** Events of a run that is given no number. */
  readonly defaultEvents: number;
  /** All events, without end. */
  events(options: EventOptions): Iterable<CaseEvent>;
  /** Sends events, lets the stores answer, and compares every number with the plain answer. */
  run(options: CaseRunOptions): Promise<CaseFindings>;
}

/** A topic of a case. */
export interface CaseTopic {
  readonly topic: string;
  readonly partitions: number;
}

/** Options of {@link Case.run}. */
export interface CaseRunOptions {
  readonly addresses: Addresses;
  readonly events: number;
  /** Events a second. @default as fast as they are taken */
  readonly rate?: number | undefined;
  readonly eventOptions: EventOptions;
  /** Removes what stands under the case's names, whoever made it. @default false */
  readonly replace?: boolean | undefined;
  readonly recorder: StageRecorder;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
}
