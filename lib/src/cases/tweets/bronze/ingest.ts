/** Bronze: every message as it came, as lines of JSON in objects on S3, by the hour of its tweet; exactly once. */
import { ingest, type IngestOptions, type IngestReport } from "../../../ingest/index.ts";
import type { Addresses } from "../../../stack/index.ts";
import { makeLakeBucket } from "../buckets.ts";
import { type LakeNames, lakeNames, tweetSchema } from "../names.ts";
import { openLakeStore, s3Access } from "../services.ts";
import { bronzeEnrichment } from "./columns.ts";
import { bronzeLayout } from "./layout.ts";

/** Options of {@link ingestBronze}. */
export interface BronzeOptions extends Pick<
  IngestOptions,
  "once" | "flushRecords" | "flushSeconds" | "logger" | "signal" | "onProgress" | "onStep"
> {
  readonly addresses: Pick<Addresses, "kafka" | "webhdfs" | "s3">;
  /** @default those of {@link lakeNames} */
  readonly names?: LakeNames | undefined;
}

/**
 * Ingests the topic into bronze, until the signal aborts, or with `once` until its end.
 *
 * @throws STACK_DOWN when S3 does not run; as `ingest`
 */
export async function ingestBronze({
  addresses,
  names = lakeNames(),
  ...options
}: BronzeOptions): Promise<IngestReport> {
  await using s3 = await openLakeStore(addresses, options.signal);
  await makeLakeBucket(s3, names.bronze, options.signal);
  return await ingest({
    ...{ addresses, s3: await s3Access(addresses), group: names.bronze, threads: 1, ...options },
    topics: [
      {
        ...{ topic: names.topic, schema: await tweetSchema(), timeField: "created_at" },
        ...{ folder: `s3://${names.bronze}`, layout: bronzeLayout, enrichment: bronzeEnrichment },
      },
    ],
  });
}
