/**
 * Keys that cannot stand beside one another. To S3 an object `a` and an object `a/b` are two; where objects are files, `a` would be
 * both a file and a folder, and what comes second fails as if S3 were broken.
 */
import { isStreambookError, shownName, StreambookError } from "../errors/index.ts";
import type { ListOptions, ObjectInfo, RequestOptions } from "./object.ts";

/** What is asked of a bucket. */
interface Listed {
  readonly name: string;
  head(key: string, options: RequestOptions): Promise<ObjectInfo | undefined>;
  list(options: ListOptions): AsyncIterable<ObjectInfo>;
}

/** The error of a put that failed, with the reason where a key that is there is in its way. */
export async function explainClash(
  error: unknown,
  bucket: Listed,
  key: string,
  signal?: AbortSignal,
): Promise<unknown> {
  if (!isStreambookError(error, "S3_FAILED")) return error;
  const other = await clashingKey(bucket, key, signal).catch(() => undefined);
  if (other === undefined) return error;
  return new StreambookError(
    "S3_FAILED",
    `${shownName(key)} cannot be put into bucket ${shownName(bucket.name)} beside ${shownName(other)}: where objects are kept as files, one of the two would be a folder; choose another key`,
    { cause: error, retriable: false },
  );
}

async function clashingKey(bucket: Listed, key: string, signal?: AbortSignal): Promise<string | undefined> {
  for await (const below of bucket.list({ prefix: `${key}/`, pageSize: 1, signal })) return below.key;
  const parts = key.split("/");
  for (let count = 1; count < parts.length; count++) {
    const above = parts.slice(0, count).join("/");
    if ((await bucket.head(above, { signal })) !== undefined) return above;
  }
  return undefined;
}
