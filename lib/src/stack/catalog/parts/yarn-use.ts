/** What YARN has given away, as its ResourceManager says. */
import { sample } from "../../../metrics/index.ts";
import { askJson } from "../../observe/probes.ts";
import type { Measurement } from "../../service.ts";

/** A part of https://hadoop.apache.org/docs/stable/hadoop-yarn/hadoop-yarn-site/ResourceManagerRest.html#Cluster_Metrics_API */
interface ClusterMetrics {
  readonly activeNodes: number;
  readonly containersAllocated: number;
  readonly containersPending: number;
  readonly allocatedMB: number;
  readonly availableMB: number;
}

const MIB = 2 ** 20;

/** @param purpose of the port of the ResourceManager's web server */
export function yarnUse(purpose: string): Measurement {
  return {
    gives: ["streambook_yarn_nodes", "streambook_yarn_containers", "streambook_yarn_memory_bytes"],
    interval: 5000, // containers come and go
    async look(at, signal) {
      const page = at.web(purpose);
      if (page === undefined) return [];
      const answer = await askJson(`${page}/ws/v1/cluster/metrics`, signal);
      const { clusterMetrics: found } = answer as { clusterMetrics?: ClusterMetrics };
      if (found === undefined) return [];
      return [
        sample("streambook_yarn_nodes", {}, found.activeNodes),
        sample("streambook_yarn_containers", { state: "allocated" }, found.containersAllocated),
        sample("streambook_yarn_containers", { state: "pending" }, found.containersPending),
        sample("streambook_yarn_memory_bytes", { state: "allocated" }, found.allocatedMB * MIB),
        sample("streambook_yarn_memory_bytes", { state: "available" }, found.availableMB * MIB),
      ];
    },
  };
}
