/** The DataNode of HDFS: it keeps the blocks of the files. */
import { askBean } from "../observe/probes.ts";
import type { Service } from "../service.ts";
import { hadoop as library } from "./libraries/hadoop.ts";
import { lowOnDisk } from "./parts/disk.ts";
import { looksForFiles } from "./parts/file-system.ts";
import { javaOf } from "./parts/java-beans.ts";

export default {
  name: "datanode",
  title: "HDFS DataNode",
  does: "keeps their blocks",
  profile: "core",
  group: "hdfs",
  rank: 30,
  program: { kind: "java", library, main: "org.apache.hadoop.hdfs.server.datanode.DataNode", heap: 192 },
  ports: { data: 9866, http: 9864, ipc: 9867 },
  page: "http",
  needs: ["namenode"],
  after: [],
  memory: 210,
  stopTimeout: 15,
  isStorage: true,
  asked: "webhdfs", // the NameNode knows whether it is there
  answers: async (webhdfs, signal) => {
    const state = await askBean(webhdfs, "Hadoop:service=NameNode,name=FSNamesystemState", signal);
    return state?.["FSState"] === "Operational" && Number(state["NumLiveDataNodes"]) >= 1;
  },
  complaint: lowOnDisk,
  metrics: [javaOf("http")],
  connections: [looksForFiles("HDFS DataNode")],
  configuration: ["hadoop"],
  folders: ["datanode"],
  container: { memory: 384, publishes: { port: "http" }, knowsPublishedPort: true, volume: "datanode" },
} satisfies Service;
