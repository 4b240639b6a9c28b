/** The ResourceManager of YARN: it gives the jobs their place. */
import { askJson, splitAddress } from "../observe/probes.ts";
import type { Service, Surroundings } from "../service.ts";
import { hadoop as library } from "./libraries/hadoop.ts";
import { looksForFiles } from "./parts/file-system.ts";
import { javaOf } from "./parts/java-beans.ts";
import { yarnUse } from "./parts/yarn-use.ts";

export default {
  name: "resourcemanager",
  title: "YARN ResourceManager",
  does: "runs the MapReduce job",
  profile: "core",
  group: "yarn",
  rank: 40,
  program: {
    kind: "java",
    library,
    main: "org.apache.hadoop.yarn.server.resourcemanager.ResourceManager",
    heap: 256,
  },
  ports: { client: 8032, scheduler: 8030, tracker: 8031, admin: 8033, web: 8088 },
  page: "web",
  needs: ["datanode"],
  after: [],
  memory: 280,
  stopTimeout: 2,
  addresses: { resourceManager: { variable: "STREAMBOOK_RESOURCE_MANAGER", port: "web", scheme: "http" } },
  asked: "resourceManager",
  answers: async (resourceManager, signal) => {
    const answer = await askJson(`${resourceManager}/ws/v1/cluster/info`, signal);
    return (answer as { clusterInfo?: { state?: string } }).clusterInfo?.state === "STARTED";
  },
  worker: "nodemanager",
  metrics: [javaOf("web"), yarnUse("web")],
  connections: [
    { name: "YARN → NodeManager", service: "nodemanager", look: knowsNodeManager },
    looksForFiles("YARN ResourceManager"),
  ],
  configuration: ["hadoop"],
  container: { memory: 448, publishes: { port: "web" } },
} satisfies Service;

interface YarnNode {
  readonly id: string;
  readonly state: string;
  readonly healthReport?: string;
}

async function knowsNodeManager({ addresses, running, ports }: Surroundings, signal: AbortSignal): Promise<string> {
  if (!running.has("nodemanager")) throw new Error("YARN has no NodeManager: jobs would wait for ever");
  const answer = (await askJson(`${addresses.resourceManager}/ws/v1/cluster/nodes`, signal)) as {
    nodes?: { node?: YarnNode[] } | null;
  };
  const nodes = answer.nodes?.node ?? [];
  const own = ports?.["nodemanager"]?.["rpc"];
  const ours = own === undefined ? nodes : nodes.filter(({ id }) => splitAddress(id).port === own);
  const node = ours.find(({ state }) => state === "RUNNING") ?? ours[0];
  if (node === undefined)
    throw new Error(
      "the ResourceManager knows of no NodeManager of this stack: it calls another address, or has just started",
    );
  if (node.state === "RUNNING") return `${node.id}, running and healthy`;
  const why = node.healthReport === undefined || node.healthReport === "" ? "" : `: ${node.healthReport}`;
  throw new Error(`the NodeManager ${node.id} takes no work, it is ${node.state}${why}`);
}
