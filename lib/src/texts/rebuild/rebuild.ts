/**
 * Texts rebuilt by MapReduce, from the producer's log or from the Hive table, and written as files.
 *
 * Rows of a table come to the job as Hive itself reads them: `INSERT … SELECT` into a table STORED AS JSONFILE, one JSON object a
 * line, where tabs, line ends and quotes survive (a text export has them escaped by rules of its own, and reading the
 * Parquet files behind Hive's back would prove nothing of the table).
 */
import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { StreambookError } from "../../errors/index.ts";
import { Hdfs, pathOf, type FileStatus } from "../../hdfs/index.ts";
import { identifier, openHive, stringLiteral } from "../../hive/index.ts";
import { linesOf, NOT_UTF8, runLocal, runOnYarn, type HadoopClient, type JobProgress } from "../../mapreduce/index.ts";
import { plural } from "../../format/index.ts";
import { siblingModule } from "../../project/index.ts";
import type { Addresses } from "../../stack/index.ts";
import job, { type RebuildRecord } from "./rebuild-job.ts";
import { prepareFolder, RebuiltFiles, type RebuiltText } from "./rebuilt-files.ts";

/** Options of {@link rebuild}. */
export interface RebuildOptions {
  /** `hdfs:///folder` (or file) with messages as NDJSON, `hive:TABLE`, or `file:PATH` on this machine. */
  readonly input: string;
  /** Folder on this machine for the texts; made if it is missing. */
  readonly output: string;
  readonly addresses: Pick<Addresses, "webhdfs" | "hdfs" | "hive" | "resourceManager">;
  /** Hadoop's client; not needed with `local`. */
  readonly hadoop?: HadoopClient | undefined;
  /** Runs map and reduce in this process rather than on YARN. @default false */
  readonly local?: boolean;
  /** Number of reducers; with one, a job of little input runs in a single container (Hadoop's "uber" mode). @default 2 */
  readonly reducers?: number;
  /** Node of the tasks, as a path on the machines that run them. @default the Node of this process */
  readonly node?: string;
  /** Leaves the job's own folder on HDFS, to look inside. @default false */
  readonly keep?: boolean;
  /** Replaces files of the same names in the output folder; without it, the folder must be empty. @default false */
  readonly replace?: boolean;
  readonly onProgress?: (progress: RebuildProgress) => void;
  /** Called with the name of each file before it gets that. */
  readonly onFile?: (name: string) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/** How far it is. */
export interface RebuildProgress {
  readonly stage: "prepare" | "job" | "fetch";
  /** One line for people. */
  readonly text: string;
  /** What the job says, while it runs on YARN. */
  readonly job?: JobProgress;
}

/** What was rebuilt. */
export interface RebuildReport {
  readonly input: string;
  readonly output: string;
  /** Every stream found, by URI. */
  readonly texts: readonly RebuiltText[];
  readonly streams: number;
  readonly complete: number;
  /** Chunks read, duplicates among them. */
  readonly messages: number;
  readonly duplicates: number;
  /** Chunks missing in gaps. */
  readonly missing: number;
  /** Lines that hold no message. */
  readonly malformed: number;
  /** The job's counters, as it gave them. */
  readonly counters: Readonly<Record<string, number>>;
  /** The job's name on YARN. */
  readonly applicationId?: string;
  /** The job's folder on HDFS, when it was kept. */
  readonly jobFolder?: string;
  readonly seconds: number;
  /** Seconds of each stage. */
  readonly stages: Readonly<Record<RebuildProgress["stage"], number>>;
}

/** Lets Hadoop run a small job in the container of its master: each further one is a Java to be started. */
const ONE_CONTAINER = { "mapreduce.job.ubertask.enable": "true" };

/** Where the jobs of the course keep their folders on HDFS. */
const JOBS = "/streambook/jobs";

/**
 * Rebuilds the texts of an input. Every file written is proven: each chunk from the first to the last, once, and the bytes are those
 * whose SHA-256 the reducer took. A text that is not complete is reported, and no file is written for it.
 *
 * @throws NOT_FOUND for an input that is not there; JOB_FAILED; USAGE; UNREACHABLE
 */
export async function rebuild(options: RebuildOptions): Promise<RebuildReport> {
  const { addresses, output, signal, replace = false, keep = false } = options;
  const source = parseInput(options.input, addresses.hdfs);
  const hdfs = new Hdfs({ address: addresses.webhdfs, signal });
  await prepareFolder(output, replace);
  const work = `${JOBS}/rebuild-${randomBytes(6).toString("hex")}`;
  const files = new RebuiltFiles(output, options.onFile);
  const watch = new Stopwatch();
  try {
    const input = await watch.time("prepare", () => prepare(source, work, hdfs, options));
    const done = await watch.time("job", () =>
      (options.local === true ? runHere : runThere)(input, work, hdfs, options),
    );
    await watch.time("fetch", () => write(done.records, files, options));
    return report(options, files.texts, done, watch, keep ? work : undefined);
  } finally {
    await files.discard();
    if (!keep && (source.kind === "hive" || options.local !== true)) await clean(addresses.webhdfs, work);
  }
}

/** Where the messages are. */
type Input = { readonly kind: "hdfs" | "file"; readonly path: string };
type Source = Input | { readonly kind: "hive"; readonly table: string };

/** What a job has made: its records, in order, and its counters. */
interface Done {
  readonly records: AsyncIterable<RebuildRecord> | Iterable<RebuildRecord>;
  readonly counters: Readonly<Record<string, number>>;
  readonly applicationId?: string;
}

function parseInput(input: string, nameNode: string): Source {
  const [, scheme, rest = ""] = /^(hdfs|hive|file):(.*)$/s.exec(input) ?? [];
  if (scheme === "hive") {
    identifier(rest);
    return { kind: "hive", table: rest };
  }
  if (scheme === "file" && rest !== "") return { kind: "file", path: rest.replace(/^\/\/(?=\/)/, "") };
  if (scheme === "hdfs" || input.startsWith("/")) {
    const host = /^hdfs:\/\/([^/]+)/.exec(input)?.[1];
    if (host !== undefined && `hdfs://${host}` !== nameNode) {
      throw new StreambookError(
        "USAGE",
        `the input ${input} is on another HDFS than the running one, ${nameNode}; write hdfs:///path`,
      );
    }
    return { kind: "hdfs", path: pathOf(input) };
  }
  throw new StreambookError(
    "USAGE",
    `the input ${JSON.stringify(input)} is none of hdfs:///folder, hive:TABLE, file:PATH`,
  );
}

/** Brings the messages to where the job can read them. */
async function prepare(source: Source, work: string, hdfs: Hdfs, options: RebuildOptions): Promise<Input> {
  const progress = (text: string): void => options.onProgress?.({ stage: "prepare", text });
  if (source.kind === "hive") {
    progress(`Hive writes the rows of ${source.table} as JSON`);
    return exportTable(source.table, `${work}/rows`, options);
  }
  if (source.kind === "file") {
    const files = await localFiles(source.path);
    if (options.local === true) return source;
    for (const [index, file] of files.entries()) {
      progress(`put ${basename(file)} on HDFS`);
      const name = `${String(index).padStart(5, "0")}.ndjson`; // a name of ours: theirs may hold what HDFS forbids
      await hdfs.mkdirs(`${work}/log`);
      await hdfs.write(`${work}/log/${name}`, createReadStream(file));
    }
    return { kind: "hdfs", path: `${work}/log` };
  }
  progress(`look at ${source.path}`);
  for await (const _ of visible(hdfs, source.path)) return source;
  throw new StreambookError(
    "NOT_FOUND",
    `no messages at hdfs://${source.path}, where the producer's log belongs; an input may also be file:LOGS or hive:TABLE`,
    { hint: { change: ["input"] } },
  );
}

/** Has Hive write what the job needs of a table's rows, as JSON lines. */
async function exportTable(table: string, folder: string, { addresses, signal }: RebuildOptions): Promise<Input> {
  const copy = identifier(`rebuild_${randomBytes(6).toString("hex")}`);
  const columns = "destination_uri STRING, stream_id STRING, seq INT, chunk STRING, is_last BOOLEAN";
  const names = columns.replace(/ [A-Z]+/g, "");
  await using hive = await openHive({ address: addresses.hive });
  try {
    await hive.execute(
      `CREATE EXTERNAL TABLE ${copy} (${columns}) STORED AS JSONFILE LOCATION ${stringLiteral(folder)}`,
      {
        signal,
      },
    );
    await hive.execute(`INSERT OVERWRITE TABLE ${copy} SELECT ${names} FROM ${identifier(table)}`, { signal });
  } finally {
    await hive.execute(`DROP TABLE IF EXISTS ${copy}`); // the files stay: the table is external
  }
  return { kind: "hdfs", path: folder };
}

async function runHere(input: Input, _work: string, hdfs: Hdfs, options: RebuildOptions): Promise<Done> {
  const { reducers = 2, signal } = options;
  options.onProgress?.({ stage: "job", text: "map, sort and reduce in this process" });
  let invalid = 0;
  const lines = linesOfInput(input, hdfs, (count) => (invalid += count));
  const { output, counters } = await runLocal(job, lines, { reducers, signal });
  return { records: output.flat(), counters: sorted(invalid === 0 ? counters : { ...counters, [NOT_UTF8]: invalid }) };
}

async function runThere(input: Input, work: string, hdfs: Hdfs, options: RebuildOptions): Promise<Done> {
  const { addresses, hadoop, reducers = 2, node, signal, onProgress } = options;
  if (hadoop === undefined)
    throw new StreambookError("USAGE", "a job on YARN needs Hadoop's client; give it as `hadoop`, or set `local`");
  const module = siblingModule("./rebuild-job", import.meta.url);
  const output = `${work}/texts`;
  const { counters, applicationId } = await runOnYarn(module, {
    ...{ hadoop, resourceManager: addresses.resourceManager, inputs: [input.path], output, reducers, signal },
    settings: reducers === 1 ? ONE_CONTAINER : {},
    ...(node !== undefined && { node }),
    onProgress: (progress) => onProgress?.({ stage: "job", text: describe(progress), job: progress }),
  });
  return { records: readRecords(hdfs, output), counters: sorted(counters), applicationId };
}

function sorted(counters: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(counters).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function describe({ state, map, reduce, counters, applicationId }: JobProgress): string {
  if (state === "submitting") return "submit the job";
  if (state === "waiting") return `${applicationId ?? "the job"} waits for a container`;
  const { messages = 0 } = counters;
  return `map ${map} %, reduce ${reduce} %${messages > 0 ? `, ${plural(messages, "message")}` : ""}`;
}

async function* readRecords(hdfs: Hdfs, folder: string): AsyncGenerator<RebuildRecord, void, undefined> {
  for (const { name, path } of await hdfs.list(folder)) {
    if (!name.startsWith("part-")) continue;
    for await (const line of linesOf(hdfs.readStream(path))) if (line !== "") yield JSON.parse(line) as RebuildRecord;
  }
}

async function write(
  records: Done["records"],
  files: RebuiltFiles,
  { output, onProgress, signal }: RebuildOptions,
): Promise<void> {
  for await (const record of records) {
    signal?.throwIfAborted();
    await files.add(record);
    if (!("text" in record)) onProgress?.({ stage: "fetch", text: `${files.texts.length} texts in ${output}` });
  }
  await files.end();
}

/** The files a job would read, too: those whose path has no name that begins with `_` or `.`. */
async function* visible(hdfs: Hdfs, root: string): AsyncGenerator<FileStatus, void, undefined> {
  for await (const file of hdfs.walk(root)) if (!/\/[._]/.test(file.path.slice(root.length))) yield file;
}

async function* linesOfInput(
  input: Input,
  hdfs: Hdfs,
  onInvalid: (lines: number) => void,
): AsyncGenerator<string, void, undefined> {
  if (input.kind === "file") {
    for (const file of await localFiles(input.path)) yield* linesOf(createReadStream(file), onInvalid);
  } else {
    for await (const { path } of visible(hdfs, input.path)) yield* linesOf(hdfs.readStream(path), onInvalid);
  }
}

/** The file, or the `.ndjson` files of the folder, by name. */
async function localFiles(path: string): Promise<string[]> {
  const fail = (what: string): never => {
    throw new StreambookError(
      "NOT_FOUND",
      `${path} ${what}; give the producer's log, a folder with .ndjson files or one of them`,
    );
  };
  const status = await stat(path).catch(() => undefined);
  if (status === undefined) return fail("is not there");
  if (!status.isDirectory()) return [path];
  const names = (await readdir(path)).filter((name) => name.endsWith(".ndjson") && !/^[._]/.test(name));
  return names.length === 0 ? fail("holds no log") : names.sort().map((name) => join(path, name));
}

function report(
  options: RebuildOptions,
  texts: readonly RebuiltText[],
  done: Done,
  watch: Stopwatch,
  jobFolder: string | undefined,
): RebuildReport {
  const { messages = 0, duplicates = 0, missing = 0, malformed = 0, [NOT_UTF8]: invalid = 0 } = done.counters;
  return {
    input: options.input,
    output: options.output,
    texts: [...texts].sort((a, b) => (a.uri === b.uri ? (a.streamId < b.streamId ? -1 : 1) : a.uri < b.uri ? -1 : 1)),
    streams: texts.length,
    complete: texts.filter(({ file }) => file !== undefined).length,
    ...{ messages, duplicates, missing },
    malformed: malformed + invalid,
    counters: done.counters,
    ...(done.applicationId !== undefined && { applicationId: done.applicationId }),
    ...(jobFolder !== undefined && { jobFolder }),
    seconds: watch.total,
    stages: watch.seconds,
  };
}

/** Removes the job's folder, also after an interruption; what cannot be removed does no harm. */
async function clean(address: string, folder: string): Promise<void> {
  const hdfs = new Hdfs({ address, signal: AbortSignal.timeout(10_000), retry: { attempts: 2 } });
  await hdfs.remove(folder, { recursive: true }).catch(() => false);
  hdfs.close();
}

class Stopwatch {
  readonly seconds: Record<RebuildProgress["stage"], number> = { prepare: 0, job: 0, fetch: 0 };
  readonly #began = performance.now();

  get total(): number {
    return (performance.now() - this.#began) / 1000;
  }

  async time<T>(stage: RebuildProgress["stage"], work: () => Promise<T>): Promise<T> {
    const began = performance.now();
    try {
      return await work();
    } finally {
      this.seconds[stage] = (performance.now() - began) / 1000;
    }
  }
}
