/** The buckets of the case, made and emptied. Each has an object that says whose it is: what no run has made is not removed. */
import { StreambookError } from "../../errors/index.ts";
import type { S3 } from "../../s3/index.ts";
import type { LakeNames } from "./names.ts";

/** The object that says that the case has made the bucket; no layer has one of that name. */
const MARK = "_made_by_tweets";

/** Makes a bucket of the case, unless it is there. @throws as `S3.makeBucket` */
export async function makeLakeBucket(s3: S3, name: string, signal?: AbortSignal): Promise<void> {
  const isThere = (await s3.buckets({ signal })).includes(name);
  const bucket = await s3.makeBucket(name, { signal });
  // a bucket that was there may be somebody else's, or one of ours that was killed before its mark: then it is empty
  if (!isThere || (await isEmpty(s3, name, signal))) await bucket.put(MARK, "", { ifAbsent: true, signal });
}

/**
 * Removes the buckets of a lakehouse with all that is in them.
 *
 * @param replace also those that the case has not made @default false
 * @throws NOT_OURS for a bucket with objects that the case has not made
 */
export async function removeLakeBuckets(
  s3: S3,
  { bronze, silver, gold }: Pick<LakeNames, "bronze" | "silver" | "gold">,
  {
    replace = false,
    signal,
  }: { readonly replace?: boolean | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  const known = await s3.buckets({ signal });
  const there = [bronze, silver, gold].filter((name) => known.includes(name));
  for (const name of replace ? [] : there)
    if (!(await isOurs(s3, name, signal)))
      throw new StreambookError("NOT_OURS", `the bucket ${name} was not made by tweets, and a run begins without it`, {
        hint: { replace: true },
      });
  for (const name of there) {
    const keys: string[] = [];
    for await (const { key } of s3.bucket(name).list({ signal })) keys.push(key);
    // the mark goes last: whoever is killed in between still knows its bucket
    await s3.bucket(name).deleteAll(
      keys.filter((key) => key !== MARK),
      { signal },
    );
    await s3.bucket(name).delete(MARK, { signal });
    await s3.removeBucket(name, { signal });
  }
}

async function isOurs(s3: S3, name: string, signal: AbortSignal | undefined): Promise<boolean> {
  return (await s3.bucket(name).head(MARK, { signal })) !== undefined || (await isEmpty(s3, name, signal));
}

async function isEmpty(s3: S3, name: string, signal: AbortSignal | undefined): Promise<boolean> {
  for await (const _ of s3.bucket(name).list({ signal })) return false;
  return true;
}
