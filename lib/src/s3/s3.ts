/** S3 itself: where it is, who asks, and which buckets there are. */
import { parseAddress, reachDirectly } from "../address/index.ts";
import { isStreambookError, StreambookError } from "../errors/index.ts";
import { Bucket } from "./bucket.ts";
import { S3Connection } from "./connection.ts";
import { removeEmptyFolders } from "./empty-folders.ts";
import { reasonOf, statusOf } from "./errors.ts";
import { checkBucketName } from "./names.ts";
import type { RequestOptions } from "./object.ts";

/** Options of {@link openS3}. */
export interface S3Options {
  /** `http://host:port`. */
  readonly address: string;
  readonly accessKey: string;
  readonly secretKey: string;
  /** @default "us-east-1", which services that are not AWS take as well */
  readonly region?: string;
  /** Longest silence of S3 while it works on a request, in milliseconds. @default 30000 */
  readonly timeout?: number;
  /** How often a request is sent in all, while its failures may pass. @default 5 */
  readonly attempts?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Opens S3: one request shows that it answers and takes the keys.
 *
 * @throws USAGE for an address that is none; S3_DENIED for keys that S3 does not know; UNREACHABLE
 *
 * @example
 * ```ts
 * import { openS3 } from "streambook/s3";
 * import { addresses, credentials } from "streambook/stack";
 * const { s3: address = "" } = await addresses();
 * const { accessKey = "", secretKey = "" } = await credentials("s3");
 * await using s3 = await openS3({ address, accessKey, secretKey });
 * const lake = await s3.makeBucket("lake");
 * await lake.put("hello.txt", "hello");
 * const { created } = await lake.put("hello.txt", "good day", { ifAbsent: true });
 * console.assert(!created && (await lake.getText("hello.txt")) === "hello");
 * ```
 */
export async function openS3(options: S3Options): Promise<S3> {
  const { address, region = "us-east-1", timeout = 30_000, attempts = 5, signal } = options;
  if (parseAddress(address.replace(/^http:\/\//, ""))?.host === undefined || !address.startsWith("http://"))
    throw new StreambookError(
      "USAGE",
      `the address of S3 must be of the form http://host:port, and is ${JSON.stringify(address)}`,
    );
  reachDirectly(address);
  const driver = await import("@aws-sdk/client-s3");
  const s3 = new S3(new S3Connection(driver, { ...options, region, timeout, attempts }));
  try {
    await s3.buckets({ signal });
    return s3;
  } catch (error) {
    s3.close();
    throw error;
  }
}

/** S3, as {@link openS3} gives it. */
export class S3 implements AsyncDisposable {
  readonly #connection: S3Connection;

  /** For {@link openS3}. */
  constructor(connection: S3Connection) {
    this.#connection = connection;
  }

  /** A bucket, whether it is there or not. @throws USAGE for what cannot be the name of one */
  bucket(name: string): Bucket {
    return new Bucket(this.#connection, checkBucketName(name));
  }

  /** Makes a bucket, unless this user has it already. @throws USAGE for what cannot be the name of one; S3_FAILED when it is somebody else's */
  async makeBucket(name: string, { signal }: RequestOptions = {}): Promise<Bucket> {
    const bucket = this.bucket(name);
    const { CreateBucketCommand } = this.#connection.driver;
    await this.#connection.send({ what: "make", bucket: name, signal }, async (client, request) =>
      client.send(new CreateBucketCommand({ Bucket: name }), request).catch((error: unknown) => {
        if (reasonOf(error) !== "BucketAlreadyOwnedByYou") throw error;
      }),
    );
    return bucket;
  }

  /** Removes a bucket that is empty. One that is not there is no error. @throws S3_FAILED for one that holds objects */
  async removeBucket(name: string, { signal }: RequestOptions = {}): Promise<void> {
    const { DeleteBucketCommand } = this.#connection.driver;
    const remove = (): Promise<unknown> =>
      this.#connection.send({ what: "remove", bucket: checkBucketName(name), signal }, async (client, request) =>
        client.send(new DeleteBucketCommand({ Bucket: name }), request).catch((error: unknown) => {
          if (statusOf(error) !== 404) throw error;
        }),
      );
    try {
      await remove();
    } catch (error) {
      if (!isStreambookError(error, "S3_FAILED") || !(await removeEmptyFolders(this.bucket(name), { signal })))
        throw error;
      await remove();
    }
  }

  /** The names of the buckets. */
  async buckets({ signal }: RequestOptions = {}): Promise<string[]> {
    const { ListBucketsCommand } = this.#connection.driver;
    const { Buckets = [] } = await this.#connection.send({ what: "list", signal }, (client, request) =>
      client.send(new ListBucketsCommand({}), request),
    );
    return Buckets.flatMap(({ Name }) => (Name === undefined ? [] : [Name]));
  }

  /** Closes its connections; requests under way fail. */
  close(): void {
    this.#connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}
