/** The end of a stream that nobody follows any more. */
import type { Hdfs } from "../../hdfs/index.ts";
import { ownerOfStream } from "../../ingest/index.ts";
import type { Addresses } from "../../stack/index.ts";
import { hdfsFolders } from "../folders.ts";

/** Ends the stream that a consumer which was killed has left to Spark, so that the table's folders can be removed. */
export async function endStream(
  { spark: address }: Pick<Addresses, "spark">,
  hdfs: Hdfs,
  table: string,
): Promise<void> {
  const owner = await ownerOfStream(hdfs, `${hdfsFolders.streams}/${table}`);
  if (address === undefined || owner === undefined) return;
  const { endSession } = await import("../../spark/index.ts");
  await endSession({ address }, owner);
}
