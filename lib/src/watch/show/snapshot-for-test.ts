/** A snapshot with something of everything, for tests of how it is shown. */
import type { Snapshot } from "../figures/snapshot.ts";

export const at = new Date("2026-03-04T05:06:07Z");
export const snapshot: Snapshot = {
  at,
  services: [
    {
      ...{
        name: "a",
        title: "Alpha",
        state: "running",
        place: "http://127.0.0.1:1",
        started: new Date("2026-03-04T05:00:00Z"),
      },
      ...{ memory: 2e8, processor: 0.123, heap: { used: 5e7, max: 2e8 }, collecting: 0.004 },
    },
    { name: "b", title: "Beta", state: "died" },
    { name: "c", title: "Gamma", state: "stopped" },
  ],
  topics: [
    {
      ...{
        topic: "<b>t</b>",
        partitions: 2,
        messages: 1234,
        messagesPerSecond: 120.4,
        bytes: 5e6,
        bytesPerSecond: 2e4,
      },
      history: [0, 60, 120],
    },
    { topic: "alone", partitions: 1, messages: 0, messagesPerSecond: 0, bytes: 0, bytesPerSecond: 0, history: [0] },
  ],
  groups: [
    {
      ...{ group: "g\u001b[31m", topic: "<b>t</b>", members: 1, readPerSecond: 100, lag: 30, oldest: 75 },
      partitions: [
        { partition: 0, lag: 30, oldest: 75 },
        { partition: 1, lag: 0, oldest: 0 },
      ],
    },
  ],
  tables: [
    { table: "kept", topic: "<b>t</b>", rows: 1000, rowsPerSecond: 90, files: 3, bytes: 4e5 },
    { table: "lake/tweets", topic: "", rows: 77, rowsPerSecond: 0, files: 2, bytes: 3e5 },
  ],
  hdfs: { capacity: 1e9, used: 1e6, free: 2e8, files: 12 },
  yarn: { nodes: 1, working: 2, waiting: 1, allocated: 1e9, available: 3e9 },
  spark: { activeJobs: 1, jobs: 9, streams: [{ query: "by-minute", inputPerSecond: 50, batch: 2.5 }] },
  faults: [{ at, service: "b", title: "Beta", kind: "died", message: "Beta died: <i>why</i>" }],
  problems: [{ source: "Kafka", message: "no broker answers" }],
};
