/** One bucket: its objects are put, read, listed and removed. */
import { createHash, randomUUID } from "node:crypto";
import type * as Driver from "@aws-sdk/client-s3";
import { StreambookError } from "../errors/index.ts";
import type { S3Connection, Send } from "./connection.ts";
import { describeObject, isUnclear, noBucket, statusOf } from "./errors.ts";
import { explainClash } from "./clash.ts";
import { abandonUpload, listUploads, type Upload, uploadParts, type WriteOptions } from "./multipart.ts";
import { checkKey } from "./names.ts";
import type {
  ByteRange,
  ListOptions,
  ObjectInfo,
  PutOptions,
  PutResult,
  RequestOptions,
  StoredObject,
} from "./object.ts";

/** The metadata by which a put knows its own object again. */
const PUT_ID = "streambook-put";

/** A bucket of {@link S3.bucket}. Nothing is asked of S3 until something is done with it. */
export class Bucket {
  readonly name: string;
  readonly #connection: S3Connection;

  /** For {@link S3.bucket}. */
  constructor(connection: S3Connection, name: string) {
    this.#connection = connection;
    this.name = name;
  }

  /**
   * Puts an object whole: it is there with all of its content, or not at all. S3 compares the content with a checksum that goes with it.
   *
   * A put whose answer was lost is sent again. With `ifAbsent` S3 would then refuse it because of its own first try; so each put has a
   * mark of its own, by which such an object is known, and `created` says the truth.
   *
   * @throws USAGE for a key that S3 would not keep as it is; NOT_FOUND without the bucket; S3_DENIED; S3_FAILED, with the reason where
   *   the key is a folder of other objects or below an object; UNREACHABLE
   *
   * @example
   * ```ts no-run
   * const bucket = s3.bucket("lake");
   * const { created } = await bucket.put("bronze/0-99.json", '{"a":1}\n', { ifAbsent: true });
   * ```
   */
  async put(key: string, body: Uint8Array | string, options: PutOptions = {}): Promise<PutResult> {
    const { contentType = "application/octet-stream", ifAbsent = false, signal } = options;
    checkKey(key);
    const content = typeof body === "string" ? Buffer.from(body) : body;
    const id = randomUUID();
    const { PutObjectCommand } = this.#connection.driver;
    const command = new PutObjectCommand({
      ...{ Bucket: this.name, Key: key, Body: content, ContentType: contentType, Metadata: { [PUT_ID]: id } },
      ...(ifAbsent && { IfNoneMatch: "*" }),
    });
    let mayBeDone = false;
    try {
      return await this.#send("put", key, options, async (client, request) => {
        try {
          const { ETag } = await client.send(command, request);
          return { created: true, etag: plain(ETag) };
        } catch (error) {
          if (statusOf(error) === 412) return this.#whatIsThere(key, id, mayBeDone, signal);
          mayBeDone ||= isUnclear(error);
          throw error;
        }
      });
    } catch (error) {
      throw await explainClash(error, this, key, signal);
    }
  }

  /** What was there before a put that was refused because of it: perhaps what an earlier try of the same put has made. */
  async #whatIsThere(key: string, id: string, mayBeDone: boolean, signal?: AbortSignal): Promise<PutResult> {
    const found = await this.#head(key, { signal });
    if (found === undefined)
      throw new StreambookError(
        "S3_FAILED",
        `${this.#describe(key)} was there when it was put, and is gone now: another program removes objects`,
      );
    return { created: mayBeDone && found.metadata[PUT_ID] === id, etag: found.etag };
  }

  /**
   * Reads an object whole.
   *
   * @param options.range a part of it
   * @throws NOT_FOUND without the object; S3_FAILED when what came is not what S3 keeps: too short, or with another checksum
   */
  async get(key: string, options: RequestOptions & { readonly range?: ByteRange } = {}): Promise<StoredObject> {
    const { range, signal } = options;
    checkKey(key);
    const { GetObjectCommand } = this.#connection.driver;
    const Range = range === undefined ? undefined : `bytes=${range.first}-${range.last}`;
    return this.#send("get", key, { signal }, async (client, request) => {
      const answer = await client.send(new GetObjectCommand({ Bucket: this.name, Key: key, Range }), request);
      const body = (await answer.Body?.transformToByteArray()) ?? new Uint8Array();
      const etag = plain(answer.ETag);
      if (body.length !== answer.ContentLength || (range === undefined && !isContentOf(body, etag)))
        throw new StreambookError(
          "S3_FAILED",
          `S3 sent ${body.length} bytes of ${this.#describe(key)} that are not what it keeps (${answer.ContentLength} bytes, ETag ${etag})`,
        );
      const size = Number(/\/(\d+)$/.exec(answer.ContentRange ?? "")?.[1] ?? body.length);
      return {
        ...{ key, size, etag, body },
        modified: answer.LastModified ?? new Date(0),
        contentType: answer.ContentType ?? "application/octet-stream",
      };
    });
  }

  /** An object as UTF-8 text. @throws as {@link get}; NOT_UTF8 for what is no text */
  async getText(key: string, options: RequestOptions = {}): Promise<string> {
    const { body } = await this.get(key, options);
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(body);
    } catch (cause) {
      throw new StreambookError("NOT_UTF8", `${this.#describe(key)} is no UTF-8 text`, { cause });
    }
  }

  /** What S3 knows of an object; undefined when there is none. @throws NOT_FOUND without the bucket */
  async head(key: string, options: RequestOptions = {}): Promise<ObjectInfo | undefined> {
    const found = await this.#head(checkKey(key), options);
    if (found === undefined) return undefined;
    const { metadata: _, ...info } = found;
    return info;
  }

  async #head(
    key: string,
    { signal }: RequestOptions,
  ): Promise<(ObjectInfo & { readonly metadata: Readonly<Record<string, string>> }) | undefined> {
    const { HeadObjectCommand } = this.#connection.driver;
    const found = await this.#send("look at", key, { signal }, async (client, request) =>
      client.send(new HeadObjectCommand({ Bucket: this.name, Key: key }), request).catch((error: unknown) => {
        if (statusOf(error) === 404) return undefined;
        throw error;
      }),
    );
    // The answer to a HEAD has no content, so a bucket that is not there looks like an object that is not.
    if (found === undefined) return void (await demandBucket(this.#connection, this.name, signal));
    return {
      ...{ key, size: found.ContentLength ?? 0, etag: plain(found.ETag), modified: found.LastModified ?? new Date(0) },
      metadata: found.Metadata ?? {},
    };
  }

  /**
   * The objects in the order of their keys, page by page as they are read.
   *
   * @throws NOT_FOUND without the bucket
   *
   * @example
   * ```ts no-run
   * for await (const { key, size } of s3.bucket("lake").list({ prefix: "bronze/" })) console.log(key, size);
   * ```
   */
  async *list(options: ListOptions = {}): AsyncGenerator<ObjectInfo> {
    for await (const { Contents = [] } of this.#pages(options))
      for (const { Key = "", Size = 0, ETag, LastModified = new Date(0) } of Contents)
        yield { key: Key, size: Size, etag: plain(ETag), modified: LastModified };
  }

  /** The folders directly below a prefix, each with the slash that ends it: `date=2026-01-31/`. @param prefix "" or ending with a slash */
  async *folders(prefix = "", options: RequestOptions = {}): AsyncGenerator<string> {
    for await (const { CommonPrefixes = [] } of this.#pages({ ...options, prefix }, "/"))
      for (const { Prefix = "" } of CommonPrefixes) yield Prefix.slice(prefix.length);
  }

  async *#pages(
    { prefix, after, pageSize = 1000, signal }: ListOptions,
    Delimiter?: string,
  ): AsyncGenerator<Driver.ListObjectsV2CommandOutput> {
    const { ListObjectsV2Command } = this.#connection.driver;
    for (let token: string | undefined; ;) {
      const input = { Bucket: this.name, Prefix: prefix, StartAfter: after, MaxKeys: pageSize, Delimiter };
      const command = new ListObjectsV2Command({ ...input, ContinuationToken: token });
      const page = await this.#send("list", undefined, { signal }, (client, request) => client.send(command, request));
      yield page;
      if (page.IsTruncated !== true) return;
      // A list that breaks off would look like one that is whole, and one that turns in a circle like one without an end.
      if (page.NextContinuationToken === undefined || page.NextContinuationToken === token)
        throw new StreambookError(
          "S3_FAILED",
          `S3 says that its list of ${this.#describe()} goes on, and not where; what was listed is not all`,
        );
      token = page.NextContinuationToken;
    }
  }

  /**
   * Removes an object. One that is not there is no error.
   *
   * @throws NOT_FOUND without the bucket: S3 itself would answer that all is well
   */
  async delete(key: string, options: RequestOptions = {}): Promise<void> {
    await this.deleteAll([key], options);
  }

  /**
   * Removes objects, a thousand in a request.
   *
   * @throws S3_FAILED with the first that could not be removed: S3's answer has status 200 all the same
   */
  async deleteAll(keys: readonly string[], options: RequestOptions = {}): Promise<void> {
    // Other clients make folders of their own: objects without content whose keys end with a slash.
    for (const key of keys) checkKey(key.replace(/(?<=.)\/$/, ""));
    await demandBucket(this.#connection, this.name, options.signal);
    const { DeleteObjectsCommand } = this.#connection.driver;
    for (let from = 0; from < keys.length; from += 1000) {
      const Objects = keys.slice(from, from + 1000).map((Key) => ({ Key }));
      const command = new DeleteObjectsCommand({ Bucket: this.name, Delete: { Objects } });
      await this.#send("remove", undefined, options, async (client, request) => {
        const { Errors: [first] = [] } = await client.send(command, request);
        if (first !== undefined)
          throw new StreambookError(
            "S3_FAILED",
            `S3 could not remove ${this.#describe(first.Key)}: ${first.Message ?? first.Code ?? "no reason"}`,
            { retriable: first.Code === "InternalError" || first.Code === "SlowDown" },
          );
      });
    }
  }

  /**
   * Writes an object of any size from parts that come one after the other, with one part in memory: it appears whole when all has
   * come. What ends before that leaves no object, and no parts. A small one is put at once.
   *
   * @throws as {@link put}; what the source throws
   *
   * @example
   * ```ts no-run
   * await s3.bucket("lake").write("large.json", createReadStream("large.json"), { ifAbsent: true });
   * ```
   */
  async write(key: string, source: AsyncIterable<Uint8Array>, options: WriteOptions = {}): Promise<PutResult> {
    checkKey(key);
    return uploadParts(this.#connection, this, key, source, options);
  }

  /** Uploads that were begun and not ended, as those of a program that was killed: their parts take room, and no list shows them. */
  async uploads(options: RequestOptions = {}): Promise<Upload[]> {
    return listUploads(this.#connection, this.name, options);
  }

  /** Removes the parts of an upload that was not ended. One that is not there is no error. */
  async abandon(upload: Upload, options: RequestOptions = {}): Promise<void> {
    await abandonUpload(this.#connection, this.name, upload, options);
  }

  #send<Answer>(
    what: string,
    key: string | undefined,
    { signal }: RequestOptions,
    send: Send<Answer>,
  ): Promise<Answer> {
    return this.#connection.send({ what, bucket: this.name, key, signal }, send);
  }

  #describe(key?: string): string {
    return describeObject({ bucket: this.name, key });
  }
}

/** @throws NOT_FOUND without the bucket */
async function demandBucket(connection: S3Connection, bucket: string, signal?: AbortSignal): Promise<void> {
  const { HeadBucketCommand } = connection.driver;
  await connection.send({ what: "look at", bucket, signal }, (client, request) =>
    client.send(new HeadBucketCommand({ Bucket: bucket }), request).catch((error: unknown) => {
      throw statusOf(error) === 404 ? noBucket(bucket, connection.address, error) : error;
    }),
  );
}

/** An entity tag without its quotes. */
function plain(etag = ""): string {
  return etag.replace(/^"|"$/g, "");
}

/** Whether a content has an entity tag, as far as that is a checksum: of an object from several parts it is one of theirs. */
function isContentOf(body: Uint8Array, etag: string): boolean {
  return !/^[0-9a-f]{32}$/.test(etag) || createHash("md5").update(body).digest("hex") === etag;
}
