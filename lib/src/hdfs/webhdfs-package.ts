/**
 * The course's `webhdfs` package, opened for a lesson: its calls look like those of Node's `fs`, and what it hides is what
 * {@link Hdfs} adds. The tests beside this file show each trap, first with the package, then with the class.
 */
import { Agent } from "node:http";
import type { Readable, Writable } from "node:stream";

/** A file or folder, as the package gives it. */
export interface WebHdfsStatus {
  readonly pathSuffix: string;
  readonly type: "FILE" | "DIRECTORY" | "SYMLINK";
  readonly length: number;
  readonly modificationTime: number;
}

type Done = (error: Error | null | undefined) => void;

/** What the course uses of a client of `webhdfs` 1.2.0, which has no types of its own. */
export interface WebHdfsClient {
  mkdir(path: string, done: Done): unknown;
  rename(path: string, destination: string, done: Done): unknown;
  unlink(path: string, recursive: boolean, done: Done): unknown;
  exists(path: string, done: (exists: boolean) => void): unknown;
  stat(path: string, done: (error: Error | null | undefined, status?: WebHdfsStatus) => void): unknown;
  readdir(path: string, done: (error: Error | null | undefined, files?: WebHdfsStatus[]) => void): unknown;
  /** Only to be fed by `.pipe()`; emits `finish` after `error` too. */
  createWriteStream(path: string, append?: boolean, options?: object): Writable;
  createReadStream(path: string, options?: object): Readable;
}

/** Options of {@link openWebHdfsPackage}. */
export interface WebHdfsPackageOptions {
  /** The NameNode's web address, `http://host:port`. */
  readonly address: string;
  /** The user whose files they are. */
  readonly user: string;
}

/**
 * A client of the `webhdfs` package. It is loaded when first asked for, because it brings an HTTP library of its own.
 *
 * @example
 * ```ts no-run
 * import { openWebHdfsPackage } from "streambook/hdfs";
 * const client = await openWebHdfsPackage({ address: "http://127.0.0.1:9870", user: "student" });
 * client.readdir("/", (error, files) => console.log(error?.message ?? files?.map((file) => file.pathSuffix)));
 * ```
 */
export async function openWebHdfsPackage(options: WebHdfsPackageOptions): Promise<WebHdfsClient> {
  const { default: webhdfs } = await import("webhdfs");
  const { hostname, port } = new URL(options.address);
  const place = { user: options.user, host: hostname, port: port || "80", path: "/webhdfs/v1" };
  // Its HTTP library reads the proxy variables by itself, and its agent would be Node's, which may read them too.
  return webhdfs.createClient(place, { proxy: null, agent: new Agent({ keepAlive: true }) }) as WebHdfsClient;
}
