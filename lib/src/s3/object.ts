/** What an object is to a program, and what may be said with a request. */

/** Options of every request. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
}

/** Options of `Bucket.put`. */
export interface PutOptions extends RequestOptions {
  /** @default "application/octet-stream" */
  readonly contentType?: string;
  /**
   * Whether an object that is there stays as it is (`If-None-Match: *`): of several that put the same key at once, one does.
   * @default false
   */
  readonly ifAbsent?: boolean;
}

/** What became of a put. */
export interface PutResult {
  /** False when an object was there already, which stays as it was: only with `ifAbsent`. */
  readonly created: boolean;
  /** The entity tag of the object that was put; of one that was there, that one's. */
  readonly etag: string;
}

/** An object, without its content. */
export interface ObjectInfo {
  readonly key: string;
  /** In bytes. */
  readonly size: number;
  /** Entity tag, without quotes: of an object that was put at once, the MD5 of its content in hexadecimal. */
  readonly etag: string;
  readonly modified: Date;
}

/** An object with its content. */
export interface StoredObject extends ObjectInfo {
  readonly body: Uint8Array;
  readonly contentType: string;
}

/** A part of an object: bytes from `first` to `last`, both included. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/** Options of `Bucket.list`. */
export interface ListOptions extends RequestOptions {
  /** Keys that begin so. @default all */
  readonly prefix?: string;
  /** Keys behind this one, in the order of their UTF-8. @default from the first */
  readonly after?: string;
  /** How many are asked for at once, 1 to 1000. @default 1000 */
  readonly pageSize?: number;
}
