/** The columns of a plan, as Spark knows them before it runs. */
import { StreambookError } from "../errors/index.ts";
import type { Relation } from "./messages/relations.ts";
import type { DataType_StructField } from "./messages/types.ts";
import type { SparkWire } from "./wire.ts";

/** @throws SparkError for a plan that cannot run */
export async function readSchema(
  wire: SparkWire,
  plan: Relation,
  signal?: AbortSignal,
): Promise<readonly DataType_StructField[]> {
  const root = { opType: { case: "root" as const, value: plan } };
  const answer = await wire.analyze({ case: "schema", value: { plan: root } }, signal);
  const kind = answer.case === "schema" ? answer.value.schema?.kind : undefined;
  if (kind?.case !== "struct") throw new StreambookError("INTERNAL", "Spark gave no schema of a relation");
  return kind.value.fields;
}
