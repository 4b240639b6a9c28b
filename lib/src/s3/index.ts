/** Objects on S3: put if absent, get, list, delete and uploads in parts, with what S3's answers hide brought to light. */
export { openS3, S3, type S3Options } from "./s3.ts";
export { Bucket } from "./bucket.ts";
export {
  type ByteRange,
  type ListOptions,
  type ObjectInfo,
  type PutOptions,
  type PutResult,
  type RequestOptions,
  type StoredObject,
} from "./object.ts";
export { type Upload, type WriteOptions } from "./multipart.ts";
export { checkBucketName, checkKey } from "./names.ts";
