/** The stages of a run, a function each: what it does, how far it is, and what is said of it when it has ended. */
import { basename, join } from "node:path";
import { retry } from "../../async/index.ts";
import { StreambookError } from "../../errors/index.ts";
import type { Hdfs } from "../../hdfs/index.ts";
import { openHive } from "../../hive/index.ts";
import type { Logger } from "../../log/index.ts";
import type { HadoopClient } from "../../mapreduce/index.ts";
import { plural } from "../../format/index.ts";
import type { RateMeter, ReportText, StageRecorder } from "../../report/index.ts";
import type { Schema } from "../../schema/index.ts";
import type { Addresses } from "../../stack/index.ts";
import { type Analysis, analyse } from "./analysis.ts";
import { compare, type Sources, vanished } from "./compare.ts";
import { consume, type ConsumeReport } from "../consume/consume.ts";
import { consumeOnSpark, type SparkConsumeReport } from "../spark/consume.ts";
import { piecesOf } from "./large-file.ts";
import { noteText } from "./output.ts";
import { produce, type ProduceResult } from "../produce/produce.ts";
import { rebuild, type RebuildReport } from "../rebuild/rebuild.ts";
import { RUN_PROPERTIES, runLog, RunNames } from "./run-names.ts";

/** What may read the topic into the table: this process, or Spark. */
export const engines = ["typescript", "spark"] as const;

/** One of {@link engines}. */
export type Engine = (typeof engines)[number];

/** What all stages of a run work with. */
export interface RunSettings {
  readonly addresses: Addresses;
  readonly schema: Schema;
  readonly hadoop: HadoopClient;
  readonly hdfs: Hdfs;
  readonly output: string;
  readonly topic: string;
  readonly table: string;
  readonly replace?: boolean | undefined;
  readonly seed: number;
  readonly warmUp: number;
  readonly engine: Engine;
  readonly recorder: StageRecorder;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
}

/** Takes the names of the run, and removes what an earlier one has left under them. */
export function clearLastRun(settings: RunSettings): Promise<RunNames> {
  const { recorder, topic, table } = settings;
  return recorder.run(
    "Clear the last run",
    () => RunNames.take(settings),
    () => ({ text: `topic ${topic} and table ${table} are empty` }),
  );
}

/**
 * Sends texts of a stream source.
 *
 * @param source its address, and names of files: not what it lists, because a text that has vanished must be missed
 * @throws the first failure of a text
 */
export async function sendTexts(
  settings: RunSettings,
  source: { readonly url: string; readonly files: readonly string[] },
  sent: RateMeter,
): Promise<ProduceResult> {
  const { recorder, addresses, topic, output, seed, logger, signal } = settings;
  const produced = await recorder.run(
    "Stream → Kafka",
    (stage) =>
      produce({
        source: source.url,
        files: source.files,
        broker: addresses.kafka,
        topic,
        logFolder: join(output, "logs"),
        seed,
        logger,
        signal,
        onProgress: ({ finished, texts, messages }) => {
          sent.count(messages);
          stage.progress(`${finished}/${texts} texts, ${messages} messages`);
        },
      }),
    ({ messages, streams }) => ({ text: `${plural(messages, "message")} from ${plural(streams, "stream")}`, messages }),
  );
  demandAll(produced);
  return produced;
}

/** Clusters what is in the topic, and stores it in the table. */
export function storeRows(
  settings: RunSettings,
  clusters: number,
  stored: RateMeter,
): Promise<ConsumeReport | SparkConsumeReport> {
  const { recorder, engine, table } = settings;
  const isSpark = engine === "spark";
  return recorder.run(
    isSpark ? "Kafka → Spark → Hive" : "Kafka → clusters → Hive",
    (stage): Promise<ConsumeReport | SparkConsumeReport> => {
      const options = {
        ...settings,
        tableProperties: RUN_PROPERTIES,
        clusters,
        once: true,
        onProgress: ({ read, rows, files }: Pick<ConsumeReport, "read" | "rows" | "files">) => {
          stored.count(rows);
          stage.progress(`${read} read, ${rows} rows in ${files} files`);
        },
      };
      return isSpark ? consumeOnSpark(options) : consume({ ...options, group: `run-${table}` });
    },
    ({ rows, files, read }) => ({
      text: `${plural(rows, "row")} in ${plural(files, "Parquet file")}, ${plural(clusters, "cluster")}`,
      messages: read,
    }),
  );
}

/** Reads back what the table holds of the texts. */
export function askHive(settings: RunSettings, { texts }: ProduceResult, clusters: number): Promise<Analysis> {
  const { recorder, addresses, table, signal } = settings;
  return recorder.run(
    "Ask Hive",
    async () => {
      await using hive = await openHive({ address: addresses.hive, signal });
      return await analyse(hive, table, new Map(texts.map(({ uri, file }) => [uri, file])), clusters);
    },
    ({ counts }) => ({ text: `${plural(counts.rows, "row")}, ${plural(counts.distinctOffsets, "distinct offset")}` }),
  );
}

/** Puts the producer's log on HDFS. @returns its size, in bytes */
export function keepLog({ recorder, hdfs, table, signal }: RunSettings, produced: ProduceResult): Promise<number> {
  const folder = runLog(table);
  return recorder.run(
    "Log → HDFS",
    () => uploadLog(hdfs, folder, produced, signal),
    (bytes) => ({ text: `${bytes} bytes in ${folder}` }),
  );
}

/** A log below this size, in bytes, is one reducer's: more would take longer to start than to reduce. */
const SMALL = 16e6;

/**
 * Rebuilds the texts from the log.
 *
 * @param log how many messages it holds, and its size, in bytes
 */
export function rebuildTexts(
  settings: RunSettings,
  { messages, bytes }: { readonly messages: number; readonly bytes: number },
): Promise<RebuildReport> {
  const { recorder, addresses, hadoop, output, table, signal } = settings;
  return recorder.run(
    "Rebuild by MapReduce",
    (stage) =>
      rebuild({
        input: `hdfs://${runLog(table)}`,
        output: rebuiltFolder(output),
        addresses,
        hadoop,
        replace: true,
        reducers: bytes < SMALL ? 1 : 2,
        onFile: (name) => noteText(output, name),
        signal,
        onProgress: ({ text }) => stage.progress(text),
      }),
    ({ complete, streams }) => ({ text: `${complete} of ${streams} texts complete`, messages }),
  );
}

/** Compares the texts that were rebuilt with their sources. */
export function compareTexts(
  { recorder, output, signal }: RunSettings,
  sources: Sources,
  produced: ProduceResult,
  rebuilt: RebuildReport,
): Promise<ReportText[]> {
  return recorder.run(
    "Compare",
    () => compare(sources, produced, rebuilt, rebuiltFolder(output), signal),
    (all) => ({ text: `${all.filter(({ identical }) => identical).length} of ${all.length} texts identical` }),
  );
}

function rebuiltFolder(output: string): string {
  return join(output, "refresh");
}

/** A text that cannot be read fails the run before anything is claimed about the others. */
function demandAll({ failed, stopped }: ProduceResult): void {
  if (stopped) throw new DOMException("stopped by the user", "AbortError");
  const [first] = failed;
  if (first?.code === "NOT_FOUND") throw vanished(first.file);
  if (first !== undefined)
    throw new StreambookError(
      first.code,
      `${first.message}${failed.length > 1 ? ` (and ${failed.length - 1} more texts)` : ""}`,
    );
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
