/** A campaign: the pipeline runs, an adversary strikes again and again, and at the end everything is counted and compared. */
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatCount, formatSeconds, plural } from "../../lib/src/format/index.ts";
import { Random } from "../../lib/src/random/index.ts";
import { CORE } from "../../lib/src/stack/index.ts";
import { Disks, type SmallDisk } from "./disk.ts";
import { type Adversary, FaultLog } from "./faults.ts";
import { Kills } from "./kills.ts";
import { Network } from "./network.ts";
import type { Kind } from "./options.ts";
import { Pipeline } from "./pipeline.ts";
import type { Sample, Standstill } from "./progress.ts";
import { Services } from "./services.ts";
import { type Finding, verify } from "./verify.ts";
import type { Ending } from "./worker.ts";

export interface CampaignOptions {
  readonly kind: Kind;
  readonly minutes: number;
  readonly faults: number;
  readonly seed: number;
  readonly consumers: number;
  /** Nodes of Kafka. @default 1 */
  readonly brokers?: number;
  /** Chunks a second that the producer sends of each text. @default 50 */
  readonly rate?: number;
  /** Tells its topic and table from those of others. */
  readonly id: string;
  /** Folder for logs and rebuilt texts. */
  readonly output: string;
  /** Services that run, for those that are killed to be started again. @default the core */
  readonly services?: readonly string[];
  /** Services that are killed. */
  readonly victims?: readonly string[];
  /** Disks that can be filled, for the campaign of this kind. */
  readonly disks?: { readonly kafka: SmallDisk; readonly datanode: SmallDisk } | undefined;
  /** Rebuilds the texts in this process, not on YARN. @default false */
  readonly local?: boolean;
  /** Sees that a process does not outlive this one. */
  readonly watch: (pid: number) => Promise<void>;
  readonly signal: AbortSignal;
  readonly say?: (line: string) => void;
}

/** What a campaign came to. */
export interface Outcome {
  readonly kind: Kind;
  readonly seed: number;
  readonly consumers: number;
  readonly brokers: number;
  readonly startedAt: string;
  readonly seconds: number;
  /** When it struck: seconds since it began. */
  readonly fire: { readonly from: number; readonly to: number };
  readonly log: FaultLog;
  readonly samples: readonly Sample[];
  readonly standstills: readonly Standstill[];
  readonly rounds: number;
  readonly broken: number;
  readonly gaveUp: readonly Ending[];
  readonly asked: number;
  readonly refusals: readonly string[];
  readonly finding: Finding | undefined;
  /** What is wrong; empty when all is well. */
  readonly failures: readonly string[];
}

/** The services that the campaign of services kills, beside the nodes of Kafka. */
export const VICTIMS = ["namenode", "datanode", "metastore", "hiveserver2"] as const;

/** After a volley, something more must be stored within so many seconds. */
const LONGEST_STANDSTILL = 300;
/** The first message must be stored within so many seconds of the start. */
const LONGEST_START = 600;
/** At the end, nothing new for so many seconds is a pipeline that stands. */
const LONGEST_QUIET = 120;
/** Longest pause between volleys, in milliseconds. */
const PAUSE = 1500;

export async function campaign(options: CampaignOptions): Promise<Outcome> {
  const { kind, seed, consumers, brokers = 1, rate, output, watch, signal, say = () => undefined } = options;
  const startedAt = new Date().toISOString();
  const random = new Random(seed);
  const log = new FaultLog(({ second, category, detail }) =>
    say(`${formatSeconds(second).padStart(12)}  ${category}: ${detail}`),
  );
  await using network = kind === "network" ? new Network(random, log) : undefined;
  const clock = (): number => log.second;
  await using pipeline = await Pipeline.open({
    ...{ id: options.id, consumers, rate, seed, output, clock, watch, signal, ways: network?.ways },
  });
  try {
    const adversary = network ?? adversaryOf(options, pipeline, random, log);
    const failures: string[] = [];
    let from = log.second;
    if (await pipeline.progress.goesOn(LONGEST_START, signal)) {
      say("the pipeline runs");
      from = log.second;
      const failure = await strike(adversary, pipeline, options, log);
      if (failure !== undefined) failures.push(failure);
    } else failures.push(`nothing was stored within ${LONGEST_START} s of the start`);
    const fire = { from, to: log.second };
    say("no more faults; the pipeline comes to its end");
    await adversary.heal();
    await pipeline.lastRound();
    if (!(await pipeline.progress.catchesUp(LONGEST_QUIET, signal)))
      failures.push(
        `${formatCount(pipeline.progress.sent)} messages were sent, and ${formatCount(pipeline.progress.stored)} stored; then nothing came for ${LONGEST_QUIET} s`,
      );
    await pipeline.endConsumers();
    say("counting, and rebuilding the texts");
    const finding = await verify(pipeline, { local: options.local ?? false, folder: join(output, "refresh"), signal });
    const { samples, standstills } = pipeline.progress;
    const { answers, refusals } = pipeline.asked;
    return {
      ...{ kind, seed, consumers, brokers, startedAt, seconds: log.second, fire, log, samples, standstills },
      ...{ rounds: pipeline.rounds, broken: pipeline.broken, gaveUp: pipeline.gaveUp },
      ...{ asked: answers, refusals, finding, failures: [...failures, ...finding.failures] },
    };
  } finally {
    await adversaryIsDone();
    if (options.local === true) await pipeline.remove().catch((error: unknown) => say(`not removed: ${String(error)}`));
  }

  /** Whatever has happened, what was cut off or frozen is not left so. */
  async function adversaryIsDone(): Promise<void> {
    await network?.[Symbol.asyncDispose]();
  }
}

function adversaryOf(options: CampaignOptions, pipeline: Pipeline, random: Random, log: FaultLog): Adversary {
  const { kind, disks, signal, services: all = [CORE], victims = ["kafka", ...VICTIMS] } = options;
  const kills = new Kills(pipeline, random, log);
  if (kind === "kills") return kills;
  const services = new Services({ victims, all, beside: () => kills.strike(), signal }, random, log);
  if (kind === "services" || disks === undefined) return services;
  return new Disks({ pipeline, disks, up: () => services.heal(), signal }, random, log);
}

/** Strikes until there are faults enough, or the time is over; each time at a pipeline that has gone on after the time before. */
async function strike(
  adversary: Adversary,
  pipeline: Pipeline,
  { minutes, faults, seed, signal }: CampaignOptions,
  log: FaultLog,
): Promise<string | undefined> {
  const pauses = new Random(seed).fork(1);
  const end = performance.now() + minutes * 60_000;
  while (log.count < faults && performance.now() < end) {
    await adversary.volley();
    const from = log.second;
    if (!(await pipeline.progress.goesOn(LONGEST_STANDSTILL, signal)))
      return `nothing was stored for ${LONGEST_STANDSTILL} s after second ${Math.round(from)}, with ${plural(log.count, "fault")} behind it`;
    await sleep(pauses.next() * PAUSE, undefined, { signal });
  }
  return undefined;
}

/** `250 faults: …; 200,000 messages = distinct = texts identical` */
export function lastLine({ log, finding, failures }: Pick<Outcome, "log" | "finding" | "failures">): string {
  const begin = `${log.summary}; `;
  if (finding === undefined || failures.length > 0) return `${begin}NOT well: ${failures.join("; ")}`;
  const { messages, identical, begun } = finding;
  const broken = begun > 0 ? `, and ${formatCount(begun)} that were broken off have their beginning` : "";
  return `${begin}${formatCount(messages)} messages = rows = distinct; ${formatCount(identical)} texts identical${broken}`;
}
