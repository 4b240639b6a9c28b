/**
 * The course's `webhdfs` package, opened for a lesson: its calls look like those of Node's `fs`, and what it hides is what
 * {@link Hdfs} adds. The tests beside this file show each trap, first with the package, then with the class.
 */
import type { WebHdfsClient } from "webhdfs";

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
 * ```ts
 * import { openWebHdfsPackage } from "streambook/hdfs";
 * const client = await openWebHdfsPackage({ address: "http://127.0.0.1:9870", user: "student" });
 * client.readdir("/", (error, files) => console.log(error?.message ?? files?.map((file) => file.pathSuffix)));
 * ```
 */
export async function openWebHdfsPackage(options: WebHdfsPackageOptions): Promise<WebHdfsClient> {
  const { default: webhdfs } = await import("webhdfs");
  const { hostname, port } = new URL(options.address);
  return webhdfs.createClient({ user: options.user, host: hostname, port: port || "80", path: "/webhdfs/v1" });
}
