/** How large the tables of the lakehouse are: in files that a reader has to open, and in objects that are kept. */
import type { S3 } from "../../../s3/index.ts";
import type { SparkSession } from "../../../spark/index.ts";
import { tableAt } from "../delta.ts";
import { goldPath, goldTables, type LakeNames, silverPath, silverTable } from "../names.ts";

/** The size of a table. */
export interface TableSize {
  readonly table: string;
  /** Files of its newest version. */
  readonly files: number;
  /** Their bytes. */
  readonly bytes: number;
}

/** The tables with their paths, silver first. */
export function tablesOf(names: LakeNames): { readonly table: string; readonly path: string }[] {
  return [
    { table: silverTable, path: silverPath(names) },
    ...goldTables.map((table) => ({ table, path: goldPath(names, table) })),
  ];
}

/** The sizes of all tables. @throws SparkError when one is not there */
export async function tableSizes(spark: SparkSession, names: LakeNames): Promise<TableSize[]> {
  const sizes: TableSize[] = [];
  for (const { table, path } of tablesOf(names)) {
    const [detail] = await spark.sql<{ numFiles: bigint; sizeInBytes: bigint }>`DESCRIBE DETAIL ${await tableAt(path)}`;
    sizes.push({ table, files: Number(detail?.numFiles ?? 0), bytes: Number(detail?.sizeInBytes ?? 0) });
  }
  return sizes;
}

/** All objects of the buckets of silver and gold, also those of older versions: their number, and their bytes. */
export async function objectsKept(
  s3: S3,
  { silver, gold }: Pick<LakeNames, "silver" | "gold">,
  signal?: AbortSignal,
): Promise<{ readonly objects: number; readonly bytes: number }> {
  let [objects, bytes] = [0, 0];
  for (const bucket of [silver, gold])
    for await (const { size } of s3.bucket(bucket).list({ signal })) {
      objects++;
      bytes += size;
    }
  return { objects, bytes };
}
