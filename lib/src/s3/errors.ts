/** What S3 says when it fails (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html), as errors that say what to do. */
import { isStreambookError, messageOf, shownName, StreambookError } from "../errors/index.ts";

/** What a request was about. */
export interface Subject {
  /** Where S3 is asked, `http://host:port`. */
  readonly address: string;
  /** What was to be done, for a sentence: "put". */
  readonly what: string;
  readonly bucket?: string | undefined;
  readonly key?: string | undefined;
}

/** The parts of the driver's errors that are looked at. */
interface Failure {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/** The status of an answer that refused a request; undefined when there was no answer. */
export function statusOf(error: unknown): number | undefined {
  return ((error ?? {}) as Failure).$metadata?.httpStatusCode;
}

/** S3's own name of what is wrong: `NoSuchBucket`. */
export function reasonOf(error: unknown): string {
  return ((error ?? {}) as Failure).name ?? "";
}

/**
 * Whether nobody knows what became of a request: no answer came, or one that S3 failed. What it asked for may be done all the same.
 */
export function isUnclear(error: unknown): boolean {
  const status = statusOf(error);
  return status === undefined || status >= 500;
}

/** The error of a request that failed. */
export function s3Error(error: unknown, subject: Subject): StreambookError {
  if (isStreambookError(error)) return error;
  const status = statusOf(error);
  const { address, what, bucket = "" } = subject;
  if (status === undefined)
    return new StreambookError("UNREACHABLE", `no S3 answers at ${address} (${networkReason(error)})`, {
      cause: error,
      hint: { start: ["s3"], log: "s3" },
    });
  const object = describeObject(subject);
  switch (reasonOf(error)) {
    case "NoSuchBucket":
      return noBucket(bucket, address, error);
    case "NoSuchKey":
    case "NotFound":
      return new StreambookError("NOT_FOUND", `there is no ${object} on S3 at ${address}`, { cause: error });
    case "InvalidAccessKeyId":
      return denied(`S3 at ${address} does not know the access key`, error);
    case "SignatureDoesNotMatch":
      return denied(`S3 at ${address} refuses a signature: the secret key is not the one of the access key`, error);
    case "RequestTimeTooSkewed":
      return denied(`S3 at ${address} refuses a signature: the clock here differs from its own by too much`, error);
  }
  if (status === 403) return denied(`S3 at ${address} does not allow this user to ${what} ${object}`, error);
  return new StreambookError(
    "S3_FAILED",
    `S3 at ${address} could not ${what} ${object}: ${said(error)} (HTTP status ${status})`,
    { cause: error, retriable: status >= 500 || status === 429 || status === 408 },
  );
}

export function noBucket(bucket: string, address: string, cause?: unknown): StreambookError {
  return new StreambookError(
    "NOT_FOUND",
    `there is no bucket ${shownName(bucket)} on S3 at ${address}; make it first, or correct its name`,
    { cause },
  );
}

function denied(message: string, cause: unknown): StreambookError {
  return new StreambookError("S3_DENIED", message, { cause });
}

/** "object bronze/a.json of bucket lake" */
export function describeObject({ bucket, key }: Pick<Subject, "bucket" | "key">): string {
  const where = bucket === undefined ? "buckets" : `bucket ${shownName(bucket)}`;
  return key === undefined ? where : `object ${shownName(key)} of ${where}`;
}

function said(error: unknown): string {
  const { message = "", name = "no reason" } = (error ?? {}) as Failure;
  return message === "" || message === "UnknownError" ? name : `${message} (${name})`;
}

function networkReason(error: unknown): string {
  const { code, message = "" } = (error ?? {}) as Failure;
  return code ?? (message === "" ? messageOf(error) : message.split("\n", 1)[0]!);
}
