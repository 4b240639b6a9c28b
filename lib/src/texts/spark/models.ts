/**
 * The models of the pipeline on Spark, in the way of Spark's own documentation: words → counts by hash → weights → k-means. They
 * learn from the warm-up, once, and are kept on HDFS for all later starts.
 */
import { randomUUID } from "node:crypto";
import { isStreambookError, StreambookError } from "../../errors/index.ts";
import type { Hdfs } from "../../hdfs/index.ts";
import type * as SparkRoom from "../../spark/index.ts";
import type { SparkModel, SparkRelation, SparkSession } from "../../spark/index.ts";

type Spark = typeof SparkRoom;

/** What models are made with; a table keeps to it. */
export interface ModelSettings {
  readonly clusters: number;
  /** Length of the vectors that words are hashed to. */
  readonly features: number;
  readonly seed: number;
}

/** The models of a table. */
export interface TextModels {
  /** What rows say of them: which seed, and how often they have learnt since. */
  readonly version: string;
  /** Undefined where all is one cluster: one was asked for, or the texts to learn from do not differ. */
  readonly learnt?: { readonly weights: SparkModel; readonly clusters: SparkModel };
}

const CLASSES = {
  weights: "org.apache.spark.ml.feature.IDFModel",
  clusters: "org.apache.spark.ml.clustering.KMeansModel",
} as const;

/** The columns between the text and its cluster. */
const [TEXT, WORDS, COUNTS, FEATURES] = [
  "text_to_split",
  "words_of_chunk",
  "counts_of_words",
  "features_of_chunk",
] as const;

/** Texts with their words counted. A row without a text has none. */
export function countWords(spark: Spark, rows: SparkRelation, text: string, features: number): SparkRelation {
  return rows
    .select("*", `coalesce(${text}, '') AS ${TEXT}`)
    .transform(spark.tokenizer({ inputCol: TEXT, outputCol: WORDS }))
    .transform(spark.hashingTF({ inputCol: WORDS, outputCol: COUNTS, numFeatures: features }));
}

/** Models that have learnt from rows whose words are counted. @throws SPARK_FAILED */
export async function fitModels(
  spark: Spark,
  counted: SparkRelation,
  { clusters, seed }: ModelSettings,
  signal: AbortSignal,
): Promise<TextModels> {
  const weights = await counted.fit(spark.idf({ inputCol: COUNTS, outputCol: FEATURES }), { signal });
  const features = counted.transform(weights);
  const texts = features.select(`count(DISTINCT CAST(${FEATURES} AS STRING)) AS different`);
  const { different = 0n } = (await texts.as({ different: "bigint" }).first({ signal })) ?? {};
  // Spark's k-means takes neither one cluster nor more than there are different vectors.
  const k = Math.min(clusters, Number(different));
  if (k < 2) return unlearnt(seed);
  const estimator = spark.kMeans({ featuresCol: FEATURES, predictionCol: "cluster", k, seed: BigInt(seed) });
  return { ...unlearnt(seed), learnt: { weights, clusters: await features.fit(estimator, { signal }) } };
}

/** Models that have nothing to learn from. */
export function unlearnt(seed: number): TextModels {
  return { version: `spark-s${seed}.000000` }; // as the stream begins, the learning ends
}

/** Rows with their words counted, and the columns `cluster` and `model_version`. */
export function label(counted: SparkRelation, { learnt, version }: TextModels): SparkRelation {
  const clustered =
    learnt === undefined
      ? counted.select("*", "0 AS cluster")
      : counted.transform(learnt.weights).transform(learnt.clusters);
  return clustered.select("*", `'${version}' AS model_version`);
}

/** The models of one table on HDFS, written whole or not at all. */
export class SparkModelStore {
  readonly #hdfs: Hdfs;
  readonly #folder: string;
  readonly #table: string;

  /** @param folder that of the table's models */
  constructor(hdfs: Hdfs, folder: string, table: string) {
    this.#hdfs = hdfs;
    this.#folder = `${folder}/spark`;
    this.#table = table;
  }

  /**
   * Loads the models; undefined when there are none.
   *
   * @throws USAGE when they were made with other settings; MODEL_INVALID
   */
  async load(spark: SparkSession, wanted: ModelSettings, signal: AbortSignal): Promise<TextModels | undefined> {
    const file = `${this.#folder}/settings.json`;
    const text = await this.#hdfs.read(file).catch((error: unknown) => {
      if (isStreambookError(error, "NOT_FOUND")) return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    const saved = parseSettings(text.toString("utf8"), file);
    if (saved.clusters !== wanted.clusters || saved.features !== wanted.features || saved.seed !== wanted.seed)
      throw new StreambookError(
        "USAGE",
        `the table ${this.#table} has a model of ${describe(saved)}, and ${describe(wanted)} were asked for; ask for the same`,
        { hint: { change: ["table"] } },
      );
    const [weights, clusters] = await Promise.all([
      spark.loadModel(CLASSES.weights, `${this.#folder}/weights`, { signal }),
      spark.loadModel(CLASSES.clusters, `${this.#folder}/clusters`, { signal }),
    ]);
    return { version: saved.version, learnt: { weights, clusters } };
  }

  /** Keeps what was learnt for the next start. When another process was quicker, its models stand: {@link load} them. */
  async save({ learnt, version }: TextModels, settings: ModelSettings, signal: AbortSignal): Promise<void> {
    if (learnt === undefined) return;
    const temporary = `${this.#folder}.${randomUUID()}`;
    await learnt.weights.save(`${temporary}/weights`, { signal });
    await learnt.clusters.save(`${temporary}/clusters`, { signal });
    const saved: SavedSettings = { ...settings, version };
    await this.#hdfs.write(`${temporary}/settings.json`, Buffer.from(`${JSON.stringify(saved)}\n`));
    try {
      await this.#hdfs.rename(temporary, this.#folder);
    } catch (error) {
      if (!isStreambookError(error, "HDFS_REFUSED")) throw error;
      await this.#hdfs.remove(temporary, { recursive: true });
    }
  }
}

type SavedSettings = ModelSettings & Pick<TextModels, "version">;

function parseSettings(text: string, file: string): SavedSettings {
  try {
    return JSON.parse(text) as SavedSettings;
  } catch (cause) {
    throw new StreambookError(
      "MODEL_INVALID",
      `${file} on HDFS cannot be read; remove the folder to begin with a new model`,
      {
        cause,
      },
    );
  }
}

function describe({ clusters, features, seed }: ModelSettings): string {
  return `${clusters} clusters, ${features} features and the seed ${seed}`;
}
