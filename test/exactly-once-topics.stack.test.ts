/** The promise of exactly once on HDFS, for several topics read by one process: killed after every step, nothing is lost or doubled in any. */
import { randomUUID } from "node:crypto";
import { Hdfs } from "../lib/src/hdfs/index.ts";
import { HdfsStore } from "../lib/src/ingest/files/hdfs-store.ts";
import { testExactlyOnce } from "./fixtures/exactly-once-topics.ts";

const run = randomUUID().slice(0, 8);
const root = `/streambook/test-${run}`;

testExactlyOnce(run, {
  root,
  open: ({ webhdfs }) => Promise.resolve(new HdfsStore(new Hdfs({ address: webhdfs }))),
  remove: ({ webhdfs }) => new Hdfs({ address: webhdfs }).remove(root, { recursive: true }).then(() => undefined),
});
