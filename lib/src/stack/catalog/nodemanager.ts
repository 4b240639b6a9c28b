/** The NodeManager of YARN: it runs the tasks of the jobs. */
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { askJson } from "../observe/probes.ts";
import { endTasks } from "../observe/processes.ts";
import type { Service } from "../service.ts";
import { hadoop as library } from "./libraries/hadoop.ts";
import { FREE_SOME } from "./parts/disk.ts";
import { looksForFiles } from "./parts/file-system.ts";
import { javaOf } from "./parts/java-beans.ts";

export default {
  name: "nodemanager",
  title: "YARN NodeManager",
  does: "runs its tasks",
  profile: "core",
  group: "yarn",
  rank: 50,
  program: { kind: "java", library, main: "org.apache.hadoop.yarn.server.nodemanager.NodeManager", heap: 256 },
  ports: { rpc: 8041, localizer: 8040, web: 8042, shuffle: 13562, collector: 8048 },
  page: "web",
  needs: ["resourcemanager"],
  after: [],
  memory: 230,
  stopTimeout: 2,
  asked: "resourceManager", // it knows its nodes
  answers: async (resourceManager, signal) => {
    const answer = await askJson(`${resourceManager}/ws/v1/cluster/nodes?states=RUNNING`, signal);
    return ((answer as { nodes?: { node?: unknown[] } | null }).nodes?.node?.length ?? 0) > 0;
  },
  complaint: async (resourceManager, signal) => {
    const answer = await askJson(`${resourceManager}/ws/v1/cluster/nodes?states=UNHEALTHY`, signal);
    const { nodes } = answer as { nodes?: { node?: { healthReport?: string }[] } | null };
    const report = nodes?.node?.[0]?.healthReport;
    // It names its folder for files and that for logs, which are on one disk.
    return report === undefined ? undefined : `it takes no tasks: ${report.split(" ; ", 1)[0]?.trim()}; ${FREE_SOME}`;
  },
  metrics: [javaOf("web")],
  connections: [looksForFiles("YARN NodeManager")],
  configuration: ["hadoop"],
  folders: ["yarn/local", "yarn/logs"],
  /** What tasks of a killed NodeManager left would only grow. */
  prepare: async ({ at }) => {
    await rm(join(at.layout.data, "yarn", "local"), { recursive: true, force: true });
    await mkdir(join(at.layout.data, "yarn", "local"), { recursive: true });
  },
  endChildren: endTasks,
  container: { memory: 2304, publishes: { port: "web" } },
} satisfies Service;
