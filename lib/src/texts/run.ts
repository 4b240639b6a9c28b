/**
 * The whole pipeline once, from texts to the same texts rebuilt, with a report: what `npm start` runs on a stack that is up.
 */
import { stat } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import { basename, join, resolve } from "node:path";
import { mapConcurrent, retry } from "../async/index.ts";
import { StreambookError } from "../errors/index.ts";
import { Hdfs } from "../hdfs/index.ts";
import { openHive } from "../hive/index.ts";
import { topicOffsets } from "../kafka/index.ts";
import { type Logger, silentLogger } from "../log/index.ts";
import type { HadoopClient } from "../mapreduce/index.ts";
import { plural } from "../plot/index.ts";
import { type ReportLink, type ReportText, type RunReport, writeReport, type WrittenReport } from "../report/index.ts";
import type { Schema } from "../schema/index.ts";
import type { Addresses } from "../stack/index.ts";
import { listFiles, startStreamSource } from "../stream/index.ts";
import { analyse } from "./analysis.ts";
import { type Checksum, checksumOf, piecesOf } from "./large-file.ts";
import { consume } from "./consume.ts";
import { hdfsFolders } from "./folders.ts";
import { checkOutput, noteText, prepareOutput } from "./output.ts";
import { produce, type ProduceResult } from "./produce.ts";
import { rebuild, type RebuildReport } from "./rebuild.ts";
import { RUN_PROPERTIES, runLog, RunNames } from "./run-names.ts";
import { RateMeter, StageRecorder } from "./stages.ts";

/** Options of {@link run}. */
export interface RunOptions {
  /** Folder of UTF-8 texts. */
  readonly data: string;
  /** Folder for the rebuilt texts (`refresh/`), the report and the logs. */
  readonly output: string;
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
 * @throws NOT_OURS when something stands there that no run has made; NO_TEXTS, NOT_UTF8; whatever a stage throws
 */
export async function run(options: RunOptions): Promise<RunResult> {
  const settings = {
    chunkSize: 256,
    seed: 42,
    warmUp: 200,
    ...RUN_NAMES,
    ...defined(options),
  };
  const recorder = options.recorder ?? new StageRecorder();
  const logger = options.logger ?? silentLogger;
  const { addresses, signal, schema, topic, table, output } = settings;
  const hdfs = new Hdfs({ address: addresses.webhdfs, ...(signal === undefined ? {} : { signal }) });
  await checkOutput(output, options.data);
  await using source = await startStreamSource({ folder: options.data, chunkSize: settings.chunkSize, port: 0 });
  const sources = await readSources(options.data, await listFiles(source.url), signal);
  const { clusters, why } = chooseClusters(options.clusters, sources);
  const logFolder = runLog(table);

  await using _names = await recorder.run(
    "Clear the last run",
    () => RunNames.take(settings),
    () => ({ text: `topic ${topic} and table ${table} are empty` }),
  );
  await prepareOutput(output, options.data);

  const sent = new RateMeter("sent to Kafka", recorder);
  const stored = new RateMeter("stored in the table", recorder);
  const produced = await recorder.run(
    "Stream → Kafka",
    (stage) =>
      produce({
        source: source.url,
        broker: addresses.kafka,
        topic,
        logFolder: join(output, "logs"),
        seed: settings.seed,
        logger,
        signal,
        onProgress: ({ finished, texts, messages }) => {
          sent.count(messages);
          stage.progress(`${finished}/${texts} texts, ${messages} messages`);
        },
      }),
    (result) => ({
      text: `${plural(result.messages, "message")} from ${plural(result.streams, "stream")}`,
      messages: result.messages,
    }),
  );
  demandAll(produced);
  const messages = await countMessages({ broker: addresses.kafka, topic, signal });

  const consumed = await recorder.run(
    "Kafka → clusters → Hive",
    (stage) =>
      consume({
        addresses,
        schema,
        topic,
        table,
        tableProperties: RUN_PROPERTIES,
        group: `run-${table}`,
        clusters,
        seed: settings.seed,
        warmUp: settings.warmUp,
        once: true,
        logger,
        signal,
        onProgress: ({ read, rows, files }) => {
          stored.count(rows);
          stage.progress(`${read} read, ${rows} rows in ${files} files`);
        },
      }),
    ({ rows, files, read }) => ({
      text: `${plural(rows, "row")} in ${plural(files, "Parquet file")}, ${plural(clusters, "cluster")}`,
      messages: read,
    }),
  );

  const files = new Map(produced.texts.map(({ uri, file }) => [uri, file]));
  const analysis = await recorder.run(
    "Ask Hive",
    async () => {
      await using hive = await openHive({ address: addresses.hive, signal });
      return await analyse(hive, table, files, clusters);
    },
    ({ counts }) => ({ text: `${plural(counts.rows, "row")}, ${plural(counts.distinctOffsets, "distinct offset")}` }),
  );

  await recorder.run(
    "Log → HDFS",
    () => uploadLog(hdfs, logFolder, produced, signal),
    (bytes) => ({ text: `${bytes} bytes in ${logFolder}` }),
  );

  const rebuilt = await recorder.run(
    "Rebuild by MapReduce",
    (stage) =>
      rebuild({
        input: `hdfs://${logFolder}`,
        output: join(output, "refresh"),
        addresses,
        hadoop: options.hadoop,
        replace: true,
        onFile: (name) => noteText(output, name),
        signal,
        onProgress: ({ text }) => stage.progress(text),
      }),
    ({ complete, streams }) => ({ text: `${complete} of ${streams} texts complete`, messages: produced.messages }),
  );

  const texts = await recorder.run(
    "Compare",
    () => compare(sources, produced, rebuilt, join(output, "refresh"), signal),
    (all) => ({
      text: `${all.filter(({ identical }) => identical).length} of ${all.length} texts identical`,
    }),
  );

  const counts = { sent: produced.messages, ...analysis.counts };
  const report: RunReport = {
    startedAt: recorder.startedAt.toISOString(),
    seconds: recorder.seconds,
    streams: produced.streams,
    messages,
    rows: counts.rows,
    deadLetters: consumed.deadLetters,
    counts,
    identical: texts.every(({ identical }) => identical),
    texts,
    stages: recorder.stages,
    rates: [sent, stored].map((meter) => meter.series()).filter(({ seconds }) => seconds.length >= 5),
    clusters: analysis.clusters,
    points: analysis.points,
    pointsTotal: counts.rows,
    heatMap: analysis.heatMap,
    quality: analysis.quality,
    settings: {
      data: basename(resolve(options.data)),
      chunkSize: settings.chunkSize,
      clusters,
      clustersChosen: why,
      seed: settings.seed,
      warmUp: settings.warmUp,
      topic,
      table,
    },
    versions: { ...options.versions },
    machine: {
      cores: availableParallelism(),
      memory: totalmem(),
      node: process.version,
      jdk: options.jdk ?? null,
      system: `${process.platform} ${process.arch}`,
    },
    links: links(addresses, table),
  };
  return { report, ...(await writeReport(report, output)) };
}

/**
 * Most clusters when none are asked for. Clusters are for looking at, and one picture holds no more than a dozen colours and
 * names; a folder of a thousand notes has no thousand subjects.
 */
export const mostClustersByDefault = 12;

/** How many clusters are looked for, and in words why so many. */
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

interface Source extends Checksum {
  readonly file: string;
}

/** Files that are read at once. */
const AT_ONCE = 4;

function readSources(folder: string, files: readonly string[], signal: AbortSignal | undefined): Promise<Source[]> {
  return mapConcurrent(files, AT_ONCE, async (file) => ({ file, ...(await checksumOf(join(folder, file), signal)) }));
}

/** A text that cannot be read fails the run before anything is claimed about the others. */
function demandAll({ failed, stopped }: ProduceResult): void {
  if (stopped) throw new DOMException("stopped by the user", "AbortError");
  const [first] = failed;
  if (first !== undefined)
    throw new StreambookError(
      first.code,
      `${first.message}${failed.length > 1 ? ` (and ${failed.length - 1} more texts)` : ""}`,
    );
}

/** How many messages a topic holds, as the broker says: from the first offset to the last of each partition. */
async function countMessages(options: Parameters<typeof topicOffsets>[0]): Promise<number> {
  const ranges = [...(await topicOffsets(options)).values()];
  return ranges.reduce((total, { low, high }) => total + Number(high - low), 0);
}

/**
 * Copies the producer's log to a folder on HDFS; when the connection breaks, it begins again.
 *
 * @returns how long it is there, in bytes
 */
export async function uploadLog(
  hdfs: Pick<Hdfs, "mkdirs" | "write">,
  folder: string,
  { logFile }: Pick<ProduceResult, "logFile">,
  signal?: AbortSignal,
): Promise<number> {
  if (logFile === undefined) throw new StreambookError("INTERNAL", "the producer has written no log; please report it");
  await hdfs.mkdirs(folder);
  const path = `${folder}/${basename(logFile)}`;
  return retry(() => hdfs.write(path, piecesOf(logFile, signal), { overwrite: true }), { signal });
}

async function compare(
  sources: readonly Source[],
  produced: ProduceResult,
  rebuilt: RebuildReport,
  folder: string,
  signal: AbortSignal | undefined,
): Promise<ReportText[]> {
  const byFile = new Map(produced.texts.map((text) => [text.file, text]));
  const byStream = new Map(rebuilt.texts.map((text) => [text.streamId, text]));
  return mapConcurrent(sources, AT_ONCE, async ({ file, bytes, sha256: before }): Promise<ReportText> => {
    const stream = byFile.get(file);
    const found = stream === undefined ? undefined : byStream.get(stream.streamId);
    const result = found?.uri === stream?.uri ? found : undefined;
    const path = result?.file === undefined ? undefined : join(folder, result.file);
    const after = path !== undefined && (await exists(path)) ? (await checksumOf(path, signal)).sha256 : null;
    const problem =
      result?.problem ?? (after === null ? "no text was rebuilt" : after === before ? undefined : "the bytes differ");
    return {
      file,
      uri: stream?.uri ?? null,
      bytes,
      sha256: before,
      rebuiltSha256: after,
      identical: after === before,
      ...(problem === undefined ? {} : { problem }),
    };
  });
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

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The options that are set: an option that is undefined must not hide its default. */
function defined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
