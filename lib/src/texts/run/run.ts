/**
 * The whole pipeline once, from texts to the same texts rebuilt, with a report: what `npm start` runs on a stack that is up.
 */
import { basename, resolve } from "node:path";
import { together } from "../../async/index.ts";
import { listed, shownName } from "../../errors/index.ts";
import { Hdfs } from "../../hdfs/index.ts";
import { topicOffsets } from "../../kafka/index.ts";
import { type Logger, silentLogger } from "../../log/index.ts";
import type { HadoopClient } from "../../mapreduce/index.ts";
import { plural } from "../../format/index.ts";
import {
  RateMeter,
  type ReportLink,
  reportOf,
  type RunReport,
  StageRecorder,
  writeReport,
  type WrittenReport,
} from "../../report/index.ts";
import type { Schema } from "../../schema/index.ts";
import type { Addresses } from "../../stack/index.ts";
import { listFiles, startStreamSource, surveyTexts, type TextSurvey } from "../../stream/index.ts";
import { readSources } from "./compare.ts";
import { hdfsFolders } from "../folders.ts";
import type { Checksum } from "./large-file.ts";
import { checkOutput, prepareOutput } from "./output.ts";
import {
  askHive,
  clearLastRun,
  compareTexts,
  type Engine,
  keepLog,
  rebuildTexts,
  type RunSettings,
  sendTexts,
  storeRows,
} from "./stages.ts";

/** Options of {@link run}. */
export interface RunOptions {
  /** Folder of UTF-8 texts. */
  readonly data: string;
  /** Folder for the rebuilt texts (`refresh/`), the report and the logs. */
  readonly output: string;
  /** What the folder held when it was looked through; the run is about these texts. @default a survey when the run begins */
  readonly survey?: TextSurvey;
  readonly schema: Schema;
  readonly addresses: Addresses;
  readonly hadoop: HadoopClient;
  /** Characters of a chunk. @default 256 */
  readonly chunkSize?: number;
  /** Number of clusters. @default one for each text that is not empty, at most {@link mostClustersByDefault} */
  readonly clusters?: number | undefined;
  /** Seed of the clustering, and of the agents' names. @default 42 */
  readonly seed?: number;
  /** Chunks held to seed the clusters. @default 200 */
  readonly warmUp?: number;
  /** What reads the topic into the table: this process, or Spark. @default "typescript" */
  readonly engine?: Engine;
  /** Topic of Kafka. @default "chunks" */
  readonly topic?: string;
  /** Table of Hive. @default "chunks_clustered" */
  readonly table?: string;
  /** Removes what stands under these names, whoever made it. @default false: only what a run has made */
  readonly replace?: boolean | undefined;
  /** Versions of what runs, for the report. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Version of the JDK, or null when the services run elsewhere. */
  readonly jdk?: string | null;
  readonly logger?: Logger;
  readonly signal?: AbortSignal | undefined;
  /** Keeps the stages; may hold some already, such as the start of the stack. */
  readonly recorder?: StageRecorder;
}

/** What a run came to, and where it is written. */
export interface RunResult extends WrittenReport {
  readonly report: RunReport;
}

/** The topic and the table of a run that is given no others. */
export const RUN_NAMES = { topic: "chunks", table: "chunks_clustered" } as const;

/**
 * Streams the texts through Kafka into clusters and a Hive table, rebuilds them by MapReduce, compares, and writes the
 * report. Topic, table and output folder are the run's own: what an earlier run left in them is removed first.
 *
 * @throws NOT_OURS when something stands there that no run has made; NO_TEXTS, NOT_UTF8, TEXT_UNREADABLE; NOT_FOUND for a text
 * that vanishes meanwhile; whatever a stage throws
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const settings = settingsOf(options);
  const { recorder, addresses, data, output, chunkSize, seed, warmUp, engine, topic, table, signal } = settings;
  await checkOutput(output, data);
  await using source = await startStreamSource({ folder: data, chunkSize, port: 0 });
  const survey = options.survey ?? (await surveyTexts(data, signal));
  const sources = await readSources(survey, signal);
  const { clusters, why } = chooseClusters(options.clusters, sources);

  await using _names = await clearLastRun(settings);
  await prepareOutput(output, data);
  const rates = [new RateMeter("sent to Kafka", recorder), new RateMeter("stored in the table", recorder)] as const;
  const produced = await sendTexts(settings, { url: source.url, files: survey.names }, rates[0]);
  const messages = await countMessages({ broker: addresses.kafka, topic, signal });
  // Neither needs the other: the rows come from the topic, the texts from the log.
  const [{ consumed, found }, texts] = await together(
    signal,
    async (stop) => {
      const own = { ...settings, signal: stop };
      const consumed = await storeRows(own, clusters, rates[1]);
      return { consumed, found: await askHive(own, produced, clusters) };
    },
    async (stop) => {
      const own = { ...settings, signal: stop };
      const bytes = await keepLog(own, produced);
      const rebuilt = await rebuildTexts(own, { messages: produced.messages, bytes });
      return await compareTexts(own, { folder: survey.folder, sources }, produced, rebuilt);
    },
  );
  await nameNewcomers(source.url, survey, settings.logger);

  const report = reportOf({
    startedAt: recorder.startedAt,
    seconds: recorder.seconds,
    streams: produced.streams,
    sent: produced.messages,
    messages,
    deadLetters: consumed.deadLetters,
    table: found,
    texts,
    stages: recorder.stages,
    rates: rates.map((meter) => meter.series()),
    settings: {
      data: basename(resolve(data)),
      ...{ chunkSize, clusters, clustersChosen: why, seed, warmUp, engine, topic, table },
    },
    versions: { ...options.versions },
    jdk: options.jdk ?? null,
    links: links(addresses, table),
  });
  return { report, ...(await writeReport(report, output)) };
}

/** The options with their defaults: one that is undefined must not hide its default. */
function settingsOf(options: RunOptions): RunSettings & Pick<RunOptions, "data"> & { readonly chunkSize: number } {
  const { addresses, signal, logger = silentLogger, recorder = new StageRecorder() } = options;
  const { chunkSize = 256, seed = 42, warmUp = 200, engine = "typescript" } = options;
  const { topic = RUN_NAMES.topic, table = RUN_NAMES.table } = options;
  const hdfs = new Hdfs({ address: addresses.webhdfs, ...(signal === undefined ? {} : { signal }) });
  return { ...options, chunkSize, seed, warmUp, engine, topic, table, hdfs, logger, recorder };
}

/**
 * Most clusters when none are asked for. Clusters are for looking at, and one picture holds no more than a dozen colours and
 * names; a folder of a thousand notes has no thousand subjects.
 */
export const mostClustersByDefault = 12;

/** How many clusters are looked for, and for people why so many. */
export function chooseClusters(
  wanted: number | undefined,
  sources: readonly Pick<Checksum, "bytes">[],
): { readonly clusters: number; readonly why: string } {
  if (wanted !== undefined) return { clusters: wanted, why: "as asked for" };
  const filled = sources.filter(({ bytes }) => bytes > 0).length;
  return filled > mostClustersByDefault
    ? { clusters: mostClustersByDefault, why: `the most by default, for ${plural(filled, "text")}` }
    : { clusters: Math.max(1, filled), why: "one for each text that is not empty" };
}

/** How many messages a topic holds, as the broker says: from the first offset to the last of each partition. */
async function countMessages(options: Parameters<typeof topicOffsets>[0]): Promise<number> {
  const ranges = [...(await topicOffsets(options)).values()];
  return ranges.reduce((total, { low, high }) => total + Number(high - low), 0);
}

/** A text that came while the run was going is not part of it, and that is said. */
async function nameNewcomers(source: string, { names }: TextSurvey, logger: Logger): Promise<void> {
  const known = new Set(names);
  const came = (await listFiles(source)).filter((name) => !known.has(name)).map(shownName);
  if (came.length > 0)
    logger.warn(
      `${listed(came)} came into the folder after the run began, and ${came.length === 1 ? "was" : "were"} not streamed`,
    );
}

function links(addresses: Addresses, table: string): ReportLink[] {
  return [
    {
      name: "HDFS NameNode",
      url: `${addresses.webhdfs}/`,
      shows: `the files: Utilities → Browse the file system → ${hdfsFolders.warehouse}/${table}`,
    },
    {
      name: "YARN ResourceManager",
      url: `${addresses.resourceManager}/cluster`,
      shows: "the job that rebuilt the texts",
    },
    { name: "MapReduce JobHistory", url: `${addresses.jobHistory}/jobhistory`, shows: "its tasks, counters and logs" },
  ];
}
