/**
 * Machine learning on Spark: transformers that are told what to do, and estimators that learn it from rows and become models
 * (https://spark.apache.org/docs/latest/ml-pipeline.html).
 */
import type { MessageInitShape } from "@bufbuild/protobuf";
import { StreambookError } from "../errors/index.ts";
import { literal, type SparkInput } from "./literal.ts";
import type { Expression_Literal } from "./messages/expressions.ts";
import type { MlCommandResult, MlCommandSchema } from "./messages/ml.ts";
import { MlOperator_OperatorType, type MlOperator, type MlParams } from "./messages/ml_common.ts";
import type { Relation } from "./messages/relations.ts";
import { relation } from "./sql.ts";
import type { RunOptions, SparkWire } from "./wire.ts";

/** What a transformer or an estimator is told, by the names of Spark's documentation: `{ inputCol: "chunk", k: 8 }`. */
export type Parameters = Readonly<Record<string, SparkInput>>;

/** Turns rows into rows with one column more, without having learnt anything. */
export interface Transformer {
  readonly kind: "transformer";
  /** Its class: `org.apache.spark.ml.feature.Tokenizer`. */
  readonly name: string;
  readonly parameters: Parameters;
}

/** Learns from rows. */
export interface Estimator {
  readonly kind: "estimator";
  /** Its class: `org.apache.spark.ml.clustering.KMeans`. */
  readonly name: string;
  readonly parameters: Parameters;
}

/** Any transformer of Spark that Spark Connect admits, by its class. */
export function transformer(name: string, parameters: Parameters): Transformer {
  return { kind: "transformer", name, parameters };
}

/** Any estimator of Spark that Spark Connect admits, by its class. */
export function estimator(name: string, parameters: Parameters): Estimator {
  return { kind: "estimator", name, parameters };
}

interface Columns {
  readonly inputCol: string;
  readonly outputCol: string;
}

/** Lower-case words, split at white space: STRING → ARRAY<STRING>. */
export function tokenizer(parameters: Columns): Transformer {
  return transformer("org.apache.spark.ml.feature.Tokenizer", { ...parameters });
}

/**
 * Counts words by a hash of each, in a vector of fixed length: no dictionary, and no way back from a place to its word.
 *
 * @param parameters.numFeatures length of the vector; words that share a place count as one. Default 2^18
 */
export function hashingTF(parameters: Columns & { readonly numFeatures?: number }): Transformer {
  return transformer("org.apache.spark.ml.feature.HashingTF", { ...parameters });
}

/** Weighs words down that stand in many rows: ln((rows + 1) / (rows with it + 1)). */
export function idf(parameters: Columns & { readonly minDocFreq?: number }): Estimator {
  return estimator("org.apache.spark.ml.feature.IDF", { ...parameters });
}

/** k-means (k-means|| seeding). Its model adds the number of the nearest centroid, from 0. */
export function kMeans(parameters: {
  readonly featuresCol: string;
  readonly predictionCol: string;
  readonly k: number;
  readonly seed?: bigint;
  readonly maxIter?: number;
  readonly distanceMeasure?: "euclidean" | "cosine";
}): Estimator {
  return estimator("org.apache.spark.ml.clustering.KMeans", { ...parameters });
}

/** What an estimator has learnt. Spark keeps it for the session; it transforms rows as a transformer does. */
export class SparkModel {
  readonly kind = "model";
  /** Its name on Spark. */
  readonly id: string;
  readonly #wire: SparkWire;

  /** For the session, which makes models. */
  constructor(wire: SparkWire, id: string) {
    this.#wire = wire;
    this.id = id;
  }

  /**
   * Writes the model to a folder, from where {@link SparkSession.loadModel} reads it.
   *
   * @param path `hdfs://…`, `file:///…`
   */
  async save(path: string, options: RunOptions & { readonly overwrite?: boolean } = {}): Promise<void> {
    const type = { case: "objRef" as const, value: { id: this.id } };
    const value = { type, path, shouldOverwrite: options.overwrite ?? false };
    await mlCommand(this.#wire, { case: "write", value }, options);
  }

  /** Makes Spark forget it. */
  async delete(options: RunOptions = {}): Promise<void> {
    const value = { objRefs: [{ id: this.id }] };
    await mlCommand(this.#wire, { case: "delete", value }, options);
  }
}

/** What can be applied to rows. */
export type Stage = Transformer | SparkModel;

/** The plan of rows to which a stage is applied. */
export function transformPlan(stage: Stage, input: Relation): Relation {
  const transform =
    stage.kind === "model"
      ? { operator: { case: "objRef" as const, value: { id: stage.id } }, input }
      : {
          operator: { case: "transformer" as const, value: operatorOf(stage) },
          input,
          params: parametersOf(stage.parameters),
        };
  return relation({ case: "mlRelation", value: { mlType: { case: "transform", value: transform } } });
}

/** Lets an estimator learn from rows. @throws SparkError */
export async function fitModel(
  wire: SparkWire,
  { name, parameters }: Estimator,
  dataset: Relation,
  options: RunOptions,
): Promise<SparkModel> {
  const operator = operatorOf({ kind: "estimator", name, parameters });
  const value = { estimator: operator, params: parametersOf(parameters), dataset };
  return modelOf(wire, await mlCommand(wire, { case: "fit", value }, options));
}

/** Reads a model that was saved. @param name its class: `org.apache.spark.ml.clustering.KMeansModel` @throws SparkError */
export async function readModel(wire: SparkWire, name: string, path: string, options: RunOptions): Promise<SparkModel> {
  const operator = { name, uid: uid(name), type: MlOperator_OperatorType.MODEL };
  return modelOf(wire, await mlCommand(wire, { case: "read", value: { operator, path } }, options));
}

function modelOf(wire: SparkWire, result: MlCommandResult["resultType"] | undefined): SparkModel {
  if (result?.case === "operatorInfo" && result.value.type.case === "objRef")
    return new SparkModel(wire, result.value.type.value.id);
  throw new StreambookError("INTERNAL", "Spark did not say how its new model is called");
}

async function mlCommand(
  wire: SparkWire,
  command: NonNullable<MessageInitShape<typeof MlCommandSchema>["command"]>,
  { signal }: RunOptions,
): Promise<MlCommandResult["resultType"] | undefined> {
  const answers = await wire.command({ case: "mlCommand", value: { command } }, signal);
  return answers.find((answer) => answer.case === "mlCommandResult")?.value.resultType;
}

function operatorOf({ kind, name }: Transformer | Estimator): Pick<MlOperator, "name" | "uid" | "type"> {
  const type = kind === "estimator" ? MlOperator_OperatorType.ESTIMATOR : MlOperator_OperatorType.TRANSFORMER;
  return { name, uid: uid(name), type };
}

let made = 0;

/** A name for one stage, as Spark gives its own: `KMeans_3`. */
function uid(name: string): string {
  return `${name.slice(name.lastIndexOf(".") + 1)}_${++made}`;
}

function parametersOf(parameters: Parameters): Pick<MlParams, "params"> {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined);
  return {
    params: Object.fromEntries(given.map(([name, value]): [string, Expression_Literal] => [name, literal(value)])),
  };
}
