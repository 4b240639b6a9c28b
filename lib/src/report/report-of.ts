/** Puts the facts of a run together to its report. */
import { availableParallelism, totalmem } from "node:os";
import type { RateSeries } from "../plot/index.ts";
import type { ReportCounts, ReportMachine, RunReport } from "./types.ts";

/** What the stages of a run have found. Everything else in a report follows from it. */
export interface RunFacts extends Pick<
  RunReport,
  "seconds" | "streams" | "messages" | "deadLetters" | "texts" | "stages" | "settings" | "versions" | "links"
> {
  readonly startedAt: Date;
  /** Messages the producer had acknowledged. */
  readonly sent: number;
  /** What was read back from the table. */
  readonly table: Pick<RunReport, "clusters" | "points" | "heatMap" | "quality"> & {
    readonly counts: Omit<ReportCounts, "sent">;
  };
  readonly rates: readonly RateSeries[];
  /** Version of the JDK, or null when the services run elsewhere. */
  readonly jdk: string | null;
}

/** Moments that a rate needs to be worth a curve. */
const FEWEST_MOMENTS = 5;

/** The report of a run on this machine. */
export function reportOf({ startedAt, sent, table, rates, jdk, ...facts }: RunFacts): RunReport {
  const { counts, ...found } = table;
  return {
    ...facts,
    ...found,
    startedAt: startedAt.toISOString(),
    counts: { sent, ...counts },
    identical: facts.texts.every(({ identical }) => identical),
    rates: rates.filter(({ seconds }) => seconds.length >= FEWEST_MOMENTS),
    machine: thisMachine(jdk),
  };
}

/** The machine of this process. @param jdk version of the JDK, or null when the services run elsewhere */
export function thisMachine(jdk: string | null): ReportMachine {
  return {
    cores: availableParallelism(),
    memory: totalmem(),
    node: process.version,
    jdk,
    system: `${process.platform} ${process.arch}`,
  };
}
