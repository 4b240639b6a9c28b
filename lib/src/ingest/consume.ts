/**
 * The consumer: Kafka → check → terms → cluster → Parquet on HDFS → Hive, each message exactly once.
 *
 * Three things run side by side: threads parse and encode (`row-workers.ts`), this thread labels in order (`labeller.ts`),
 * and the network takes files away (`table.ts`). One object for each partition gathers rows to a file (`gathering.ts`); one
 * file is one contiguous range of offsets and one date, so that one rename commits it.
 */
import { messageOf, StreambookError } from "../errors/index.ts";
import { Hdfs } from "../hdfs/index.ts";
import {
  ensureTopic,
  openConsumer,
  type PartitionBatch,
  type PartitionConsumer,
  topicOffsets,
} from "../kafka/index.ts";
import { type Logger, silentLogger } from "../log/index.ts";
import type { FieldType, Schema } from "../schema/index.ts";
import type { Addresses } from "../stack/index.ts";
import { DeadLetters } from "./dead-letters.ts";
import { type FileLimits, type GatheredFile, Gathering } from "./gathering.ts";
import { Labeller, type LabelledBatch } from "./labeller.ts";
import { checkCompatible, ModelStore } from "./models.ts";
import { Patience } from "./patience.ts";
import { type ParseRequest, streamField, textField, timeField } from "./row-store.ts";
import { RowWorkers } from "./row-workers.ts";
import { type DataFile, Table } from "./table.ts";

/** The steps of the commit protocol, in order; each is told after it is done. */
export type CommitStep =
  "read" | "labelled" | "encoded" | "staged" | "model-saved" | "renamed" | "committed" | "partition-added";

/** How far a consumer is. */
export interface ConsumeProgress {
  /** Messages read from Kafka. */
  readonly read: number;
  /** Rows in published files. */
  readonly rows: number;
  readonly files: number;
  readonly deadLetters: number;
  /** Chunks held until the model can be seeded; 0 afterwards. */
  readonly warmingUp: number;
}

/** Options of {@link consume}. */
export interface ConsumeOptions {
  readonly addresses: Pick<Addresses, "kafka" | "webhdfs" | "hive">;
  readonly schema: Schema;
  readonly topic: string;
  readonly table: string;
  /** Properties that say what the table and its view are, if they have to be made. @default none */
  readonly tableProperties?: Readonly<Record<string, string>> | undefined;
  /**
   * Consumers of one group share the partitions, but not the model: each labels its rows by one of its own, which goes on from
   * the newest that it finds when it starts. @default "streambook"
   */
  readonly group?: string;
  /** Number of clusters. @default 5 */
  readonly clusters?: number;
  /** Seed of the clustering. @default 42 */
  readonly seed?: number;
  /** Chunks held to seed the model; fewer seed it when nothing comes for `flushSeconds`. @default 200 */
  readonly warmUp?: number;
  /** Number of features that terms are hashed to, 1 to 65536. @default 16384 */
  readonly features?: number;
  /** Whether terms are stemmed. @default true */
  readonly stem?: boolean;
  /** Stop at the end offsets found at start. @default false */
  readonly once?: boolean;
  /** Rows after which a partition's file is written. @default 20000 */
  readonly flushRecords?: number;
  /** Bytes of messages after which a partition's file is written. @default 8 MiB */
  readonly flushBytes?: number;
  /** Seconds after which a partition's file is written. @default 10 */
  readonly flushSeconds?: number;
  /** Threads that parse and encode. @default one less than there are cores, 1 to 4 */
  readonly threads?: number;
  readonly logger?: Logger;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: ConsumeProgress) => void;
  /** Told after each step; the tests of exactly-once kill the process here. */
  readonly onStep?: (step: CommitStep, range: string) => void | Promise<void>;
}

/** What a consumer did. */
export interface ConsumeReport extends Omit<ConsumeProgress, "warmingUp"> {
  /** Bytes of the Parquet files. */
  readonly bytes: number;
  /** From the opening of the consumer to the last file. */
  readonly seconds: number;
  /** From the first batch to the last file: without what it takes to join the group and to wait for messages. */
  readonly flowing: number;
  readonly modelVersion: string;
  /** Where the time went: seconds of this thread's work, and of waiting for others. */
  readonly spent: Readonly<Record<"label" | "parse" | "encode" | "stage" | "model" | "publish", number>>;
}

/**
 * Reads a topic into a table until the signal aborts, or with `once` until the end offsets found at start.
 * What was read is flushed and committed before it returns.
 *
 * @throws SCHEMA_INVALID, USAGE for options that do not fit; UNREACHABLE when a service does not answer at the start, or
 * stays away for about ten minutes; OFFSETS_OVERLAP, PARTITION_LOST
 */
export async function consume(options: ConsumeOptions): Promise<ConsumeReport> {
  checkSchema(options.schema);
  const { addresses, logger = silentLogger, signal } = options;
  // The threads load their code while the services answer.
  await using workers = new RowWorkers({ schema: options.schema, ...pick(options, "features", "stem", "threads") });
  using patience = new Patience({ hurry: signal, logger });
  // Few tries of its own: a NameNode that stays away is waited for here, where it can be told.
  const hdfs = new Hdfs({ address: addresses.webhdfs, retry: { attempts: 2 }, signal: patience.signal });
  await using table = new Table({
    hdfs,
    hive: addresses.hive,
    name: options.table,
    topic: options.topic,
    schema: options.schema,
    properties: options.tableProperties,
    logger,
    signal: patience.signal,
  });
  signal?.throwIfAborted();
  await ensureTopic({ broker: addresses.kafka, topic: options.topic, ...(signal === undefined ? {} : { signal }) });
  await table.create();
  const models = new ModelStore(hdfs, options.table, logger);
  const saved = await models.load();
  if (saved !== undefined)
    checkCompatible(saved, { clusters: options.clusters ?? 5, features: options.features ?? 16384 }, options.table);
  const labeller = new Labeller(options, saved);
  await using deadLetters = new DeadLetters({ broker: addresses.kafka, topic: options.topic, patience, logger });
  const consumption = new Consumption(options, { table, models, labeller, workers, patience, deadLetters, logger });
  return await consumption.run(); // awaited here, because the threads and the table are closed on the way out
}

/** The fields that the consumer itself reads. */
const NEEDED: readonly (readonly [name: string, type: FieldType])[] = [
  [textField, "string"],
  [streamField, "string"],
  [timeField, "timestamp"],
];

function checkSchema({ name: schema, fields }: Schema): void {
  for (const [name, type] of NEEDED) {
    const found = fields.find((field) => field.name === name);
    if (found?.type === type && found.nullable !== true) continue;
    const kind = `${found?.nullable === true ? "nullable " : ""}${found?.type}`;
    const fault = found === undefined ? `has no field "${name}"` : `has a field "${name}" of type ${kind}`;
    throw new StreambookError(
      "SCHEMA_INVALID",
      `the schema ${schema} ${fault}, and the consumer needs one of type ${type}; mend it, or give another --schema-file`,
    );
  }
}

function pick<T extends object, K extends keyof T>(object: T, ...keys: K[]): Pick<T, K> {
  return Object.fromEntries(keys.filter((key) => object[key] !== undefined).map((key) => [key, object[key]])) as Pick<
    T,
    K
  >;
}

interface Parts {
  readonly table: Table;
  readonly models: ModelStore;
  readonly labeller: Labeller;
  readonly workers: RowWorkers;
  readonly patience: Patience;
  readonly deadLetters: DeadLetters;
  readonly logger: Logger;
}

/** A partition that is owned: what is gathered of it, and its files on their way. */
interface Flow {
  readonly gathering: Gathering;
  /** Files of one partition are published one after the other. */
  published: Promise<void>;
  /** Files that wait to be published, or are being published. */
  waiting: number;
}

/** Batches that are parsed ahead of the labelling: more would only fill the memory. */
const PARSED_AHEAD = 4;
/** Files of one partition that may wait to be published. */
const FILES_AHEAD = 2;
/** Files that may be gathered at once; with more partitions than that, the largest is written before it is full. */
const FILES_GATHERED = 4;

/** One run of the consumer. */
class Consumption {
  readonly #options: ConsumeOptions;
  readonly #limits: FileLimits;
  readonly #parts: Parts;
  readonly #flows = new Map<number, Flow>();
  readonly #progress = { read: 0, rows: 0, files: 0, deadLetters: 0, bytes: 0 };
  readonly #spent = { label: 0, parse: 0, encode: 0, stage: 0, model: 0, publish: 0 };
  readonly #started = performance.now();
  #firstBatch: number | undefined;
  /** Aborts the reading: by the user, or by a failure of a later stage. */
  readonly #stop = new AbortController();
  /** Files on their way, those of former assignments too. */
  readonly #publishing = new Set<Promise<void>>();
  #failure: { error: unknown } | undefined;
  #batches = 0;
  /** Batches of assignments up to this one are another's to read. */
  #over = 0;
  /** The labelling of all batches so far, one after the other. */
  #labelled: Promise<void> = Promise.resolve();
  /** When the last batch came. */
  #heard = performance.now();

  constructor(options: ConsumeOptions, parts: Parts) {
    const { flushRecords = 20_000, flushBytes = 8 << 20 } = options;
    this.#options = options;
    this.#limits = { records: flushRecords, bytes: flushBytes };
    this.#parts = parts;
  }

  async run(): Promise<ConsumeReport> {
    const { addresses, topic, group = "streambook", once = false, flushSeconds = 10, signal } = this.#options;
    const stop = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
    const consumer = await openConsumer({
      broker: addresses.kafka,
      topic,
      group,
      logger: this.#parts.logger,
      signal: stop,
      positions: (partitions, over) => this.#positions(partitions, over),
      onRevoked: (_partitions, generation) => this.#forget(generation),
      ...(once ? { endOffsets: "once" as const } : {}),
    });
    const onTime = (): void => {
      this.#seedDue(consumer);
      this.#flushDue(consumer);
    };
    const timer = setInterval(onTime, Math.min(1000, flushSeconds * 500));
    this.#tell();
    try {
      let generation: number;
      do {
        generation = consumer.generation;
        await this.#read(consumer);
        if (this.#failure === undefined) await this.#drain(consumer);
        if (this.#failure !== undefined) throw this.#failure.error;
        // In an assignment that ended meanwhile (0: there was none), what was not published was given up: it is read again.
      } while (once && signal?.aborted !== true && (generation === 0 || consumer.generation !== generation));
    } finally {
      clearInterval(timer);
      await Promise.all(this.#publishing);
      await consumer.close();
    }
    const { read, rows, files, deadLetters, bytes } = this.#progress;
    const now = performance.now();
    const seconds = (now - this.#started) / 1000;
    const flowing = (now - (this.#firstBatch ?? now)) / 1000;
    return {
      read,
      rows,
      files,
      deadLetters,
      bytes,
      seconds,
      flowing,
      modelVersion: this.#parts.labeller.version,
      spent: { ...this.#spent },
    };
  }

  /** Takes batches as they come; parsing runs ahead in the threads, labelling follows in order. */
  async #read(consumer: PartitionConsumer): Promise<void> {
    let ahead = 0;
    let room: (() => void) | undefined;
    try {
      for await (const batch of consumer) {
        if (this.#failure !== undefined) break;
        this.#heard = performance.now();
        this.#firstBatch ??= performance.now();
        this.#progress.read += batch.messages.length;
        await this.#step("read", batch.partition, batch.firstOffset, batch.nextOffset - 1n);
        const number = this.#batches++;
        const parsing = this.#timed("parse", () => this.#parts.workers.parse(parseRequest(number, batch)));
        parsing.catch(() => undefined); // awaited below, in order
        ahead++;
        this.#labelled = this.#labelled.then(async () => {
          try {
            if (this.#failure === undefined) await this.#label(consumer, batch, await parsing);
          } catch (error) {
            this.#fail(error);
          } finally {
            ahead--;
            room?.();
          }
        });
        while (ahead >= PARSED_AHEAD) await new Promise<void>((resolve) => (room = resolve));
      }
    } catch (error) {
      if (!this.#options.signal?.aborted && this.#failure === undefined) throw error;
    } finally {
      await this.#labelled;
    }
  }

  async #label(
    consumer: PartitionConsumer,
    batch: PartitionBatch,
    parsed: Awaited<ReturnType<RowWorkers["parse"]>>,
  ): Promise<void> {
    const { partition, generation, firstOffset, nextOffset } = batch;
    for (const { index, reason } of parsed.malformed) {
      if (this.#openFlow(batch) === undefined) break;
      await this.#parts.deadLetters.send(batch, index, reason, this.#stop.signal);
      this.#progress.deadLetters++;
    }
    if (this.#openFlow(batch) === undefined) return this.#drop(partition, parsed.batch);
    const begin = performance.now();
    const labelled = this.#parts.labeller.push({ partition, generation, firstOffset, nextOffset, parsed });
    this.#spent.label += (performance.now() - begin) / 1000;
    for (const one of labelled) await this.#gather(consumer, one);
    this.#tell();
  }

  /** Adds labelled rows to their partition's next file, and publishes what is full. */
  async #gather(consumer: PartitionConsumer, batch: LabelledBatch): Promise<void> {
    const flow = this.#flows.get(batch.partition);
    if (flow?.gathering.generation !== batch.generation) return this.#drop(batch.partition, batch.parsed.batch);
    await this.#step("labelled", batch.partition, batch.firstOffset, batch.nextOffset - 1n);
    for (const file of flow.gathering.add(batch)) await this.#handOver(consumer, flow, file);
    const all = [...this.#flows.values()];
    if (all.reduce((sum, { gathering }) => sum + gathering.bytes, 0) >= FILES_GATHERED * this.#limits.bytes)
      await this.#flush(
        consumer,
        all.reduce((largest, one) => (one.gathering.bytes > largest.gathering.bytes ? one : largest)),
      );
  }

  /** Hands over what is gathered, full or not. */
  async #flush(consumer: PartitionConsumer, flow: Flow): Promise<void> {
    const file = flow.gathering.take();
    if (file !== undefined) await this.#handOver(consumer, flow, file);
  }

  /** Hands a file to the publishing, and waits only if too much is on its way already. */
  async #handOver(consumer: PartitionConsumer, flow: Flow, file: GatheredFile): Promise<void> {
    flow.waiting++;
    const turn = flow.published;
    const published = (async () => {
      await turn;
      if (this.#failure !== undefined || this.#flows.get(flow.gathering.partition) !== flow) return;
      try {
        await this.#publish(consumer, flow.gathering, file);
      } catch (error) {
        // Its new owner reads these messages again; the staged file is left for it to remove.
        if (this.#owns(consumer, flow.gathering)) this.#fail(error);
      } finally {
        flow.waiting--;
      }
    })();
    flow.published = published;
    this.#publishing.add(published);
    void published.then(() => this.#publishing.delete(published));
    if (flow.waiting > FILES_AHEAD) await turn;
  }

  /** The commit protocol of one file. */
  async #publish(
    consumer: PartitionConsumer,
    { partition, generation }: Gathering,
    { first, last, date, rows, segments }: GatheredFile,
  ): Promise<void> {
    const { table, models, labeller, workers } = this.#parts;
    const step = (name: CommitStep): Promise<void> => this.#step(name, partition, first, last);
    const bytes = await this.#timed("encode", () => workers.encode(partition, segments));
    const file: DataFile = { topic: this.#options.topic, partition, first, last, date, bytes };
    await step("encoded");
    const staged = await this.#timed("stage", () => this.#patiently("writing a file", () => table.stage(file)));
    await step("staged");
    // Saved before the rename, so that the clusters of published rows can be found again after a crash.
    await this.#timed("model", () => this.#patiently("saving the model", () => models.save(labeller)));
    await step("model-saved");
    await this.#timed("publish", () =>
      consumer.whileOwned(partition, generation, async () => {
        await this.#patiently("publishing a file", () => {
          consumer.ensureOwned(partition, generation); // the NameNode may have been away for longer than the group waits
          return table.publish(staged, file);
        });
        await step("renamed");
        await this.#commit(consumer, partition, last + 1n);
        await step("committed");
      }),
    );
    await this.#patiently("adding a date to the table", () => table.addDate(date));
    await step("partition-added");
    this.#progress.rows += rows;
    this.#progress.files++;
    this.#progress.bytes += bytes.length;
    this.#tell();
  }

  /** The committed offset only tells people how far the group is: the file's name is what counts. */
  async #commit(consumer: PartitionConsumer, partition: number, next: bigint): Promise<void> {
    try {
      await consumer.commit(partition, next);
    } catch (error) {
      this.#parts.logger.warn(
        `offset ${next} of partition ${partition} was not committed to Kafka (${messageOf(error)}); the files say where to go on`,
      );
    }
  }

  /** Everything read is labelled; flush it, and wait for the last file. */
  async #drain(consumer: PartitionConsumer): Promise<void> {
    // Interrupted in the warm-up, nothing is labelled well and nothing is committed: the next run reads it again.
    if (!this.#parts.labeller.warmingUp || !this.#options.signal?.aborted) {
      for (const batch of this.#parts.labeller.finishWarmUp()) await this.#gather(consumer, batch);
    }
    for (const flow of this.#flows.values()) await this.#flush(consumer, flow);
    await Promise.all([...this.#flows.values()].map(({ published }) => published));
    if (this.#failure === undefined)
      await this.#patiently("saving the model", () => this.#parts.models.save(this.#parts.labeller, { final: true }));
    this.#tell();
  }

  /** A stream that pauses in the warm-up is not waited for: what there is seeds the model, and becomes rows. */
  #seedDue(consumer: PartitionConsumer): void {
    const { flushSeconds = 10, signal } = this.#options;
    const { labeller } = this.#parts;
    if (labeller.held === 0 || signal?.aborted || performance.now() - this.#heard < flushSeconds * 1000) return;
    this.#labelled = this.#labelled.then(async () => {
      try {
        if (this.#failure !== undefined || !labeller.warmingUp) return;
        for (const batch of labeller.finishWarmUp()) await this.#gather(consumer, batch);
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  #flushDue(consumer: PartitionConsumer): void {
    const { flushSeconds = 10 } = this.#options;
    for (const flow of this.#flows.values()) {
      if (performance.now() - flow.gathering.since < flushSeconds * 1000 || flow.waiting > 0) continue;
      this.#flush(consumer, flow).catch((error: unknown) => this.#fail(error));
    }
  }

  /** The flow that a batch belongs to, begun if it is the first; undefined when its partition is another consumer's now. */
  #openFlow(batch: PartitionBatch): Flow | undefined {
    const { partition, generation } = batch;
    if (generation <= this.#over) return undefined;
    const known = this.#flows.get(partition);
    if (known !== undefined && known.gathering.generation >= generation)
      return known.gathering.generation === generation ? known : undefined;
    const share = ((this.#flows.size % 4) + 1) / 4; // so that partitions do not all write at once
    const flow: Flow = {
      gathering: new Gathering(batch, this.#limits, share),
      published: known?.published ?? Promise.resolve(),
      waiting: 0,
    };
    this.#flows.set(partition, flow);
    return flow;
  }

  /** @param over aborts when the assignment is over before the positions are known */
  async #positions(partitions: readonly number[], over: AbortSignal): Promise<ReadonlyMap<number, bigint>> {
    // Files of the former assignment that are still on their way are waited for, so that the listing is complete.
    await Promise.all(this.#publishing);
    this.#forget(Math.max(this.#over, ...[...this.#flows.values()].map(({ gathering }) => gathering.generation)));
    const { addresses, topic } = this.#options;
    return this.#patiently(
      "reading the table's files",
      async () => {
        const positions = await this.#parts.table.positions(partitions);
        const offsets = await topicOffsets({ broker: addresses.kafka, topic, signal: over });
        this.#parts.labeller.waitFor(
          partitions.filter((partition) => {
            const { low = 0n, high = 0n } = offsets.get(partition) ?? {};
            return high > low && high > (positions.get(partition) ?? 0n);
          }),
        );
        return positions;
      },
      over,
    );
  }

  /** Forgets all that was read in an assignment that is over, and not handed to the publishing. */
  #forget(generation: number): void {
    this.#over = generation;
    this.#parts.labeller.drop(new Set(this.#flows.keys()));
    for (const partition of this.#flows.keys()) this.#drop(partition, this.#batches - 1);
    this.#flows.clear();
  }

  /** Lets the threads forget the rows of a partition, up to a batch. */
  #drop(partition: number, batch: number): void {
    this.#parts.workers.drop(partition, batch).catch((error: unknown) => this.#fail(error));
  }

  #owns(consumer: PartitionConsumer, { partition, generation }: Gathering): boolean {
    try {
      consumer.ensureOwned(partition, generation);
      return true;
    } catch {
      return false;
    }
  }

  /** As {@link Patience.try}; ends at once when the run has failed. */
  #patiently<T>(what: string, operation: () => Promise<T>, ...ends: AbortSignal[]): Promise<T> {
    return this.#parts.patience.try(what, operation, this.#stop.signal, ...ends);
  }

  async #timed<T>(what: keyof ConsumeReport["spent"], operation: () => Promise<T>): Promise<T> {
    const begin = performance.now();
    try {
      return await operation();
    } finally {
      this.#spent[what] += (performance.now() - begin) / 1000;
    }
  }

  async #step(step: CommitStep, partition: number, first: bigint, last: bigint): Promise<void> {
    await this.#options.onStep?.(step, `${this.#options.topic}[${partition}] ${first}…${last}`);
  }

  #tell(): void {
    this.#options.onProgress?.({ ...this.#progress, warmingUp: this.#parts.labeller.held });
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#stop.abort(error);
  }
}

/** The messages of a batch in one buffer, which can move to another thread without a copy for each. */
function parseRequest(batch: number, { partition, firstOffset, messages }: PartitionBatch): ParseRequest {
  const size = messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
  const bytes = new Uint8Array(size);
  const ends = new Uint32Array(messages.length);
  const offsets = new Uint32Array(messages.length);
  let end = 0;
  messages.forEach(({ value, offset }, index) => {
    if (value !== null) bytes.set(value, end);
    end += value?.length ?? 0;
    ends[index] = end;
    offsets[index] = Number(offset - firstOffset);
  });
  return { batch, partition, firstOffset, offsets, bytes, ends };
}
