/** HiveServer2: SQL over the tables. Its metastore is inside it, unless a metastore of its own runs. */
import { callThrift } from "../observe/probes.ts";
import type { Service, Surroundings } from "../service.ts";
import { hive as library } from "./libraries/hive.ts";
import { javaOf } from "./parts/java-beans.ts";
import { followNameNode, hiveOptions } from "./parts/metastore-store.ts";

export default {
  name: "hiveserver2",
  title: "HiveServer2",
  does: "the table `chunks_clustered`",
  profile: "core",
  group: "hive",
  rank: 80,
  program: {
    kind: "java",
    library,
    main: "org.apache.hive.service.server.HiveServer2",
    heap: 1024,
    options: hiveOptions,
  },
  ports: { thrift: 10000, web: 10002 },
  needs: ["datanode"],
  after: ["datanode"], // it dies of a connection that is refused
  uses: ["metastore"],
  calls: ["resourcemanager", "historyserver"],
  memory: 500,
  stopTimeout: 20,
  addresses: { hive: { variable: "STREAMBOOK_HIVE", port: "thrift" } },
  asked: "hive",
  answers: sessionOpens,
  metrics: [javaOf("web")],
  connections: [{ name: "Hive → HDFS", limit: 30_000, look: findsTables }], // the first statement takes seconds
  configuration: ["hadoop", "hive"],
  prepare: async (preparation) => {
    if (!preparation.at.runs("metastore")) await followNameNode(preparation);
  },
  container: { memory: 1280, publishes: { port: "thrift" }, volume: "hive" },
} satisfies Service;

/** HiveServer2 is up when a session opens; its port answers a little before. */
async function sessionOpens(address: string, signal: AbortSignal): Promise<boolean> {
  const [struct, int, stop] = [12, 8, 0];
  const protocolV10 = 9;
  const request = [struct, 0, 1, int, 0, 1, 0, 0, 0, protocolV10, stop, stop];
  // `success` (struct), its `status` (struct), its `statusCode` (i32): 0 and 1 are success
  const statusOffset = 3 + 3 + 3;
  const result = await callThrift(address, "OpenSession", request, statusOffset + 4, signal);
  return result !== undefined && result.readInt32BE(statusOffset) <= 1;
}

/** Whether the metastore's places are on our HDFS, and HiveServer2 can look into it. */
async function findsTables(
  { askHive, addresses, ports }: Surroundings,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (askHive === undefined) return undefined;
  const [database] = await askHive("DESCRIBE DATABASE default", signal);
  const { location: place = "nowhere" } = (database ?? {}) as { location?: string };
  if (ports !== undefined && !place.startsWith(`${addresses.hdfs}/`))
    throw new Error(`its tables are said to be at ${place}, but HDFS is at ${addresses.hdfs}`);
  await askHive("dfs -ls /", signal);
  return `its tables are at ${place}`;
}
