/**
 * Files on S3: there are no folders to make and nothing to rename. A put appears whole or not at all, and a conditional one
 * (`If-None-Match: *`) leaves what is there; so a file is held back until it is published, and that put is the commit.
 */
import { isStreambookError, StreambookError } from "../../errors/index.ts";
import { type Bucket, checkBucketName, checkKey, openS3, type S3, type S3Options } from "../../s3/index.ts";
import type { DataStore, StagedFile, StoredFile } from "./data-store.ts";

/** Where S3 is, `http://host:port`, and the keys by which it is reached. */
export type S3Access = Pick<S3Options, "address" | "accessKey" | "secretKey">;

/** A folder or file on S3: what its path `s3://bucket/a/b` says. */
export interface S3Path {
  readonly bucket: string;
  /** The key of a file; of a folder the beginning of its keys, without the last slash; empty for the whole bucket. */
  readonly key: string;
}

const SCHEME = "s3://";

/** Whether the path of a folder is one on S3. */
export function isOnS3(folder: string): boolean {
  return folder.startsWith(SCHEME);
}

/** @throws USAGE for what cannot be the name of a bucket or the beginning of keys */
export function parseS3Path(path: string): S3Path {
  const [bucket = "", ...parts] = path.slice(SCHEME.length).replace(/\/$/, "").split("/");
  const key = parts.join("/");
  checkBucketName(bucket);
  if (key !== "") checkKey(key);
  return { bucket, key };
}

/** @throws USAGE without the address and the keys */
export function demandAccess(access: S3Access | undefined, folder: string): S3Access {
  if (access !== undefined) return access;
  throw new StreambookError("USAGE", `the folder ${folder} needs the address and the keys of S3; give them`);
}

/** What files are to those who get them over HTTP, by their endings. */
const CONTENT_TYPES = new Map([
  ["json", "application/x-ndjson"],
  ["parquet", "application/vnd.apache.parquet"],
]);

/** A {@link DataStore} in the buckets of S3. */
export class S3Store implements DataStore {
  readonly title = "S3";
  readonly #access: S3Access;
  readonly #signal: AbortSignal | undefined;
  readonly #made = new Set<string>();
  #opened: Promise<S3> | undefined;

  /** Nothing is asked of S3 until something is done. @param signal ends what is asked */
  constructor(access: S3Access, signal?: AbortSignal) {
    this.#access = access;
    this.#signal = signal;
  }

  /** Makes the folder's bucket, which is all that S3 needs: once, not for every folder in it. */
  async makeFolder(folder: string): Promise<void> {
    const { bucket } = parseS3Path(folder);
    if (this.#made.has(bucket)) return;
    await (await this.#s3()).makeBucket(bucket, { signal: this.#signal });
    this.#made.add(bucket);
  }

  async *walk(folder: string): AsyncGenerator<StoredFile> {
    const { bucket, key: prefix } = parseS3Path(folder);
    const options = { prefix: prefix === "" ? "" : `${prefix}/`, signal: this.#signal };
    for await (const { key } of (await this.#bucket(bucket)).list(options))
      yield { path: `${SCHEME}${bucket}/${key}`, name: key.slice(key.lastIndexOf("/") + 1) };
  }

  async list(folder: string): Promise<readonly StoredFile[]> {
    const files: StoredFile[] = [];
    for await (const file of this.walk(folder)) if (file.path === `${folder}/${file.name}`) files.push(file);
    return files;
  }

  async read(path: string): Promise<string | undefined> {
    const { bucket, key } = parseS3Path(path);
    try {
      return await (await this.#bucket(bucket)).getText(key, { signal: this.#signal });
    } catch (error) {
      if (isStreambookError(error, "NOT_FOUND")) return undefined;
      throw error;
    }
  }

  isRowless(): Promise<boolean> {
    return Promise.resolve(false);
  }

  async writeOnce(path: string, text: string): Promise<void> {
    await this.#put(path, Buffer.from(text));
  }

  stage(_path: string, bytes: Uint8Array): Promise<StagedFile> {
    return Promise.resolve({
      publish: async (path) => {
        if (await this.#put(path, bytes)) return "published";
        await this.#demandLength(path, bytes.length);
        return "already-there";
      },
    });
  }

  async remove(path: string): Promise<void> {
    const { bucket, key } = parseS3Path(path);
    await (await this.#bucket(bucket)).delete(key, { signal: this.#signal });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened?.then((s3) => s3.close()).catch(() => undefined); // who needed it has heard why it was not opened
  }

  /** Puts a file, unless one is there. @returns whether it was not there before */
  async #put(path: string, bytes: Uint8Array): Promise<boolean> {
    const { bucket, key } = parseS3Path(path);
    const contentType = CONTENT_TYPES.get(key.slice(key.lastIndexOf(".") + 1)) ?? "text/plain";
    const put = { ifAbsent: true, contentType, signal: this.#signal };
    return (await (await this.#bucket(bucket)).put(key, bytes, put)).created;
  }

  /** @throws S3_FAILED for a file of another length, which cannot be the same */
  async #demandLength(path: string, length: number): Promise<void> {
    const { bucket, key } = parseS3Path(path);
    const found = await (await this.#bucket(bucket)).head(key, { signal: this.#signal });
    if (found?.size === length) return;
    const what = found === undefined ? "was there, and is gone" : `is there with ${found.size} bytes`;
    throw new StreambookError(
      "S3_FAILED",
      `${path} ${what}, and was to be written with ${length}: another program writes there; end it, look at what it wrote, and start again`,
      { retriable: false },
    );
  }

  async #bucket(name: string): Promise<Bucket> {
    return (await this.#s3()).bucket(name);
  }

  /** One that could not be opened is opened again when it is next needed. */
  #s3(): Promise<S3> {
    this.#opened ??= openS3({ ...this.#access, attempts: 2, signal: this.#signal }).catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return this.#opened;
  }
}
