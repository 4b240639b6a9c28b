/** The Hive metastore as a service of its own: several engines share the tables. Derby takes one process, and this is it. */
import { callThrift } from "../observe/probes.ts";
import type { Service } from "../service.ts";
import { hive as library } from "./libraries/hive.ts";
import { followNameNode, hiveOptions } from "./parts/metastore-store.ts";

export default {
  name: "metastore",
  title: "Hive Metastore",
  does: "keeps the tables' names, columns and places, for all engines that ask",
  profile: "metastore",
  rank: 70,
  program: {
    kind: "java",
    library,
    main: "org.apache.hadoop.hive.metastore.HiveMetaStore",
    heap: 256,
    options: hiveOptions,
    arguments: (at) => ["-p", String(at.port("thrift"))],
  },
  ports: { thrift: 9083 },
  needs: ["datanode"],
  after: ["datanode"],
  memory: 310,
  stopTimeout: 20,
  addresses: { metastore: { variable: "STREAMBOOK_METASTORE", port: "thrift", scheme: "thrift" } },
  asked: "metastore",
  // the call of every Thrift service of Facebook's family: `getStatus`, whose answer is 2 when it works
  answers: async (address, signal) => {
    const [stop, success] = [0, 3]; // type i32, number 0, then the value
    const result = await callThrift(address, "getStatus", [stop], success + 4, signal);
    return result?.readInt32BE(success) === 2;
  },
  configuration: ["hadoop", "hive"],
  values: (at) => ({
    // empty: whoever reads it has a metastore inside
    uris: at.runs("metastore") ? `thrift://${at.host("metastore")}:${at.port("thrift", "metastore")}` : "",
  }),
  prepare: followNameNode,
  container: { memory: 448, publishes: { port: "thrift" }, volume: "hive" },
} satisfies Service;
