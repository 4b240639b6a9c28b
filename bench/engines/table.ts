/** What the engines took, side by side. Medians of each, and beside them the ratio to ours: of the same round, pair by pair. */
import { textTable } from "../../lib/src/format/index.ts";
import type { EngineName } from "./options.ts";
import type { Measured } from "./process-tree.ts";
import type { RowCount } from "./rows.ts";

/** One engine in one round. */
export interface EngineRun {
  readonly engine: EngineName;
  /** 1, 2, 3 …; 0 is the warm-up, whose rows count and whose time does not: services and caches are cold. */
  readonly round: number;
  /** How busy the machine was when it began: the load average of a minute. */
  readonly load: number;
  readonly measured?: Measured;
  readonly rows?: RowCount;
  /** Why its figures do not count: it failed, or its rows are not the messages. */
  readonly problem?: string;
}

/** The figures of one engine, medians of its rounds. */
export interface EngineFigures {
  readonly engine: EngineName;
  /** Why there are none. */
  readonly problem?: string;
  readonly seconds?: number;
  /** Its time by ours, the median of all rounds; 1 of ours itself. */
  readonly ratio?: number;
  readonly cpuSeconds?: number;
  /** The largest of all rounds. */
  readonly peakBytes?: number;
  readonly clusters?: number;
}

/** One problem in any round, the warm-up too, and none of an engine's times is quoted. */
export function summarize(runs: readonly EngineRun[]): EngineFigures[] {
  const seconds = new Map<number, number>();
  for (const { engine, round, measured, problem } of runs)
    if (engine === "ours" && round > 0 && measured !== undefined && problem === undefined)
      seconds.set(round, measured.seconds);
  return [...Map.groupBy(runs, ({ engine }) => engine)].map(([engine, own]) => {
    const problem = own.find((run) => run.problem !== undefined)?.problem;
    if (problem !== undefined) return { engine, problem };
    const counted = own.filter(({ round }) => round > 0);
    const measured = counted.flatMap((run) => run.measured ?? []);
    const ratios = counted.flatMap((run) => {
      const [theirs, base] = [run.measured?.seconds, seconds.get(run.round)];
      return theirs === undefined || base === undefined ? [] : [theirs / base];
    });
    return {
      engine,
      ...present("seconds", median(measured.map((one) => one.seconds))),
      ...present("ratio", median(ratios)),
      ...present("cpuSeconds", median(measured.flatMap((one) => one.cpuSeconds ?? []))),
      ...present("peakBytes", largest(measured.flatMap((one) => one.peakBytes ?? []))),
      ...present("clusters", own.at(-1)?.rows?.clusters),
    };
  });
}

/** @returns undefined without values; of an even number the mean of the two in the middle */
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]];
  return low === undefined || high === undefined ? undefined : (low + high) / 2;
}

function largest(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}

function present<Name extends string>(name: Name, value: number | undefined): Partial<Record<Name, number>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, number>);
}

/** @param messages how many each has read */
export function enginesTable(figures: readonly EngineFigures[], messages: number): string {
  const head = ["engine", "seconds", "of ours", "messages/s", "CPU, µs/message", "peak MB", "clusters"];
  const rows = figures.map(({ engine, problem, seconds, ratio, cpuSeconds, peakBytes, clusters }) => [
    engine,
    problem === undefined ? shown(seconds, 1) : "–",
    shown(ratio, 2),
    shown(seconds === undefined ? undefined : messages / seconds, 0),
    shown(cpuSeconds === undefined ? undefined : (cpuSeconds * 1e6) / messages, 0),
    shown(peakBytes === undefined ? undefined : peakBytes / 1e6, 0),
    shown(clusters, 0),
  ]);
  const table = textTable([head, ...rows], { right: head.map((_, column) => column > 0), rule: true });
  const problems = figures.flatMap(({ engine, problem }) =>
    problem === undefined ? [] : [`${engine} is not quoted: ${problem}`],
  );
  return [table, ...problems].join("\n");
}

function shown(value: number | undefined, digits: number): string {
  return value === undefined ? "–" : value.toFixed(digits);
}
