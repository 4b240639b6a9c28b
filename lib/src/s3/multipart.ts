/** Uploads in parts (https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html): objects that are larger than memory. */
import { createHash } from "node:crypto";
import { StreambookError } from "../errors/index.ts";
import type { Request, S3Connection } from "./connection.ts";
import { describeObject, isUnclear, reasonOf, statusOf } from "./errors.ts";
import type { ObjectInfo, PutOptions, PutResult, RequestOptions } from "./object.ts";

/** What is asked of a bucket beside the upload. */
interface Target {
  readonly name: string;
  put(key: string, body: Uint8Array, options: PutOptions): Promise<PutResult>;
  head(key: string, options: RequestOptions): Promise<ObjectInfo | undefined>;
}

/** Options of `Bucket.write`. */
export interface WriteOptions extends PutOptions {
  /** Bytes of a part, at least 5 MiB; an object has at most 10,000. @default 8388608 */
  readonly partSize?: number;
}

/** An upload that was begun and not ended. */
export interface Upload {
  readonly key: string;
  readonly id: string;
  readonly begun: Date;
}

const SMALLEST_PART = 5 << 20;
const MOST_PARTS = 10_000;

/** A part that S3 has. */
interface Part {
  readonly PartNumber: number;
  readonly ETag: string;
  readonly digest: Buffer;
}

/** As `Bucket.write` says. */
export async function uploadParts(
  connection: S3Connection,
  bucket: Target,
  key: string,
  source: AsyncIterable<Uint8Array>,
  options: WriteOptions,
): Promise<PutResult> {
  const { partSize = 8 << 20, signal, contentType = "application/octet-stream" } = options;
  if (!(partSize >= SMALLEST_PART))
    throw new StreambookError("USAGE", `a part of an upload has at least ${SMALLEST_PART} bytes, not ${partSize}`);
  const pieces = piecesOf(source, partSize);
  const first = await pieces.next();
  if (first.done === true) return bucket.put(key, new Uint8Array(), options);
  const second = await pieces.next();
  if (second.done === true) return bucket.put(key, first.value, options);

  const about = { bucket: bucket.name, key, signal };
  const { CreateMultipartUploadCommand } = connection.driver;
  const { UploadId: id = "" } = await connection.send({ what: "begin", ...about }, (client, request) =>
    client.send(new CreateMultipartUploadCommand({ Bucket: bucket.name, Key: key, ContentType: contentType }), request),
  );
  try {
    const parts: Part[] = [];
    for await (const piece of withFirst([first.value, second.value], pieces)) {
      if (parts.length === MOST_PARTS)
        throw new StreambookError(
          "USAGE",
          `${describeObject(about)} has more than ${MOST_PARTS} parts of ${partSize} bytes; choose a larger partSize`,
        );
      parts.push(await uploadPart(connection, about, id, parts.length + 1, piece));
    }
    const result = await complete(connection, bucket, key, id, parts, options);
    if (!result.created) await abandonUpload(connection, bucket.name, { key, id }, {});
    return result;
  } catch (error) {
    // Also after an abort: parts that nobody wants would stay.
    await abandonUpload(connection, bucket.name, { key, id }, {}).catch(() => undefined);
    throw error;
  }
}

async function* withFirst<T>(first: readonly T[], rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield* first;
  yield* rest;
}

/** The bytes of a source in pieces of one size, the last one smaller; none for a source without any. */
async function* piecesOf(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array, undefined> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    for (let from = 0; from < chunk.length;) {
      const part = chunk.subarray(from, from + size - length);
      waiting.push(part);
      length += part.length;
      from += part.length;
      if (length < size) continue;
      yield Buffer.concat(waiting);
      [waiting, length] = [[], 0];
    }
  }
  if (length > 0) yield Buffer.concat(waiting);
  return undefined;
}

async function uploadPart(
  connection: S3Connection,
  about: Omit<Request, "what">,
  UploadId: string,
  PartNumber: number,
  Body: Uint8Array,
): Promise<Part> {
  const { UploadPartCommand } = connection.driver;
  const command = new UploadPartCommand({ Bucket: about.bucket, Key: about.key, UploadId, PartNumber, Body });
  const { ETag = "" } = await connection.send({ what: `put part ${PartNumber} of`, ...about }, (client, request) =>
    client.send(command, request),
  );
  return { PartNumber, ETag, digest: createHash("md5").update(Body).digest() };
}

/**
 * Makes the object of its parts. The answer may be lost, and the upload is gone then: whether it was done is seen by the entity tag, which
 * follows from those of the parts.
 */
async function complete(
  connection: S3Connection,
  bucket: Target,
  key: string,
  UploadId: string,
  parts: readonly Part[],
  { ifAbsent = false, signal }: WriteOptions,
): Promise<PutResult> {
  const { CompleteMultipartUploadCommand } = connection.driver;
  const command = new CompleteMultipartUploadCommand({
    ...{ Bucket: bucket.name, Key: key, UploadId },
    MultipartUpload: { Parts: parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })) },
    ...(ifAbsent && { IfNoneMatch: "*" }),
  });
  const wanted = entityTagOf(parts);
  let mayBeDone = false;
  return connection.send({ what: "end", bucket: bucket.name, key, signal }, async (client, request) => {
    try {
      const etag = ((await client.send(command, request)).ETag ?? "").replace(/^"|"$/g, "");
      if (/^[0-9a-f]{32}-\d+$/.test(etag) && etag !== wanted)
        throw new StreambookError(
          "S3_FAILED",
          `S3 made ${describeObject({ bucket: bucket.name, key })} of other parts than were sent (ETag ${etag}, not ${wanted})`,
        );
      return { created: true, etag };
    } catch (error) {
      const isRefused = statusOf(error) === 412;
      if (isRefused || (mayBeDone && ["NoSuchUpload", "InvalidPart"].includes(reasonOf(error)))) {
        const found = await bucket.head(key, { signal });
        if (mayBeDone && found?.etag === wanted) return { created: true, etag: wanted };
        if (isRefused && found !== undefined) return { created: false, etag: found.etag };
      }
      mayBeDone ||= isUnclear(error);
      throw error;
    }
  });
}

/** The entity tag of an object from several parts: the MD5 of their MD5s, and how many there are. */
function entityTagOf(parts: readonly Part[]): string {
  const hash = createHash("md5");
  for (const { digest } of parts) hash.update(digest);
  return `${hash.digest("hex")}-${parts.length}`;
}

/** As `Bucket.uploads` says. */
export async function listUploads(
  connection: S3Connection,
  bucket: string,
  { signal }: RequestOptions,
): Promise<Upload[]> {
  const { ListMultipartUploadsCommand } = connection.driver;
  const found: Upload[] = [];
  for (let marker: { readonly KeyMarker?: string; readonly UploadIdMarker?: string } = {}; ;) {
    const command = new ListMultipartUploadsCommand({ Bucket: bucket, ...marker });
    const page = await connection.send({ what: "list the uploads of", bucket, signal }, (client, request) =>
      client.send(command, request),
    );
    for (const { Key = "", UploadId = "", Initiated = new Date(0) } of page.Uploads ?? [])
      found.push({ key: Key, id: UploadId, begun: Initiated });
    if (page.IsTruncated !== true || page.NextKeyMarker === undefined) return found;
    const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page;
    marker = { KeyMarker, ...(UploadIdMarker !== undefined && { UploadIdMarker }) };
  }
}

/** As `Bucket.abandon` says. */
export async function abandonUpload(
  connection: S3Connection,
  bucket: string,
  { key, id }: Pick<Upload, "key" | "id">,
  { signal }: RequestOptions,
): Promise<void> {
  const { AbortMultipartUploadCommand } = connection.driver;
  const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: id });
  await connection.send({ what: "abandon the upload of", bucket, key, signal }, async (client, request) =>
    client.send(command, request).catch((error: unknown) => {
      if (reasonOf(error) !== "NoSuchUpload") throw error;
    }),
  );
}
