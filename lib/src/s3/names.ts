/** Names of buckets and objects: those that every S3 takes, and keeps as they are. */
import { shownName, StreambookError } from "../errors/index.ts";

/**
 * The name of a bucket, if it is one (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html).
 *
 * @throws USAGE for anything but 3 to 63 lower-case letters, digits, dots and hyphens that begin and end with a letter or digit
 *
 * @example
 * ```ts
 * import { checkBucketName } from "streambook/s3";
 * console.assert(checkBucketName("tweets-bronze") === "tweets-bronze");
 * ```
 */
export function checkBucketName(name: string): string {
  if (/^[a-z0-9](?:[a-z0-9-]|\.(?![.-])){1,61}[a-z0-9]$/.test(name) && !name.includes("-.")) return name;
  throw new StreambookError(
    "USAGE",
    `a bucket cannot be called ${shownName(name.slice(0, 80))}; a name is 3 to 63 lower-case letters, digits, dots and hyphens, and begins and ends with a letter or digit`,
  );
}

/** The longest key, in bytes of UTF-8. */
const LONGEST_KEY = 1024;

/** The longest part of a key between slashes, in bytes of UTF-8: the course's S3 keeps objects as files, and that is a file's name. */
const LONGEST_PART = 200;

/**
 * The key of an object, if S3 keeps it as it is. The course's S3 keeps objects as files, so that `a//b` would silently become
 * `a/b`, and `a/../b` would be refused without a reason.
 *
 * @throws USAGE for an empty or too long key, or one with empty parts, `.` or `..` between its slashes, or control characters
 *
 * @example
 * ```ts
 * import { checkKey } from "streambook/s3";
 * console.assert(checkKey("date=2026-01-31/hour=07/0-99.json") === "date=2026-01-31/hour=07/0-99.json");
 * ```
 */
export function checkKey(key: string): string {
  const problem = keyProblem(key);
  if (problem === undefined) return key;
  throw new StreambookError("USAGE", `the key ${shownName(key.slice(0, 80))} cannot be used on S3: ${problem}`);
}

function keyProblem(key: string): string | undefined {
  if (key === "") return "it is empty";
  if (!key.isWellFormed()) return "it is no valid Unicode";
  if (/\p{Cc}/u.test(key)) return "it has control characters in it";
  if (Buffer.byteLength(key) > LONGEST_KEY) return `it is longer than ${LONGEST_KEY} bytes`;
  for (const part of key.split("/")) {
    if (part === "") return "it has nothing before, between or behind slashes";
    if (part === "." || part === "..") return `it has ${part} between slashes`;
    if (Buffer.byteLength(part) > LONGEST_PART) return `a part of it is longer than ${LONGEST_PART} bytes`;
  }
  return undefined;
}
