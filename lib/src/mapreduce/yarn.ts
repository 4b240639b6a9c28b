/** A job on YARN, by Hadoop Streaming: bundled, submitted, watched, and ended when nobody wants it any more. */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import { anySignal, orAborted } from "../async/index.ts";
import { linesOf, taskNode, writeModule, type Bundle } from "../bundle/index.ts";
import { isStreambookError, messageOf, StreambookError } from "../errors/index.ts";
import { formatSeconds } from "../format/index.ts";
import { hadoopUser } from "../user/index.ts";
import { bundleJob, type Side } from "./bundle.ts";
import { ResourceManager } from "./resource-manager.ts";
import { mainComplaint, readLog, type CounterGroups, type JobLog } from "./hadoop-log.ts";
import { checkJob, type Job } from "./job.ts";
import { comparatorOptions, partitionerOptions } from "./record.ts";

/** How Hadoop's own client is started. */
export interface HadoopClient {
  /** Path of `java`. */
  readonly java: string;
  /** JVM flags and the class path with Hadoop's jars and configuration. */
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** What a running job reports. */
export interface JobProgress {
  readonly state: "submitting" | "waiting" | "running" | "done";
  readonly applicationId?: string;
  /** Percent of the maps, of the reduces. */
  readonly map: number;
  readonly reduce: number;
  /** The job's own counters so far. */
  readonly counters: Readonly<Record<string, number>>;
}

/** Options of {@link runOnYarn}. */
export interface YarnOptions {
  readonly hadoop: HadoopClient;
  /** The ResourceManager's web address, `http://host:port`. */
  readonly resourceManager: string;
  /** Files or folders on HDFS, read line by line; names that begin with `_` or `.` are skipped. */
  readonly inputs: readonly string[];
  /** Folder on HDFS that the job makes. */
  readonly output: string;
  /** Number of reducers. @default 1 */
  readonly reducers?: number;
  /** Node of the tasks, on every machine that runs some. @default STREAMBOOK_TASK_NODE, or the Node of this process */
  readonly node?: string;
  /** Settings of Hadoop for this job, by name. @default none */
  readonly settings?: Readonly<Record<string, string>>;
  /** @default the user of this process, or HADOOP_USER_NAME */
  readonly user?: string;
  /** Longest wait for the job, in milliseconds. @default 1800000 */
  readonly timeout?: number;
  readonly onProgress?: (progress: JobProgress) => void;
  /** Ends the job on YARN too. */
  readonly signal?: AbortSignal | undefined;
}

/** What a job on YARN has done. */
export interface YarnJobResult {
  /** The job's own counters, by name. */
  readonly counters: Readonly<Record<string, number>>;
  /** All counters that Hadoop gives, by group and name. */
  readonly counterGroups: CounterGroups;
  readonly applicationId: string;
  /** Folder on HDFS with one file of JSON lines for each reducer, `part-00000`, …. */
  readonly output: string;
  readonly seconds: number;
}

/**
 * Runs a job on YARN.
 *
 * @param subject path or `file:` URL of the module whose default export is the job; or the job itself, whose functions then travel as
 * their text, and see nothing but themselves there
 * @throws JOB_FAILED with the failing task's own error; NOT_FOUND for an input that is not there; UNREACHABLE, STACK_DOWN when
 * YARN cannot run it, or no longer; TIMEOUT; USAGE
 */
export async function runOnYarn(subject: string | URL | Job, options: YarnOptions): Promise<YarnJobResult> {
  if (typeof subject === "string") return runModule(moduleUrl(subject), options);
  if (subject instanceof URL) return runModule(subject, options);
  checkJob(subject);
  const written = await writeModule({ kind: "job", name: subject.name, value: subject });
  try {
    return await runModule(written.url, options);
  } finally {
    await written.remove();
  }
}

function moduleUrl(module: string): URL {
  return module.startsWith("file:") ? new URL(module) : pathToFileURL(module);
}

async function runModule(url: URL, options: YarnOptions): Promise<YarnJobResult> {
  const { signal, timeout = 1_800_000, user = hadoopUser() } = options;
  const job = await loadJob(url);
  checkOptions(job, options);
  const yarn = new ResourceManager(options.resourceManager, user);
  await yarn.check(signal);
  const name = `streambook-${job.name}-${randomBytes(4).toString("hex")}`;
  const bundle = await bundleJob(url);
  const began = performance.now();
  const limit = new AbortController();
  const expire = () =>
    limit.abort(
      new StreambookError(
        "TIMEOUT",
        `the job ${job.name} took more than ${formatSeconds(timeout / 1000)} and was killed; see ${options.resourceManager}/cluster/apps`,
      ),
    );
  const timer = setTimeout(expire, timeout);
  const stop = anySignal(signal, limit.signal);
  const ended = new AbortController();
  void yarn.watch((reason) => limit.abort(reason), ended.signal);
  try {
    const log = await follow(job, name, bundle, yarn, options, stop);
    const counters = log.counters[job.name] ?? {};
    const seconds = (performance.now() - began) / 1000;
    return {
      counters,
      counterGroups: log.counters,
      applicationId: log.applicationId ?? "",
      output: options.output,
      seconds,
    };
  } finally {
    clearTimeout(timer);
    ended.abort();
    await bundle.remove();
  }
}

/** Looks at what the caller gave, before anything is bundled, asked or started. */
function checkOptions(job: Job, { inputs, output, reducers = 1, node = taskNode() }: YarnOptions): void {
  if (inputs.length === 0)
    throw new StreambookError("USAGE", `the job ${job.name} has no input; name a file or folder on HDFS`);
  if (!Number.isInteger(reducers) || reducers < 1) {
    throw new StreambookError("USAGE", `a job needs 1 reducer or more, and not ${reducers}`);
  }
  for (const path of [...inputs, output]) checkName(path);
  if (node.includes('"'))
    throw new StreambookError("USAGE", `the path of Node, ${node}, holds a quote; Hadoop Streaming cannot start it`);
}

/** Hadoop reads `{a,b}`, `*`, `?` and `[…]` in a path as a pattern, and a comma as the end of it. */
function checkName(path: string): void {
  if (/^(?:hdfs:\/\/[^/]*)?\//.test(path) && !/[{}[\]*?,\\\p{Cc}]/u.test(path)) return;
  throw new StreambookError(
    "USAGE",
    `the path ${JSON.stringify(path)} cannot be used by a job; give an absolute path on HDFS without , * ? [ ] { } \\`,
  );
}

async function loadJob(url: URL): Promise<Job> {
  let module: { default?: Partial<Job> };
  try {
    module = (await import(url.href)) as typeof module;
  } catch (cause) {
    const reason = messageOf(cause);
    throw new StreambookError("USAGE", `the job's module ${url.pathname} cannot be loaded: ${reason}; fix it`, {
      cause,
    });
  }
  const job = module.default;
  if (typeof job?.map === "function" && typeof job.reduce === "function" && job.sort !== undefined) return job as Job;
  throw new StreambookError(
    "USAGE",
    `the default export of ${url.pathname} is not a job; write \`export default defineJob({ … })\``,
  );
}

/** Starts the client, and watches it to its end; when stopped, ends the application on YARN before anything else. */
async function follow(
  job: Job,
  name: string,
  bundle: Bundle<Side>,
  yarn: ResourceManager,
  options: YarnOptions,
  stop: AbortSignal,
): Promise<JobLog> {
  const reader = readLog();
  const { log } = reader;
  const client = startClient(options.hadoop, streamingArguments(job, name, bundle, options));
  const watch = watchJob(job, yarn, log, options.onProgress); // last: nothing may fail between its timer and the `try`
  const read = async (stream: AsyncIterable<Buffer>): Promise<void> => {
    for await (const text of linesOf(stream)) {
      reader.line(text);
      if (!log.succeeded) watch.look();
    }
  };
  const exited = once(client, "exit");
  try {
    await orAborted(Promise.all([exited, read(client.stdout), read(client.stderr)]), stop);
    if (client.exitCode !== 0 || !log.succeeded) throw await failureOf(job, yarn, log, options);
    watch.done();
    return log;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw new StreambookError("SETUP_MISSING", `cannot start Java at ${options.hadoop.java}`, {
        cause: error,
        hint: { inspect: "machine" },
      });
    }
    if (!stop.aborted) {
      // A client that died (a terminal's Ctrl-C reaches it too) leaves its job running.
      if (log.applicationId !== undefined && !log.ended) await yarn.kill(name).catch(() => {});
      throw error;
    }
    client.kill("SIGKILL"); // first, or it might still submit the job
    await exited.catch(() => {});
    await yarn.kill(name);
    throw stop.reason;
  } finally {
    watch.end();
  }
}

function startClient({ java, arguments: flags, environment }: HadoopClient, streaming: readonly string[]) {
  const memory = flags.some((flag) => /^(?:-Xmx|@)/.test(flag)) ? [] : ["-Xmx256m"];
  const args = [...memory, ...flags, "org.apache.hadoop.streaming.HadoopStreaming", ...streaming];
  return spawn(java, args, { env: environment, stdio: ["ignore", "pipe", "pipe"] });
}

/** The arguments of HadoopStreaming: generic options first. */
function streamingArguments(job: Job, name: string, bundle: Bundle<Side>, options: YarnOptions): string[] {
  const { inputs, output, node = taskNode(), reducers = 1 } = options;
  const settings = {
    "mapreduce.job.name": name,
    "mapreduce.job.reduces": String(reducers),
    "mapreduce.input.fileinputformat.input.dir.recursive": "true",
    "textinputformat.record.delimiter": "\n", // a lone \r is text, not the end of a line
    "stream.num.map.output.key.fields": String(job.keyFields),
    "mapreduce.map.output.key.field.separator": "\t",
    "mapreduce.partition.keypartitioner.options": partitionerOptions(job.partitionFields),
    "mapreduce.job.output.key.comparator.class": "org.apache.hadoop.mapreduce.lib.partition.KeyFieldBasedComparator",
    "mapreduce.partition.keycomparator.options": comparatorOptions(job.sort),
    ...options.settings,
  };
  return [
    ...Object.entries(settings).flatMap(([key, value]) => ["-D", `${key}=${value}`]),
    ...[
      "-files",
      Object.values(bundle.files)
        .map((file) => pathToFileURL(file).href)
        .join(","),
    ],
    ...["-partitioner", "org.apache.hadoop.mapred.lib.KeyFieldBasedPartitioner"],
    ...inputs.flatMap((path) => ["-input", path]),
    ...["-output", output],
    // Streaming cuts a command at blanks, and knows quotes but no escapes.
    ...["-mapper", `"${node}" mapper.mjs`],
    ...["-reducer", `"${node}" reducer.mjs`],
  ];
}

interface Watch {
  /** The log has grown. */
  look(): void;
  /** The job has succeeded. */
  done(): void;
  end(): void;
}

/** Reports every change, and the job's counters once a second while it runs. */
function watchJob(job: Job, yarn: ResourceManager, log: JobLog, onProgress: YarnOptions["onProgress"]): Watch {
  if (onProgress === undefined) return { look: () => {}, done: () => {}, end: () => {} };
  let reported = "";
  let counters: Readonly<Record<string, number>> = {};
  const report = (state: JobProgress["state"]): void => {
    const { applicationId, map, reduce } = log;
    const progress: JobProgress = {
      state,
      map,
      reduce,
      counters,
      ...(applicationId !== undefined && { applicationId }),
    };
    const now = JSON.stringify(progress);
    if (now !== reported) onProgress(progress);
    reported = now;
  };
  const look = (): void => report(log.running ? "running" : log.applicationId === undefined ? "submitting" : "waiting");
  const ask = async (): Promise<void> => {
    if (!log.running || log.succeeded || log.applicationId === undefined || log.jobId === undefined) return;
    counters = (await yarn.counters(log.applicationId, log.jobId))?.[job.name] ?? counters;
    if (!log.succeeded) look();
  };
  const timer = setInterval(() => void ask(), 1000);
  const done = (): void => {
    counters = log.counters[job.name] ?? {};
    report("done");
  };
  return { look, done, end: () => clearInterval(timer) };
}

/** The error of a job that failed: what the failing task has said, or else what Hadoop says. */
async function failureOf(job: Job, yarn: ResourceManager, log: JobLog, options: YarnOptions): Promise<StreambookError> {
  const said = mainComplaint(log.complaints) ?? "the Hadoop client ended without a message";
  if (/Input path does not exist|Input Pattern .* matches 0 files/.test(said)) {
    return new StreambookError(
      "NOT_FOUND",
      `the job ${job.name} has no input at ${options.inputs.join(", ")} on HDFS; check the path`,
    );
  }
  if (/Output directory .* already exists/.test(said)) {
    return new StreambookError(
      "JOB_FAILED",
      `the job ${job.name} did not begin, because its output folder ${options.output} exists; remove it or name another`,
    );
  }
  const unfit: unknown = await yarn.check().then(
    () => undefined,
    (error: unknown) => error,
  );
  if (isStreambookError(unfit, "STACK_DOWN")) return unfit; // a full disk, say, of which the client sees only what came of it
  const own = log.applicationId === undefined ? undefined : await yarn.taskError(log.applicationId);
  const where =
    log.applicationId === undefined ? "" : `; look at ${options.resourceManager}/cluster/app/${log.applicationId}`;
  const cause = new Error(own ?? log.complaints.join("\n"));
  return new StreambookError("JOB_FAILED", `the job ${job.name} failed: ${(own ?? said).split("\n", 1)[0]}${where}`, {
    cause,
  });
}
