/** The JobHistoryServer of MapReduce: it remembers the jobs. */
import { askJson } from "../observe/probes.ts";
import type { Service } from "../service.ts";
import { hadoop as library } from "./libraries/hadoop.ts";
import { looksForFiles } from "./parts/file-system.ts";
import { javaOf } from "./parts/java-beans.ts";

export default {
  name: "historyserver",
  title: "JobHistoryServer",
  does: "tasks, counters and logs of past jobs",
  profile: "core",
  group: "yarn",
  rank: 60,
  program: { kind: "java", library, main: "org.apache.hadoop.mapreduce.v2.hs.JobHistoryServer", heap: 192 },
  ports: { rpc: 10020, admin: 10033, web: 19888 },
  page: "web",
  needs: ["datanode"],
  after: ["datanode"],
  inBackground: true,
  memory: 200,
  stopTimeout: 2,
  addresses: { jobHistory: { variable: "STREAMBOOK_JOB_HISTORY", port: "web", scheme: "http" } },
  asked: "jobHistory",
  answers: async (jobHistory, signal) => {
    const answer = await askJson(`${jobHistory}/ws/v1/history/info`, signal);
    return (answer as { historyInfo?: unknown }).historyInfo !== undefined;
  },
  metrics: [javaOf("web")],
  connections: [looksForFiles("JobHistoryServer")],
  configuration: ["hadoop"],
  container: { memory: 384, publishes: { port: "web" } },
} satisfies Service;
