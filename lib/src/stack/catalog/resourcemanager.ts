/** The ResourceManager of YARN: it gives the jobs their place. */
import { askJson } from "../probes.ts";
import type { Service } from "../service.ts";
import { hadoop as library } from "./libraries/hadoop.ts";

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
  patience: 2,
  addresses: { resourceManager: { variable: "STREAMBOOK_RESOURCE_MANAGER", port: "web", scheme: "http" } },
  asked: "resourceManager",
  answers: async (resourceManager, signal) => {
    const answer = await askJson(`${resourceManager}/ws/v1/cluster/info`, signal);
    return (answer as { clusterInfo?: { state?: string } }).clusterInfo?.state === "STARTED";
  },
  configuration: ["hadoop"],
  container: { memory: 448, publishes: { port: "web" } },
} satisfies Service;
