/** Requests to S3 by AWS's own client: signed, bounded in time, tried again where that can help, and failing with errors that say why. */
import type * as Driver from "@aws-sdk/client-s3";
import { retry } from "../async/index.ts";
import { s3Error, type Subject } from "./errors.ts";

/** The module of the driver, loaded when it is first needed. */
export type S3Driver = typeof Driver;

/** What a request is about, and what ends it. */
export interface Request extends Omit<Subject, "address"> {
  readonly signal?: AbortSignal | undefined;
}

/** How S3 is reached. */
export interface ConnectionOptions {
  readonly address: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly region: string;
  /** Milliseconds without an answer after which a request has failed. */
  readonly timeout: number;
  /** How often a request is sent in all. */
  readonly attempts: number;
}

/** Sends a request once, by the driver's client and with what goes with every request. */
export type Send<Answer> = (
  client: Driver.S3Client,
  options: { readonly abortSignal?: AbortSignal },
) => Promise<Answer>;

/** One client of the driver. */
export class S3Connection {
  readonly address: string;
  readonly driver: S3Driver;
  readonly #client: Driver.S3Client;
  readonly #attempts: number;

  constructor(driver: S3Driver, options: ConnectionOptions) {
    const { address, accessKey, secretKey, region, timeout, attempts } = options;
    this.address = address;
    this.driver = driver;
    this.#attempts = attempts;
    this.#client = new driver.S3Client({
      endpoint: address,
      region,
      credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
      forcePathStyle: true, // a bucket is no host name here
      maxAttempts: 1, // the driver would not say that it had sent a request before, which changes what the answer means
      // nothing of the user's own settings for AWS
      useFipsEndpoint: false,
      useDualstackEndpoint: false,
      requestHandler: { connectionTimeout: 5000, requestTimeout: timeout, throwOnRequestTimeout: true },
    });
  }

  /**
   * Sends a request that may be carried out twice without harm, again while a failure may pass.
   *
   * @param send sends it once
   * @throws StreambookError with the reason of the last try
   */
  async send<Answer>(request: Request, send: Send<Answer>): Promise<Answer> {
    const { signal } = request;
    const options = signal === undefined ? {} : { abortSignal: signal };
    const once = async (): Promise<Answer> => {
      try {
        return await send(this.#client, options);
      } catch (error) {
        signal?.throwIfAborted();
        throw s3Error(error, { ...request, address: this.address });
      }
    };
    return retry(once, { attempts: this.#attempts, signal });
  }

  close(): void {
    this.#client.destroy();
  }
}
