/** The NameNode of HDFS: it names the files. */
import { rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { askBean, splitAddress } from "../observe/probes.ts";
import type { Service, Surroundings, Preparation } from "../service.ts";
import { hadoop as library } from "./libraries/hadoop.ts";
import { lowOnDisk } from "./parts/disk.ts";
import { hdfsSpace } from "./parts/hdfs-space.ts";
import { javaOf } from "./parts/java-beans.ts";
import { serveOutside } from "./parts/webhdfs-outside.ts";

const main = "org.apache.hadoop.hdfs.server.namenode.NameNode";

export default {
  name: "namenode",
  title: "HDFS NameNode",
  does: "names the files of `/streambook`",
  profile: "core",
  group: "hdfs",
  rank: 20,
  program: { kind: "java", library, main, heap: 192 },
  ports: { rpc: 8020, http: 9870 },
  page: "http",
  needs: [],
  after: [],
  memory: 220,
  stopTimeout: 15,
  isStorage: true,
  addresses: {
    webhdfs: { variable: "STREAMBOOK_WEBHDFS", port: "http", scheme: "http" },
    hdfs: { variable: "STREAMBOOK_HDFS", port: "rpc", scheme: "hdfs" },
  },
  asked: "webhdfs",
  answers: async (webhdfs, signal) =>
    (await askBean(webhdfs, "Hadoop:service=NameNode,name=NameNodeStatus", signal)) !== undefined,
  worker: "datanode",
  complaint: lowOnDisk,
  metrics: [javaOf("http"), hdfsSpace("http")],
  connections: [{ name: "HDFS → DataNode", service: "datanode", look: knowsDataNode }],
  configuration: ["hadoop"],
  prepare: format,
  container: {
    memory: 448,
    ports: { outside: 9880 },
    publishes: { port: "outside", as: "http" },
    volume: "namenode",
    // callers from outside are sent on to the DataNode, under the address that holds there
    beside: (at) =>
      serveOutside({
        port: at.port("outside"),
        namenode: at.port("http"),
        inside: `${at.host("datanode")}:${at.port("http", "datanode")}`,
        outside: `127.0.0.1:${at.published("datanode")}`,
      }),
  },
} satisfies Service;

interface LiveNode {
  readonly xferaddr: string;
  /** Seconds since it was heard of. */
  readonly lastContact: number;
}

/** A DataNode speaks to its NameNode every second; after so many seconds of silence it has stopped. */
const LONGEST_SILENCE = 15;

async function knowsDataNode({ addresses, running, ports }: Surroundings, signal: AbortSignal): Promise<string> {
  if (!running.has("datanode")) throw new Error("HDFS has no DataNode: files can be named, but hold nothing");
  const info = await askBean(addresses.webhdfs, "Hadoop:service=NameNode,name=NameNodeInfo", signal);
  const { LiveNodes: text = "{}" } = (info ?? {}) as { LiveNodes?: string };
  const nodes = Object.values(JSON.parse(text) as Record<string, LiveNode>);
  const own = ports?.["datanode"]?.["data"];
  const [node] = own === undefined ? nodes : nodes.filter(({ xferaddr }) => splitAddress(xferaddr).port === own);
  if (node === undefined) {
    const others = nodes.length === 0 ? "none" : `only ${nodes.map(({ xferaddr }) => xferaddr).join(", ")}`;
    throw new Error(
      `the NameNode knows of no DataNode of this stack (${others}): it calls another address, or has just started`,
    );
  }
  if (node.lastContact > LONGEST_SILENCE)
    throw new Error(`the NameNode has not heard of the DataNode ${node.xferaddr} for ${node.lastContact} s`);
  return `${node.xferaddr}, heard of ${node.lastContact} s ago`;
}

/** The NameNode writes its VERSION first, so it formats a folder beside, which is renamed when it is whole. */
async function format({ at, report, runJava }: Preparation): Promise<void> {
  const folder = join(at.layout.data, at.name);
  const version = await stat(join(folder, "current", "VERSION")).catch(() => undefined);
  if (version !== undefined) return;
  report("preparing", "HDFS NameNode: formatting its storage", { service: at.name });
  const fresh = `${folder}.new`;
  await rm(fresh, { recursive: true, force: true });
  await runJava({
    name: `format-${at.name}`,
    arguments: [main, `-Ddfs.namenode.name.dir=file://${fresh}`, "-format", "-nonInteractive", "-force"],
    failure: "the storage of the NameNode could not be formatted",
  });
  await rm(folder, { recursive: true, force: true }); // empty, or the rest of an interrupted format
  await rename(fresh, folder);
}
