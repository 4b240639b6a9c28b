/**
 * The part of the consumer that needs all messages in order: windows, document frequencies, and the model that learns.
 *
 * The first chunks are held until they can seed the model: until there are enough of them, and some of every partition
 * that has any, because a partition alone knows only its own streams. An even sample of them seeds the model; from then on
 * every chunk is labelled as it comes, and the model learns from it. A message that is read again after a crash is labelled, but not learned from a second time: the saved
 * model knows which offsets it has seen. Where several consumers share a model, one of them learns, and the others label by what it has
 * learned ({@link Labeller.follow}).
 */
import { StreamingKMeans } from "../../cluster/index.ts";
import { StreambookError } from "../../errors/index.ts";
import type { BatchToLabel } from "../../ingest/index.ts";
import { DEFAULT_FEATURES, DocumentFrequencies, type SparseVector, type TermCounts } from "../../text/index.ts";
import { StreamWindows } from "./stream-windows.ts";
import type { TextMarks } from "./text-marker.ts";

/** A batch whose rows are to be assigned to clusters. */
type ChunkBatch = BatchToLabel<TextMarks>;

/** Options of {@link Labeller}. */
export interface LabellerOptions {
  /** Number of clusters. @default 5 */
  readonly clusters?: number;
  /** Seed of everything random. @default 42 */
  readonly seed?: number;
  /** Chunks that seed the model, held until they are there. @default 200 */
  readonly warmUp?: number;
  /** Number of features. @default 16384 */
  readonly features?: number;
  /** Words that a window holds at least. @default 100 */
  readonly windowWords?: number;
  /** What a mini-batch leaves of the weight of those before it, 0 to 1. @default 0.99 */
  readonly decay?: number;
  /** Name of a new model, the first part of `model_version`. @default from the seed */
  readonly name?: string;
}

/** A batch with a cluster for each row. */
export interface ClusteredBatch extends ChunkBatch {
  readonly clusters: Int32Array;
  readonly versions: readonly string[];
  /** Index in `versions` of each row. */
  readonly version: Uint32Array;
}

/** Rows learned from at once. Small enough that the model follows the stream, large enough that a batch means something. */
const MINI_BATCH = 256;
/** Chunks held for a partition that has messages and stays silent: then the model is seeded without it. */
const MOST_HELD = 20_000;

interface Waiting {
  readonly batch: ChunkBatch;
  readonly clusters: Int32Array;
  readonly versions: string[];
  readonly version: Uint32Array;
}

/** A row that waits for the model, with a copy of its window. */
interface Held {
  readonly waiting: Waiting;
  readonly row: number;
  readonly window: TermCounts;
}

/** Assigns every row to a cluster, in order. */
export class Labeller {
  readonly #options: Required<LabellerOptions>;
  readonly #windows: StreamWindows;
  /** Whether the model learns from what is labelled, or only labels. */
  learns = true;
  #learned: Map<number, bigint>;
  #name: string;
  #frequencies: DocumentFrequencies;
  #model: StreamingKMeans | undefined;
  #held: Held[] = [];
  #waiting: Waiting[] = [];
  #unheard = new Set<number>();

  constructor(options: LabellerOptions = {}, saved?: SavedModel) {
    const {
      clusters = 5,
      seed = 42,
      warmUp = 200,
      features = DEFAULT_FEATURES,
      windowWords = 100,
      decay = 0.99,
    } = options;
    this.#options = { clusters, seed, warmUp, features, windowWords, decay, name: options.name ?? `s${seed}` };
    this.#windows = new StreamWindows({ minimumWords: windowWords });
    this.#name = saved?.name ?? this.#options.name;
    this.#frequencies = saved?.frequencies ?? new DocumentFrequencies(features);
    this.#model = saved?.model;
    this.#learned = new Map(saved?.learned);
  }

  /** Whether the first chunks are still being held. */
  get warmingUp(): boolean {
    return this.#model === undefined;
  }

  /** Rows held until the model is seeded. */
  get held(): number {
    return this.#held.length;
  }

  /** The name and age of the model: which run seeded it, and how many mini-batches it has learned. */
  get version(): string {
    return modelVersion(this.#name, this.#model?.updates ?? 0);
  }

  /** How many mini-batches the model has learned. */
  get updates(): number {
    return this.#model?.updates ?? 0;
  }

  /** The next offset of a partition that the model has not learned from. */
  learnedUpTo(partition: number): bigint {
    return this.#learned.get(partition) ?? 0n;
  }

  /**
   * Names the partitions that have messages, all of them: the model is not seeded before one batch of each has come, unless
   * one stays silent for thousands of messages of the others.
   */
  waitFor(partitions: Iterable<number>): void {
    this.#unheard = new Set(partitions);
  }

  /** Takes a batch; returns the batches that are labelled by now, in the order they came. */
  push(batch: ChunkBatch): ClusteredBatch[] {
    this.hold(batch);
    if (this.isReadyToSeed) this.begin(this.propose(), { isOwn: true });
    return this.release();
  }

  /** Takes a batch, and seeds no model with it: {@link release} gives the batches that are labelled. */
  hold(batch: ChunkBatch): void {
    const { rows } = batch.parsed;
    this.#waiting.push({ batch, clusters: new Int32Array(rows), versions: [], version: new Uint32Array(rows) });
    this.#unheard.delete(batch.partition);
    this.#work(this.#waiting.at(-1) as Waiting);
  }

  /** Whether there is enough to seed a model, and none. */
  get isReadyToSeed(): boolean {
    const { warmUp } = this.#options;
    const enough = this.#unheard.size === 0 ? warmUp : Math.max(warmUp, MOST_HELD);
    return this.#model === undefined && this.#held.length >= enough;
  }

  /** The batches that are labelled, in the order they came; each is given once. Those without rows need no model. */
  release(): ClusteredBatch[] {
    if (this.#model === undefined && this.#held.length > 0) return [];
    const done = this.#waiting.map(({ batch, ...labels }) => ({ ...batch, ...labels }));
    this.#waiting = [];
    return done;
  }

  /** Seeds the model with what there is, and returns the batches that waited for it. */
  finishWarmUp(): ClusteredBatch[] {
    if (this.#model === undefined && this.#held.length > 0) this.begin(this.propose(), { isOwn: true });
    return this.release();
  }

  /** The model that an even sample of the rows held would seed. */
  propose(): SavedModel {
    const { clusters, seed, features, decay, windowWords } = this.#options;
    const sample = this.#sample();
    const vectors = this.#held.filter((_, index) => sample.has(index));
    const model = StreamingKMeans.seed(
      vectors.map(({ window }) => this.#frequencies.weigh(window)),
      { k: clusters, seed, features, decay },
    );
    const [name, learned, frequencies] = [this.#name, this.#learned, this.#frequencies];
    return { name, learned, frequencies, model, features, windowWords };
  }

  /**
   * Begins with a model, and labels by it what is held; those beside its sample are learned from.
   *
   * @param isOwn whether it is what {@link propose} gave, and not another consumer's
   */
  begin(saved: SavedModel, { isOwn }: { readonly isOwn: boolean }): void {
    const held = this.#held;
    const known = isOwn ? this.#sample() : new Set<number>();
    this.#held = [];
    if (isOwn) this.#model = saved.model;
    else {
      this.#adopt(saved);
      held.forEach(({ waiting, row }, index) => {
        if (!this.learns || this.#hasLearned(waiting.batch, row)) known.add(index);
        else this.#frequencies.add(countsOf(waiting.batch.parsed.marks, row));
      });
    }
    const miniBatch = this.#miniBatch();
    held.forEach(({ waiting, row, window }, index) => {
      const vector = this.#frequencies.weigh(window);
      if (!this.learns || known.has(index)) this.#predict(waiting, row, vector);
      else miniBatch.add(waiting, row, vector);
    });
    miniBatch.end();
    if (!isOwn && this.learns) for (const { batch } of this.#waiting) this.#noteLearned(batch);
  }

  /** Goes on with what another consumer's model has learned. */
  follow(saved: SavedModel): void {
    if (this.#model === undefined) return; // there are rows held, perhaps: see begin
    this.#adopt(saved);
  }

  /** Forgets what is held of partitions that belong to another consumer now. */
  drop(partitions: ReadonlySet<number>): void {
    this.#waiting = this.#waiting.filter(({ batch }) => !partitions.has(batch.partition));
    this.#held = this.#held.filter(({ waiting }) => !partitions.has(waiting.batch.partition));
    for (const partition of partitions) this.#unheard.delete(partition);
  }

  /** The model as bytes, with the offsets it has seen; undefined before it is seeded. */
  save(): Uint8Array | undefined {
    if (this.#model === undefined) return undefined;
    const { features, windowWords } = this.#options;
    return encodeSavedModel({
      name: this.#name,
      learned: this.#learned,
      frequencies: this.#frequencies,
      model: this.#model,
      features,
      windowWords,
    });
  }

  #adopt({ name, learned, frequencies, model }: SavedModel): void {
    [this.#name, this.#learned, this.#frequencies, this.#model] = [name, new Map(learned), frequencies, model];
  }

  /** An even sample of the rows held. */
  #sample(): Set<number> {
    const { length } = this.#held;
    const size = Math.min(this.#options.warmUp, length);
    return new Set(Array.from({ length: size }, (_, i) => Math.floor((i * length) / size)));
  }

  #hasLearned({ firstOffset, partition, parsed }: ChunkBatch, row: number): boolean {
    return firstOffset + BigInt(parsed.offsets[row] as number) < this.learnedUpTo(partition);
  }

  #noteLearned({ partition, nextOffset }: ChunkBatch): void {
    if (nextOffset > this.learnedUpTo(partition)) this.#learned.set(partition, nextOffset);
  }

  #work(waiting: Waiting): void {
    const { batch } = waiting;
    const { parsed } = batch;
    const model = this.#model;
    const miniBatch = this.#miniBatch();
    for (let row = 0; row < parsed.rows; row++) {
      const { streams, stream, isLast } = parsed.marks;
      const counts = countsOf(parsed.marks, row);
      const window = this.#windows.push(streams[stream[row] as number] as string, counts, isLast[row] === 1);
      const isNew = (model === undefined || this.learns) && !this.#hasLearned(batch, row);
      if (isNew) this.#frequencies.add(counts);
      if (model === undefined) this.#held.push({ waiting, row, window: copyOf(window) });
      else if (isNew) miniBatch.add(waiting, row, this.#frequencies.weigh(window));
      else this.#predict(waiting, row, this.#frequencies.weigh(window));
    }
    miniBatch.end();
    if (model === undefined || this.learns) this.#noteLearned(batch);
  }

  #predict(waiting: Waiting, row: number, vector: SparseVector): void {
    this.#assign(waiting, row, (this.#model as StreamingKMeans).predict(vector), this.version);
  }

  /** Collects rows into mini-batches; the model learns once from each. */
  #miniBatch(): { add(waiting: Waiting, row: number, vector: SparseVector): void; end(): void } {
    let rows: { waiting: Waiting; row: number }[] = [];
    let vectors: SparseVector[] = [];
    const end = (): void => {
      if (vectors.length === 0) return;
      const version = this.version; // of the model that labels, which is the one before it learns
      const clusters = (this.#model as StreamingKMeans).learn(vectors);
      rows.forEach(({ waiting, row }, i) => this.#assign(waiting, row, clusters[i] as number, version));
      [rows, vectors] = [[], []];
    };
    const add = (waiting: Waiting, row: number, vector: SparseVector): void => {
      rows.push({ waiting, row });
      if (vectors.push(vector) >= MINI_BATCH) end();
    };
    return { add, end };
  }

  #assign({ clusters, versions, version: versionOf }: Waiting, row: number, cluster: number, version: string): void {
    if (versions.at(-1) !== version) versions.push(version);
    clusters[row] = cluster;
    versionOf[row] = versions.length - 1;
  }
}

function countsOf(marks: TextMarks, row: number): TermCounts {
  const from = row === 0 ? 0 : (marks.termEnds[row - 1] as number);
  const to = marks.termEnds[row] as number;
  return {
    indices: marks.indices.subarray(from, to),
    counts: marks.counts.subarray(from, to),
    words: marks.words[row] as number,
  };
}

function copyOf({ indices, counts, words }: TermCounts): TermCounts {
  return { indices: indices.slice(), counts: counts.slice(), words };
}

/** `s42.000017` @param updates how many mini-batches the model has learned */
export function modelVersion(name: string, updates: number): string {
  return `${name}.${String(updates).padStart(6, "0")}`;
}

/** A model as it is kept on HDFS. */
export interface SavedModel {
  readonly name: string;
  readonly learned: ReadonlyMap<number, bigint>;
  readonly frequencies: DocumentFrequencies;
  readonly model: StreamingKMeans;
  readonly features: number;
  readonly windowWords: number;
}

const MAGIC = "streambook model 1\n";

/** One line that says what it is, one line of JSON, then the document frequencies and the centroids. */
export function encodeSavedModel({ name, learned, frequencies, model, features, windowWords }: SavedModel): Uint8Array {
  const parts = [frequencies.encode(), model.encode()];
  const header = {
    name,
    features,
    windowWords,
    learned: Object.fromEntries([...learned].map(([partition, next]) => [partition, String(next)])),
    lengths: parts.map((part) => part.length),
  };
  return Buffer.concat([Buffer.from(`${MAGIC}${JSON.stringify(header)}\n`), ...parts]);
}

/**
 * Reads what {@link Labeller.save} wrote.
 *
 * @param where the file, for the message
 * @throws MODEL_INVALID
 */
export function decodeSavedModel(bytes: Uint8Array, where: string): SavedModel {
  try {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    if (!buffer.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC)))
      throw new Error("it does not begin as a model does");
    const end = buffer.indexOf("\n", MAGIC.length);
    const header = JSON.parse(buffer.toString("utf8", MAGIC.length, end)) as {
      name: string;
      features: number;
      windowWords: number;
      learned: Record<string, string>;
      lengths: [number, number];
    };
    const [first, second] = header.lengths;
    if (end + 1 + first + second !== buffer.length) throw new Error("its length is not what its header says");
    return {
      ...header,
      learned: new Map(Object.entries(header.learned).map(([partition, next]) => [Number(partition), BigInt(next)])),
      frequencies: DocumentFrequencies.decode(buffer.subarray(end + 1, end + 1 + first)),
      model: StreamingKMeans.decode(buffer.subarray(end + 1 + first)),
    };
  } catch (cause) {
    throw new StreambookError(
      "MODEL_INVALID",
      `the saved model ${where} cannot be read (${(cause as Error).message}); remove it to begin with an older one, or with a new one`,
      { cause },
    );
  }
}
