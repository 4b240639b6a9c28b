/** Files on HDFS: WebHDFS with the checks that make a write safe, and the plain package for comparison. */
export { Hdfs, type ReadOptions, type WriteOptions } from "./hdfs.ts";
export type { FileStatus, HdfsOptions } from "./webhdfs.ts";
export { checkPath, encodePath, pathOf } from "./path.ts";
export {
  openWebHdfsPackage,
  type WebHdfsClient,
  type WebHdfsPackageOptions,
  type WebHdfsStatus,
} from "./webhdfs-package.ts";
