/** The producer: agents read the texts of a stream source, and send each chunk as a message to Kafka, to a log, or both. */
import { mapConcurrent } from "../../async/index.ts";
import { isStreambookError, messageOf, shownName, StreambookError, type ErrorCode } from "../../errors/index.ts";
import { BatchingProducer, type Compression } from "../../kafka/index.ts";
import { silentLogger, type Logger } from "../../log/index.ts";
import { listFiles, readChunkGroups } from "../../stream/index.ts";
import { Directory } from "./agents.ts";
import { OutputSink, ProduceLog } from "./produce-log.ts";
import { streamId } from "./stream-id.ts";

/** Options of {@link produce}. */
export interface ProduceOptions {
  /** Where the stream source answers: `http://127.0.0.1:8000`. */
  readonly source: string;
  /** Kafka broker, `host:port`; with `topic` or not at all. */
  readonly broker?: string | undefined;
  /** Topic for the messages; made if it is missing. */
  readonly topic?: string | undefined;
  /** Partitions of a topic that has to be made. @default 4 */
  readonly partitions?: number | undefined;
  /** Folder that gets `chunks_{UTC time}.ndjson`; made if it is missing. */
  readonly logFolder?: string | undefined;
  /** Names of the texts to send. @default all that the source lists */
  readonly files?: readonly string[] | undefined;
  /** Agents that read at once, 1 or more. @default 8 */
  readonly agents?: number | undefined;
  /** Decides who reads what, and the addresses. @default a random one */
  readonly seed?: number | undefined;
  /** Chunks a second of each stream; as fast as it goes when absent. */
  readonly rate?: number | undefined;
  /** How batches are compressed on their way to Kafka. @default "none" */
  readonly compression?: Compression | undefined;
  /** @default silentLogger */
  readonly logger?: Logger | undefined;
  /** Stops the taking in; what was taken is still sent and logged. */
  readonly signal?: AbortSignal | undefined;
  /** Called with how far it is: at most ten times a second, and at each end of a stream. */
  readonly onProgress?: ((progress: ProduceProgress) => void) | undefined;
}

/** How far a producer is. */
export interface ProduceProgress {
  /** Texts there are. */
  readonly texts: number;
  /** Streams read to their end. */
  readonly finished: number;
  /** Messages given to the sinks. */
  readonly messages: number;
  /** Lines that were no chunks. */
  readonly malformed: number;
}

/** One stream: a text that an agent has read. */
export interface ProducedStream {
  readonly file: string;
  readonly uri: string;
  readonly streamId: string;
  readonly agentId: string;
  readonly messages: number;
}

/** What a producer has done. */
export interface ProduceResult {
  /** Streams read to their end. */
  readonly streams: number;
  /** Messages that all sinks have. */
  readonly messages: number;
  /** Lines of the source that were no chunks; counted and logged, not sent. */
  readonly malformed: number;
  /** How often a broken stream was taken up again. */
  readonly resumed: number;
  readonly logFile?: string;
  /** The streams that were read to their end, by file. */
  readonly texts: readonly ProducedStream[];
  /** Texts that could not be read (to their end), and why. */
  readonly failed: readonly { readonly file: string; readonly code: ErrorCode; readonly message: string }[];
  /** Whether the signal stopped it before all texts were read. */
  readonly stopped: boolean;
}

/**
 * Sends the texts of a stream source to Kafka, to a log, or both; without either, to standard output.
 * One text that cannot be read does not keep the others from being sent: see `failed`.
 *
 * @throws USAGE for a broker without a topic or a topic without a broker; NO_TEXTS when the source has none; UNREACHABLE when
 * the source or the broker does not answer; MESSAGE_TOO_LARGE; LOG_FAILED
 *
 * @example
 * ```ts no-run
 * import { produce } from "streambook/texts";
 * const { streams, messages } = await produce({ source: "http://127.0.0.1:8000", broker: "127.0.0.1:9092", topic: "chunks" });
 * ```
 */
export async function produce(options: ProduceOptions): Promise<ProduceResult> {
  const { source, broker, topic, signal, agents = 8, seed = Math.floor(Math.random() * 2 ** 32) } = options;
  if ((broker === undefined) !== (topic === undefined)) {
    throw new StreambookError("USAGE", "a Kafka broker and a topic belong together; give both (-k and -t), or neither");
  }
  if (!Number.isSafeInteger(agents) || agents < 1)
    throw new StreambookError("USAGE", `there must be 1 agent or more, and not ${agents}`);
  const files = options.files ?? (await listFiles(source, { signal }));
  if (files.length === 0) {
    throw new StreambookError("NO_TEXTS", `the stream source at ${source} has no texts; put some into its folder`);
  }
  const sinks = await Sinks.open(options);
  const production = new Production(options, sinks, files.length);
  const directory = new Directory(seed);
  const streams = files.map((file) => ({
    file,
    uri: directory.address(),
    streamId: streamId(),
    agentId: directory.agent(),
  }));
  try {
    await mapConcurrent(streams, agents, (stream) => production.read(stream));
  } catch (error) {
    await sinks.close().catch(() => undefined);
    throw error;
  }
  await sinks.close();
  if (signal?.aborted !== true) production.checkAnyRead();
  return production.result(sinks.logFile);
}

type Stream = Omit<ProducedStream, "messages">;

/** The reading of all streams, and what is counted meanwhile. */
class Production {
  readonly #options: ProduceOptions;
  readonly #logger: Logger;
  readonly #sinks: Sinks;
  readonly #count: number;
  readonly #stop: AbortSignal;
  readonly #finished: ProducedStream[] = [];
  readonly #failed: { file: string; code: ErrorCode; message: string }[] = [];
  #messages = 0;
  #malformed = 0;
  #resumed = 0;
  #sinkFailed = false;
  #reportedAt = 0;

  constructor(options: ProduceOptions, sinks: Sinks, count: number) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#sinks = sinks;
    this.#count = count;
    const signals = [options.signal, sinks.gone].filter((signal) => signal !== undefined);
    this.#stop = AbortSignal.any(signals);
  }

  /** Reads one stream to its end. What only this text suffers from is noted; what concerns all is thrown. */
  async read(stream: Stream): Promise<void> {
    if (this.#stop.aborted) return;
    const progress = { messages: 0 };
    try {
      await this.#readToEnd(stream, progress);
      this.#finished.push({ ...stream, ...progress });
      this.#reportProgress(true);
    } catch (error) {
      if (this.#sinkFailed) throw error;
      if (this.#stop.aborted) return;
      if (!isStreambookError(error) || !OF_ONE_TEXT.has(error.code)) throw error;
      this.#failed.push({ file: stream.file, code: error.code, message: error.message });
      const sent = progress.messages === 0 ? "" : "; its beginning was sent, without a last message";
      this.#logger.error(`${shownName(stream.file)} is left out: ${error.message}${sent}`);
    }
  }

  /** Sends a message for each chunk; which one is the last is known only when the next does not come. */
  async #readToEnd(stream: Stream, progress: { messages: number }): Promise<void> {
    let waiting: { chunk: string; time: string } | undefined;
    for await (const chunks of this.#chunks(stream.file)) {
      const time = eventTime();
      for (const chunk of chunks) {
        if (waiting !== undefined) await this.#send(stream, waiting.chunk, waiting.time, progress.messages++, false);
        waiting = { chunk, time };
      }
      this.#reportProgress(false);
    }
    const { chunk, time } = waiting ?? { chunk: "", time: eventTime() };
    await this.#send(stream, chunk, time, progress.messages++, true);
  }

  #chunks(file: string): AsyncIterable<string[]> {
    return readChunkGroups(this.#options.source, file, {
      rate: this.#options.rate,
      signal: this.#stop,
      onResume: ({ from, error }) => {
        this.#resumed++;
        this.#logger.warn(`the stream of ${shownName(file)} broke (${messageOf(error)}); going on at chunk ${from}`);
      },
      onMalformed: ({ line, index }) => {
        this.#malformed++;
        this.#logger.warn(
          `${shownName(file)}: line ${index} of the stream is not a chunk and is left out: ${line.slice(0, 80)}`,
        );
      },
    });
  }

  /** The order of the fields is that of schemas/chunks.json. */
  async #send(stream: Stream, chunk: string, time: string, seq: number, isLast: boolean): Promise<void> {
    const { agentId, uri } = stream;
    const message = {
      agent_id: agentId,
      destination_uri: uri,
      event_time: time,
      chunk,
      stream_id: stream.streamId,
      seq,
      is_last: isLast,
    };
    try {
      await this.#sinks.send(uri, JSON.stringify(message));
      this.#messages++;
    } catch (error) {
      this.#sinkFailed = true;
      throw error;
    }
  }

  #reportProgress(always: boolean): void {
    const { onProgress } = this.#options;
    const now = performance.now();
    if (onProgress === undefined || (!always && now - this.#reportedAt < 100)) return;
    this.#reportedAt = now;
    onProgress({
      texts: this.#count,
      finished: this.#finished.length,
      messages: this.#messages,
      malformed: this.#malformed,
    });
  }

  /** Nothing at all that could be read is a failure of the run; the first reason stands for all. */
  checkAnyRead(): void {
    const [first] = this.#failed;
    if (first !== undefined && this.#failed.length === this.#count)
      throw new StreambookError(first.code, first.message);
  }

  result(logFile: string | undefined): ProduceResult {
    return {
      streams: this.#finished.length,
      messages: this.#messages,
      malformed: this.#malformed,
      resumed: this.#resumed,
      ...(logFile === undefined ? {} : { logFile }),
      texts: this.#finished.toSorted((a, b) => (a.file < b.file ? -1 : 1)),
      failed: this.#failed,
      stopped: this.#stop.aborted && this.#finished.length + this.#failed.length < this.#count,
    };
  }
}

/** What is wrong with one text, and not with the source or a sink. */
const OF_ONE_TEXT: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "NOT_FOUND",
  "NOT_UTF8",
  "TEXT_UNREADABLE",
  "STREAM_BROKEN",
]);

/** Where the messages go: Kafka, the log, both, or standard output. */
class Sinks {
  readonly #producer: BatchingProducer | undefined;
  readonly #log: ProduceLog | undefined;
  readonly #output: OutputSink | undefined;
  readonly #topic: string;

  private constructor(producer: BatchingProducer | undefined, topic: string, log: ProduceLog | undefined) {
    this.#producer = producer;
    this.#topic = topic;
    this.#log = log;
    this.#output = producer === undefined && log === undefined ? new OutputSink() : undefined;
  }

  static async open({
    broker,
    topic = "",
    partitions,
    logFolder,
    compression = "none",
    logger,
    signal,
  }: ProduceOptions): Promise<Sinks> {
    const producer =
      broker === undefined ? undefined : await BatchingProducer.open({ broker, compression, logger, signal });
    try {
      await producer?.prepareTopic(topic, partitions === undefined ? {} : { partitions });
      return new Sinks(producer, topic, logFolder === undefined ? undefined : await ProduceLog.open(logFolder));
    } catch (error) {
      await producer?.close();
      throw error;
    }
  }

  get logFile(): string | undefined {
    return this.#log?.file;
  }

  /** Aborts when standard output is closed. */
  get gone(): AbortSignal | undefined {
    return this.#output?.gone;
  }

  /** Resolves when the message is accepted; {@link close} says that all have arrived. */
  async send(key: string, value: string): Promise<void> {
    if (this.#producer !== undefined) await this.#producer.send({ topic: this.#topic, key, value });
    await (this.#log ?? this.#output)?.write(`${value}\n`);
  }

  /** Has every message acknowledged by Kafka, and the log confirmed by the disk. */
  async close(): Promise<void> {
    const ends = await Promise.allSettled([this.#producer?.close(), this.#log?.close(), this.#output?.close()]);
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }
}

let latest = 0;

/** The time now: ISO 8601, UTC, microseconds. It never goes back within a process, so that a stream's times are in order. */
function eventTime(): string {
  const now = Math.round((performance.timeOrigin + performance.now()) * 1000);
  latest = Math.max(latest, now);
  const microseconds = String(latest % 1000).padStart(3, "0");
  return new Date(Math.floor(latest / 1000)).toISOString().replace("Z", `${microseconds}Z`);
}
