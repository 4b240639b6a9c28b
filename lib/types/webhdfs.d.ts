/** webhdfs 1.2.0 has no types of its own; what the course uses of it is typed in src/hdfs/webhdfs-package.ts. */
declare module "webhdfs" {
  const webhdfs: {
    createClient(options: { user?: string; host: string; port: string; path: string }, request?: object): unknown;
  };
  export default webhdfs;
}
