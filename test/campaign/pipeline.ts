/**
 * The pipeline of texts as it is left alone in production: a source, a producer that sends all texts again and again, a group of
 * consumers, and somebody who asks Hive. Each is a process of its own but for the source and the asker.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../../lib/src/async/index.ts";
import { Hdfs } from "../../lib/src/hdfs/index.ts";
import { openHive } from "../../lib/src/hive/index.ts";
import { deadLetterTopic, deleteTopics, ensureTopic } from "../../lib/src/kafka/index.ts";
import { messageOf } from "../../lib/src/errors/index.ts";
import { type Addresses, addresses, projectFolder } from "../../lib/src/stack/index.ts";
import { type StreamSource, startStreamSource } from "../../lib/src/stream/index.ts";
import { dropTable } from "../../lib/src/texts/index.ts";
import { Progress } from "./progress.ts";
import { type Ending, Worker } from "./worker.ts";

/** How a worker reaches what it needs. */
export type Ways = Pick<Addresses, "kafka" | "webhdfs" | "hdfs" | "hive"> & { readonly source: string };

export interface PipelineOptions {
  /** Tells the topic, the table and the group from those of other campaigns: letters, digits, dashes. */
  readonly id: string;
  readonly consumers: number;
  /** Chunks a second that the producer sends of each text. @default 50 */
  readonly rate?: number | undefined;
  /** Decides the addresses of the texts, which are the same in each round. */
  readonly seed: number;
  /** Folder for logs. */
  readonly output: string;
  readonly clock: () => number;
  readonly watch: (pid: number) => Promise<void>;
  readonly signal: AbortSignal;
  /** Puts something between a worker and what it needs. @default nothing */
  readonly ways?: ((worker: string, direct: Ways) => Promise<Ways>) | undefined;
}

/** What the asker saw. */
export interface Asked {
  readonly answers: number;
  /** Why Hive did not answer, for each question that it did not: it was away, or could not read. */
  readonly refusals: readonly string[];
  /** Answers in which a row stood twice. */
  readonly doubled: readonly string[];
}

export const TEXTS = join(projectFolder(), "data/texts");
const CHUNK_SIZE = 20;
/** All texts take about 12 s at this rate. */
const RATE = 50;
const PARTITIONS = 6;
const ASK_EVERY = 15_000;
/** Longest wait for a producer that nobody strikes, in milliseconds. */
const LONGEST_ROUND = 600_000;

export class Pipeline implements AsyncDisposable {
  readonly topic: string;
  readonly table: string;
  readonly producer: Worker;
  readonly consumers: readonly Worker[];
  readonly progress: Progress;
  /** Rounds whose producer has sent everything. */
  rounds = 0;
  /** Rounds whose producer was ended before. */
  broken = 0;
  /** Ends that nobody has caused. */
  readonly gaveUp: Ending[] = [];
  readonly #options: PipelineOptions;
  readonly #source: StreamSource;
  readonly #asked = { answers: 0, refusals: [] as string[], doubled: [] as string[] };
  readonly #stop = new AbortController();
  #asking: Promise<void> = Promise.resolve();
  #isLast = false;

  private constructor(options: PipelineOptions, source: StreamSource) {
    const { id, output, clock, watch, consumers } = options;
    [this.#options, this.#source] = [options, source];
    this.topic = `campaign-${id}`;
    this.table = `campaign_${id.replaceAll("-", "_")}`;
    const logs = join(output, "logs");
    const worker = (name: string, command: (ways: Ways) => readonly string[]): Worker =>
      new Worker({
        ...{ name, logs, watch },
        command: async () => {
          const ways = await this.#waysOf(name);
          return { arguments: command(ways), environment: environmentOf(ways, options.ways !== undefined) };
        },
        onEnd: (ending) => this.#ended(ending),
      });
    this.producer = worker("producer", (ways) => this.#produceArguments(ways));
    this.consumers = Array.from({ length: consumers }, (_, index) =>
      worker(`consumer-${index + 1}`, (ways) => this.#consumeArguments(ways)),
    );
    const broker = async (): Promise<string> => (await addresses()).kafka;
    this.progress = new Progress({ broker, topic: this.topic, group: this.topic, clock });
  }

  /** Makes the topic, and starts everything. */
  static async open(options: PipelineOptions): Promise<Pipeline> {
    await mkdir(join(options.output, "logs"), { recursive: true });
    const source = await startStreamSource({ folder: TEXTS, chunkSize: CHUNK_SIZE, port: 0 });
    const pipeline = new Pipeline(options, source);
    try {
      await ensureTopic({ broker: (await addresses()).kafka, topic: pipeline.topic, partitions: PARTITIONS });
      pipeline.progress.start();
      for (const worker of pipeline.workers) await worker.start();
      pipeline.#asking = pipeline.#ask();
      return pipeline;
    } catch (error) {
      await pipeline[Symbol.asyncDispose]();
      throw error;
    }
  }

  get workers(): readonly Worker[] {
    return [...this.consumers, this.producer];
  }

  get asked(): Asked {
    return this.#asked;
  }

  /** Lets the producer come to the end of a round, and then no more. @throws TIMEOUT */
  async lastRound(): Promise<void> {
    const { rounds } = this;
    this.#isLast = true;
    const { signal } = this.#options;
    await until("a whole round of the producer", () => this.rounds > rounds, { timeout: LONGEST_ROUND, signal });
    await this.producer.stop();
  }

  /** Ends the consumers in order. */
  async endConsumers(): Promise<void> {
    this.#stop.abort();
    await this.#asking;
    await Promise.all(this.consumers.map((consumer) => consumer.stop()));
  }

  async #waysOf(worker: string): Promise<Ways> {
    const { kafka, webhdfs, hdfs, hive } = await addresses();
    const direct = { kafka, webhdfs, hdfs, hive, source: this.#source.url };
    return this.#options.ways?.(worker, direct) ?? direct;
  }

  #produceArguments({ source, kafka }: Ways): string[] {
    const { seed, rate = RATE } = this.#options;
    const where = ["--source", source, "--kafka-broker", kafka, "--topic", this.topic];
    return ["produce", ...where, "--agents", "10", "--rate", String(rate), "--seed", String(seed)];
  }

  #consumeArguments({ kafka, hive }: Ways): string[] {
    const where = ["--kafka-broker-port", kafka, "--hive-port", hive, "--topic", this.topic, "--group", this.topic];
    const how = ["--clusters", "5", "--warm-up", "100", "--flush-seconds", "2", "--threads", "1"];
    return ["consume", ...where, "--hive-table", this.table, "--schema-file", "schemas/chunks.json", ...how];
  }

  #ended(ending: Ending): void {
    if (ending.worker === this.producer.name && !ending.struck && ending.code === 0) {
      this.rounds++;
      if (this.#isLast) this.producer.retire();
    } else if (ending.worker === this.producer.name) this.broken++;
    if (!ending.struck && ending.code !== 0) this.gaveUp.push(ending);
  }

  /** Asks Hive now and then whether a row stands there twice. */
  async #ask(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await sleep(ASK_EVERY, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      try {
        const limit = AbortSignal.any([signal, AbortSignal.timeout(60_000)]);
        await using hive = await openHive({ address: (await addresses()).hive, signal: limit });
        const [row] = await hive.query(countRows(this.table), { signal: limit });
        this.#asked.answers++;
        if (row?.["n"] !== row?.["d"])
          this.#asked.doubled.push(`${String(row?.["n"])} rows, ${String(row?.["d"])} distinct offsets`);
      } catch (error) {
        const said = messageOf(error);
        if (!signal.aborted && !said.includes("Table not found")) this.#asked.refusals.push(said);
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    await Promise.all(this.workers.map((worker) => worker.stop("SIGKILL").catch(() => undefined)));
    await this.#asking;
    await this.progress[Symbol.asyncDispose]();
    await this.#source.close();
  }

  /** Removes topic, table and files, for a stack that stays. */
  async remove(): Promise<void> {
    const at = await addresses();
    await using hive = await openHive({ address: at.hive });
    await using hdfs = new Hdfs({ address: at.webhdfs });
    await dropTable(hive, hdfs, this.table);
    await deleteTopics({ broker: at.kafka, topics: [this.topic, deadLetterTopic(this.topic)] });
  }
}

/** The question whose answers must be one: rows, their places in Kafka, their chunks. */
export function countRows(table: string): string {
  return `SELECT count(*) AS n, count(DISTINCT kafka_partition, kafka_offset) AS d, count(DISTINCT stream_id, seq) AS c FROM ${table}`;
}

/** HDFS has no option on the command line: its place is that of the stack, or what the environment says. */
function environmentOf({ webhdfs, hdfs }: Ways, isElsewhere: boolean): NodeJS.ProcessEnv {
  return isElsewhere ? { STREAMBOOK_WEBHDFS: webhdfs, STREAMBOOK_HDFS: hdfs } : {};
}
