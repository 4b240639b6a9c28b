/** What keeps data files, HDFS or S3: the few operations that exactly-once stands on. */

/** A file that a store has. */
export interface StoredFile {
  /** Whole, as the store's operations take it. */
  readonly path: string;
  /** Its last part. */
  readonly name: string;
}

/** A file that is written, and that no reader finds yet. */
export interface StagedFile {
  /**
   * Makes it visible, whole, under a path in a folder that was made: that is the commit. A file there already means that it was
   * done before.
   *
   * @throws HDFS_REFUSED, S3_FAILED when what is there has another length
   */
  publish(path: string): Promise<"published" | "already-there">;
}

/** Files in folders. */
export interface DataStore extends AsyncDisposable {
  /** What it is to people: `HDFS`. */
  readonly title: string;
  /** Makes a folder where it is missing, or what there has to be before files can be written into it. */
  makeFolder(folder: string): Promise<void>;
  /** The files under a folder that was made, at any depth. */
  walk(folder: string): AsyncIterable<StoredFile>;
  /** The files directly in a folder that was made. */
  list(folder: string): Promise<readonly StoredFile[]>;
  /** A small file as text; undefined when there is none. */
  read(path: string): Promise<string | undefined>;
  /**
   * Whether a data file is there that has no rows: an interrupted compaction has begun with one, which names what others still hold. A
   * store whose files are not compacted has none.
   */
  isRowless(path: string): Promise<boolean>;
  /** Writes a small file, unless one is there: of several who do so at once, one has written it. */
  writeOnce(path: string, text: string): Promise<void>;
  /** Writes a file where readers do not look. @param path where it may be written, if the store writes before it publishes */
  stage(path: string, bytes: Uint8Array): Promise<StagedFile>;
  /** Removes a file. One that is not there is no error. */
  remove(path: string): Promise<void>;
}
