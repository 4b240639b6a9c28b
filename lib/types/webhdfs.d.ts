/** What the course uses of webhdfs 1.2.0, which has no types of its own. */
declare module "webhdfs" {
  import type { Readable, Writable } from "node:stream";

  export interface WebHdfsStatus {
    readonly pathSuffix: string;
    readonly type: "FILE" | "DIRECTORY" | "SYMLINK";
    readonly length: number;
    readonly modificationTime: number;
  }

  type Done = (error: Error | null | undefined) => void;

  export interface WebHdfsClient {
    mkdir(path: string, done: Done): unknown;
    rename(path: string, destination: string, done: Done): unknown;
    unlink(path: string, done: Done): unknown;
    unlink(path: string, recursive: boolean, done: Done): unknown;
    exists(path: string, done: (exists: boolean) => void): unknown;
    stat(path: string, done: (error: Error | null | undefined, status?: WebHdfsStatus) => void): unknown;
    readdir(path: string, done: (error: Error | null | undefined, files?: WebHdfsStatus[]) => void): unknown;
    /** Only to be fed by `.pipe()`; emits `finish` after `error` too. */
    createWriteStream(path: string, append?: boolean, options?: object): Writable;
    createReadStream(path: string, options?: object): Readable;
  }

  const webhdfs: {
    createClient(
      options: { user?: string; host: string; port: string; path: string },
      requestOptions?: object,
    ): WebHdfsClient;
  };
  export default webhdfs;
}
