/**
 * Silver: each tweet once, flat, in a table of Delta. Spark takes what is new in bronze in small batches, each merged in one commit. How far it
 * is, the table itself says: by the largest offset of each partition, committed with the rows. So it may be killed at any moment; what it
 * reads again is there already, and MERGE inserts nothing.
 */
import { type Logger, silentLogger } from "../../../log/index.ts";
import type { S3 } from "../../../s3/index.ts";
import type { SparkRelation, SparkSession } from "../../../spark/index.ts";
import { batchesOf, bronzeObjects } from "../bronze/objects.ts";
import { readBronze } from "../bronze/read.ts";
import { makeLakeBucket } from "../buckets.ts";
import { createTable, rowsAt, tableAt, untilNoConflict } from "../delta.ts";
import { type LakeNames, lakeNames, silverPath } from "../names.ts";
import { clientColumn, silverColumns, silverSelection } from "./columns.ts";

/** What became of the messages of one batch, or of all batches of a refresh. */
export interface SilverBatch {
  /** Messages that were read from bronze. */
  readonly messages: number;
  /** Tweets that were new. */
  readonly inserted: number;
  /** Objects of bronze that were read. */
  readonly objects: number;
}

/** Options of {@link refreshSilver}. */
export interface SilverOptions {
  readonly spark: SparkSession;
  readonly s3: S3;
  /** @default those of {@link lakeNames} */
  readonly names?: LakeNames | undefined;
  /** Most messages of one batch; a single object may have more. @default 50000 */
  readonly batchMessages?: number | undefined;
  readonly logger?: Logger;
  /** Ends the refresh after the batch that is being merged. */
  readonly signal?: AbortSignal | undefined;
  /** Hears of each batch when it is committed. */
  readonly onBatch?: (batch: SilverBatch) => void;
}

/**
 * Merges what is new in bronze into silver, which is made if it is missing. May be stopped and done again at any time. Of several at once each
 * does some of the batches, and none is done twice.
 *
 * @throws SparkError; S3_FAILED and others of S3; OFFSETS_OVERLAP; the signal's reason
 */
export async function refreshSilver(options: SilverOptions): Promise<SilverBatch> {
  const { spark, s3, names = lakeNames(), logger = silentLogger, signal } = options;
  await makeLakeBucket(s3, names.silver, signal);
  await createTable(spark, silverPath(names), silverColumns);
  let total: SilverBatch = { messages: 0, inserted: 0, objects: 0 };
  const onBatch = (batch: SilverBatch): void => {
    total = add(total, batch);
    options.onBatch?.(batch);
  };
  await untilNoConflict(
    () => mergeNew({ ...options, names, onBatch }),
    () => logger.info("another writer has changed silver meanwhile; what is new is looked for again"),
  );
  return total;
}

/** Merges all that silver has not read, batch by batch. */
async function mergeNew(options: SilverOptions & { readonly names: LakeNames }): Promise<void> {
  const { spark, s3, names, batchMessages = 50_000, logger = silentLogger, signal, onBatch } = options;
  const next = await nextOffsets(spark, names, signal);
  for (const objects of batchesOf(await bronzeObjects(s3, names, signal), next, batchMessages)) {
    signal?.throwIfAborted();
    const batch = await mergeBatch(spark, await readBronze(spark, objects, names), names, signal);
    logger.info(`${batch.messages} messages of ${objects.length} objects merged, ${batch.inserted} tweets are new`);
    onBatch?.({ ...batch, objects: objects.length });
  }
}

function add(a: SilverBatch, b: SilverBatch): SilverBatch {
  return { messages: a.messages + b.messages, inserted: a.inserted + b.inserted, objects: a.objects + b.objects };
}

/** The first offset of each partition that silver has not read, as far as it knows: doubles leave no row. */
async function nextOffsets(
  spark: SparkSession,
  names: LakeNames,
  signal: AbortSignal | undefined,
): Promise<Map<number, bigint>> {
  const silver = rowsAt(spark, silverPath(names));
  const rows =
    await spark.query`SELECT kafka_partition, max(kafka_offset) AS last FROM ${silver} GROUP BY kafka_partition`
      .as({ kafka_partition: "int", last: "bigint" })
      .collect({ signal });
  return new Map(rows.map(({ kafka_partition, last }) => [kafka_partition, last + 1n]));
}

/** How many batches this process has merged: each has a view of its own, for sessions in which several are merged at once. */
let batches = 0;

/** Merges the messages of one batch. Spark keeps them meanwhile: looking for hundreds of small objects takes longer than reading them. */
async function mergeBatch(
  spark: SparkSession,
  messages: SparkRelation,
  names: LakeNames,
  signal: AbortSignal | undefined,
): Promise<Omit<SilverBatch, "objects">> {
  const { identifier } = await import("../../../spark/index.ts"); // here, because its libraries take a while to load
  const view = `tweets_of_batch_${++batches}`;
  const batch = identifier(view);
  await messages.createView(view, { signal });
  await spark.sql`CACHE LAZY TABLE ${batch}`;
  try {
    return await mergeKept(spark, spark.query`SELECT * FROM ${batch}`, names, signal);
  } finally {
    await spark.sql`UNCACHE TABLE IF EXISTS ${batch}`;
    await spark.sql`DROP VIEW IF EXISTS ${batch}`;
  }
}

async function mergeKept(
  spark: SparkSession,
  messages: SparkRelation,
  names: LakeNames,
  signal: AbortSignal | undefined,
): Promise<Omit<SilverBatch, "objects">> {
  const facts = await spark.query`
    SELECT count(*) AS messages, count(client) AS clients, min(created_at) AS earliest, max(created_at) AS latest
    FROM ${messages}`
    .as({ messages: "bigint", clients: "bigint", earliest: "timestamp?", latest: "timestamp?" })
    .first({ signal });
  const { messages: count = 0n, clients = 0n, earliest = null, latest = null } = facts ?? {};
  if (earliest === null || latest === null) return { messages: 0, inserted: 0 }; // only dead letters
  const columns = clients > 0n ? [...silverColumns, clientColumn] : silverColumns;
  const rows = messages.select(...silverSelection(columns));
  return { messages: Number(count), inserted: await merge(spark, rows, { names, earliest, latest }) };
}

/**
 * Inserts the tweets that are not there, each once. The times limit what has to be looked at in the table: a tweet that is there has the
 * same. A column that the table lacks is added to it: the one that messages have gained.
 *
 * @returns how many were inserted
 */
async function merge(
  spark: SparkSession,
  rows: SparkRelation,
  { names, earliest, latest }: { readonly names: LakeNames; readonly earliest: string; readonly latest: string },
): Promise<number> {
  const { timestampText } = await import("../../../spark/index.ts"); // here, because its libraries take a while to load
  const once = spark.query`
    SELECT earliest.* FROM (SELECT min_by(struct(r.*), r.kafka_offset) AS earliest FROM ${rows} r GROUP BY r.tweet_id)`;
  const [result] = await spark.sql<{ num_inserted_rows: bigint }>`
    MERGE WITH SCHEMA EVOLUTION INTO ${await tableAt(silverPath(names))} t USING ${once} s
    ON t.tweet_id = s.tweet_id AND t.created_at BETWEEN ${timestampText(earliest)} AND ${timestampText(latest)}
    WHEN NOT MATCHED THEN INSERT *`;
  return Number(result?.num_inserted_rows ?? 0);
}
