/** What an engine has made, read back from its Parquet files: whether each message is one row, and none twice. */
import { zstdDecompressSync } from "node:zlib";
import { parquetReadObjects } from "hyparquet";

/** What is in the files of a run. */
export interface RowCount {
  readonly rows: number;
  /** Places in Kafka that a row names: as many as there are messages when nothing is lost or doubled. */
  readonly distinct: number;
  /** Different clusters. */
  readonly clusters: number;
}

const COLUMNS = ["kafka_partition", "kafka_offset", "cluster"];
const compressors = { ZSTD: (input: Uint8Array): Uint8Array => zstdDecompressSync(input) };

/** @param files the content of each */
export async function countRows(files: AsyncIterable<Uint8Array>): Promise<RowCount> {
  const places = new Map<number, Set<number>>();
  const clusters = new Set<number>();
  let rows = 0;
  for await (const bytes of files) {
    const file = Uint8Array.from(bytes).buffer; // of the file alone, whatever memory it came in
    const found = await parquetReadObjects({ file, columns: COLUMNS, compressors });
    for (const row of found) {
      const partition = Number(row["kafka_partition"]);
      const offsets = places.get(partition) ?? new Set();
      places.set(partition, offsets.add(Number(row["kafka_offset"])));
      clusters.add(Number(row["cluster"]));
    }
    rows += found.length;
  }
  const distinct = [...places.values()].reduce((sum, { size }) => sum + size, 0);
  return { rows, distinct, clusters: clusters.size };
}

/** What is wrong with the rows of a run; undefined when each message is one row. */
export function rowProblem({ rows, distinct }: RowCount, messages: number): string | undefined {
  if (rows === messages && distinct === messages) return undefined;
  const parts = [
    ...(distinct < messages ? [`${messages - distinct} messages are in no row`] : []),
    ...(rows > distinct ? [`${rows - distinct} rows are there twice`] : []),
    ...(distinct > messages ? [`${distinct - messages} rows are of no message`] : []),
  ];
  return `${rows} rows of ${messages} messages: ${parts.join(", ")}`;
}
