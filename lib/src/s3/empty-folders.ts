/**
 * Folders without objects. S3 has none, but a server that keeps objects as files may leave some when several clients remove at once: no list
 * shows them, and a bucket that has them cannot be removed.
 */
import type { Bucket } from "./bucket.ts";
import type { RequestOptions } from "./object.ts";

/**
 * Removes such folders of a bucket that holds no object: with the last object of a folder the server removes the folder.
 *
 * @returns whether there were any
 */
export async function removeEmptyFolders(bucket: Bucket, options: RequestOptions): Promise<boolean> {
  for await (const _ of bucket.list(options)) return false;
  const folders = await innermost(bucket, "", options);
  for (const folder of folders) {
    await bucket.put(`${folder}_`, "", options);
    await bucket.delete(`${folder}_`, options);
  }
  return folders.length > 0;
}

/** The folders below a prefix that hold no other. */
async function innermost(bucket: Bucket, prefix: string, options: RequestOptions): Promise<string[]> {
  const below: string[] = [];
  for await (const folder of bucket.folders(prefix, options))
    below.push(...(await innermost(bucket, `${prefix}${folder}`, options)));
  return below.length === 0 && prefix !== "" ? [prefix] : below;
}
