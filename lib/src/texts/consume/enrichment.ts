/** What the pipeline of texts adds to the rows of its messages: the cluster of each chunk, and the model that found it. */
import { messageOf } from "../../errors/index.ts";
import type {
  AddedColumn,
  BatchToLabel,
  Enrichment,
  LabelledBatch,
  Labelling,
  LabellingServices,
  MarkerModule,
} from "../../ingest/index.ts";
import { siblingModule } from "../../project/index.ts";
import { DEFAULT_FEATURES } from "../../text/index.ts";
import { clusterColumns } from "./chunk-table.ts";
import { type ClusteredBatch, Labeller, type SavedModel } from "./labeller.ts";
import { checkCompatible, ModelStore } from "./models.ts";
import { checkMarkerOptions, type TextMarkerOptions, type TextMarks } from "./text-marker.ts";

/** Options of a {@link TextEnrichment}. */
export interface TextEnrichmentOptions extends TextMarkerOptions {
  /** The table, whose model is gone on with. */
  readonly table: string;
  /** Number of clusters. @default 5 */
  readonly clusters?: number;
  /** Seed of the clustering. @default 42 */
  readonly seed?: number;
  /** Chunks held to seed the model; fewer seed it when nothing comes for a while. @default 200 */
  readonly warmUp?: number;
}

/** Who owns this partition lets the model learn; other consumers of the group label by what it has learned. */
const LEARNING_PARTITION = 0;
/** How often the model of the one that learns is looked for, in milliseconds. */
const FOLLOWING = 2000;

/**
 * Terms are counted in the threads; here the labeller follows the stream, and its model is kept on HDFS. Consumers of one group share
 * it: the first that has enough chunks seeds it for all, and one of them lets it learn.
 */
export class TextEnrichment implements Enrichment<TextMarks> {
  readonly columns = clusterColumns;
  readonly marker: MarkerModule;
  readonly #options: TextEnrichmentOptions;
  #labeller: Labeller | undefined;

  /** @throws USAGE as {@link checkMarkerOptions} */
  constructor(options: TextEnrichmentOptions) {
    checkMarkerOptions(options);
    const { features = DEFAULT_FEATURES, stem = true } = options;
    const { href: url } = siblingModule("./text-marker", import.meta.url);
    this.marker = { url, options: { features, stem } satisfies TextMarkerOptions };
    this.#options = options;
  }

  /** The name and age of the model; empty before the labelling is open. */
  get modelVersion(): string {
    return this.#labeller?.version ?? "";
  }

  /** @throws USAGE when the table's model was made for other settings */
  async open({ hdfs, logger, retry }: LabellingServices): Promise<Labelling<TextMarks>> {
    const { table, clusters = 5, features = DEFAULT_FEATURES } = this.#options;
    const models = new ModelStore(hdfs, table, logger);
    const check = (saved: SavedModel): void => checkCompatible(saved, { clusters, features }, table);
    const saved = await models.load();
    if (saved !== undefined) check(saved);
    this.#labeller = new Labeller(this.#options, saved);
    return new TextLabelling({ labeller: this.#labeller, models, check, logger, retry });
  }
}

/** What a {@link TextLabelling} works with. */
interface TextLabellingParts extends Pick<LabellingServices, "logger" | "retry"> {
  readonly labeller: Labeller;
  readonly models: ModelStore;
  /** Refuses a model that was made for other settings. */
  readonly check: (saved: SavedModel) => void;
}

/** A labeller in the form that the sink wants, with the store of its models. */
class TextLabelling implements Labelling<TextMarks> {
  readonly #parts: TextLabellingParts;
  readonly #labeller: Labeller;
  #followedAt = performance.now();

  constructor(parts: TextLabellingParts) {
    this.#parts = parts;
    this.#labeller = parts.labeller;
    this.#labeller.learns = false; // until it is known who does
  }

  get held(): number {
    return this.#labeller.held;
  }

  get warmingUp(): boolean {
    return this.#labeller.warmingUp;
  }

  async assign(partitions: readonly number[]): Promise<void> {
    const learns = partitions.includes(LEARNING_PARTITION);
    if (learns && !this.#labeller.learns) await this.#follow();
    this.#labeller.learns = learns;
  }

  async revoke(): Promise<void> {
    const { models, logger } = this.#parts;
    if (!this.#labeller.learns) return;
    this.#labeller.learns = false;
    await models.save(this.#labeller, { final: true }).catch((error: unknown) => {
      logger.warn(`what the model has learned since it was saved last is lost: ${messageOf(error)}`);
    });
  }

  waitFor(partitions: Iterable<number>): void {
    this.#labeller.waitFor(partitions);
  }

  async push(batch: BatchToLabel<TextMarks>): Promise<LabelledBatch[]> {
    this.#labeller.hold(batch);
    if (this.#labeller.isReadyToSeed) await this.#begin();
    return this.#labeller.release().map(withColumns);
  }

  async finishWarmUp(): Promise<LabelledBatch[]> {
    if (this.#labeller.warmingUp && this.#labeller.held > 0) await this.#begin();
    return this.#labeller.release().map(withColumns);
  }

  drop(partitions: ReadonlySet<number>): void {
    this.#labeller.drop(partitions);
  }

  async save(options?: { readonly final?: boolean }): Promise<void> {
    if (this.#labeller.learns) return this.#parts.models.save(this.#labeller, options);
    if (performance.now() - this.#followedAt > FOLLOWING) await this.#follow();
  }

  /** Begins with the model of another consumer, or seeds one for all. */
  async #begin(): Promise<void> {
    const { models, check, retry } = this.#parts;
    await retry("saving the first model", async () => {
      const proposed = this.#labeller.propose();
      const saved = (await models.load()) ?? (await models.begin(proposed));
      check(saved);
      this.#labeller.begin(saved, { isOwn: saved === proposed });
    });
  }

  async #follow(): Promise<void> {
    const { models, check } = this.#parts;
    this.#followedAt = performance.now();
    const saved = await models.load();
    if (saved === undefined) return;
    check(saved);
    this.#labeller.follow(saved);
  }
}

function withColumns({ clusters, versions, version, ...batch }: ClusteredBatch): LabelledBatch {
  const added: AddedColumn[] = [clusters, { values: versions, index: version }];
  return { ...batch, added };
}
