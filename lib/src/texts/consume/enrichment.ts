/** What the pipeline of texts adds to the rows of its messages: the cluster of each chunk, and the model that found it. */
import type { Hdfs } from "../../hdfs/index.ts";
import type {
  AddedColumn,
  BatchToLabel,
  Enrichment,
  LabelledBatch,
  Labelling,
  MarkerModule,
} from "../../ingest/index.ts";
import type { Logger } from "../../log/index.ts";
import { siblingModule } from "../../project/index.ts";
import { DEFAULT_FEATURES } from "../../text/index.ts";
import { clusterColumns } from "./chunk-table.ts";
import { type ClusteredBatch, Labeller } from "./labeller.ts";
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

/** Terms are counted in the threads; here the labeller follows the stream, and its model is kept on HDFS. */
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
  async open({ hdfs, logger }: { readonly hdfs: Hdfs; readonly logger: Logger }): Promise<Labelling<TextMarks>> {
    const { table, clusters = 5, features = DEFAULT_FEATURES } = this.#options;
    const models = new ModelStore(hdfs, table, logger);
    const saved = await models.load();
    if (saved !== undefined) checkCompatible(saved, { clusters, features }, table);
    this.#labeller = new Labeller(this.#options, saved);
    return new TextLabelling(this.#labeller, models);
  }
}

/** A labeller in the form that the sink wants, with the store of its models. */
class TextLabelling implements Labelling<TextMarks> {
  readonly #labeller: Labeller;
  readonly #models: ModelStore;

  constructor(labeller: Labeller, models: ModelStore) {
    this.#labeller = labeller;
    this.#models = models;
  }

  get held(): number {
    return this.#labeller.held;
  }

  get warmingUp(): boolean {
    return this.#labeller.warmingUp;
  }

  waitFor(partitions: Iterable<number>): void {
    this.#labeller.waitFor(partitions);
  }

  push(batch: BatchToLabel<TextMarks>): LabelledBatch[] {
    return this.#labeller.push(batch).map(withColumns);
  }

  finishWarmUp(): LabelledBatch[] {
    return this.#labeller.finishWarmUp().map(withColumns);
  }

  drop(partitions: ReadonlySet<number>): void {
    this.#labeller.drop(partitions);
  }

  save(options?: { readonly final?: boolean }): Promise<void> {
    return this.#models.save(this.#labeller, options);
  }
}

function withColumns({ clusters, versions, version, ...batch }: ClusteredBatch): LabelledBatch {
  const added: AddedColumn[] = [clusters, { values: versions, index: version }];
  return { ...batch, added };
}
