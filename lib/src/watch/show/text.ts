/** A snapshot as lines for a terminal. */
import { cutToWidth, plural, printable, textTable } from "../../format/index.ts";
import type { GroupView, ServiceView, Snapshot } from "../figures/snapshot.ts";
import {
  ageText,
  byteRateText,
  formatBytes,
  formatCount,
  formatSeconds,
  rateText,
  shareText,
  STATES,
  timeText,
  waitText,
} from "./words.ts";

/**
 * A snapshot as text, one line for each thing.
 *
 * @param width columns of the terminal: longer lines are cut @default no limit
 */
export function snapshotText(snapshot: Snapshot, width = Infinity): string {
  const blocks = [
    services(snapshot),
    section("TOPICS", topics(snapshot)),
    section("GROUPS", groups(snapshot)),
    section("TABLES", tables(snapshot)),
    section("CLUSTERS", clusters(snapshot)),
    section("FAULTS", faults(snapshot)),
    section("NOT SEEN", problems(snapshot)),
  ].filter((block) => block !== "");
  const lines = blocks.join("\n\n").split("\n");
  return lines.map((line) => (width === Infinity ? line : cutToWidth(line, width))).join("\n");
}

function section(title: string, text: string): string {
  return text === "" ? "" : `${title}\n${text}`;
}

const right = (...names: readonly number[]): boolean[] => {
  const found: boolean[] = [];
  for (const index of names) found[index] = true;
  return found;
};

function services({ services, at }: Snapshot): string {
  const shown = services.filter(({ state }) => state !== "stopped");
  const stopped = services.length - shown.length;
  const row = ({ title, state, started, memory, processor, heap, collecting }: ServiceView): string[] => [
    title,
    STATES[state],
    started === undefined ? "" : ageText(started, at),
    processor === undefined ? "" : shareText(processor),
    memory === undefined ? "" : formatBytes(memory),
    heap === undefined ? "" : `${formatBytes(heap.used)} of ${formatBytes(heap.max)}`,
    collecting === undefined ? "" : shareText(collecting),
  ];
  const head = ["SERVICE", "STATE", "UP", "CPU", "MEMORY", "HEAP", "GC"];
  const table = textTable([head, ...shown.map(row)], { right: right(3, 4, 5, 6) });
  const more = stopped === 0 ? "" : `\n${plural(stopped, "service")} of the core not started`;
  return `${timeText(at)} UTC\n\n${table}${more}`;
}

function topics({ topics }: Snapshot): string {
  if (topics.length === 0) return "";
  const rows = topics.map(({ topic, partitions, messages, messagesPerSecond, bytes, bytesPerSecond }) => [
    printable(topic),
    String(partitions),
    formatCount(messages),
    rateText(messagesPerSecond),
    formatBytes(bytes),
    byteRateText(bytesPerSecond),
  ]);
  const head = ["name", "partitions", "messages", "rate", "size", "rate"];
  return textTable([head, ...rows], { right: right(1, 2, 3, 4, 5) });
}

function groups({ groups }: Snapshot): string {
  if (groups.length === 0) return "";
  const rows = groups.map((group) => [
    printable(group.group),
    printable(group.topic),
    String(group.members),
    rateText(group.readPerSecond),
    formatCount(group.lag),
    waitText(group.oldest, group.lag),
    byPartition(group),
  ]);
  const head = ["name", "topic", "members", "reads", "lag", "oldest", "lag by partition"];
  return textTable([head, ...rows], { right: right(2, 3, 4, 5) });
}

function byPartition({ partitions }: GroupView): string {
  return partitions.map(({ partition, lag }) => `${partition}: ${formatCount(lag)}`).join("  ");
}

function tables({ tables }: Snapshot): string {
  if (tables.length === 0) return "";
  const rows = tables.map(({ table, topic, rows, rowsPerSecond, files, bytes }) => [
    printable(table),
    printable(topic),
    rows === undefined ? "" : formatCount(rows),
    rateText(rowsPerSecond),
    formatCount(files),
    formatBytes(bytes),
  ]);
  return textTable([["name", "from topic", "rows", "rate", "files", "size"], ...rows], { right: right(2, 3, 4, 5) });
}

function clusters({ hdfs, yarn, spark }: Snapshot): string {
  const lines: string[] = [];
  if (hdfs !== undefined)
    lines.push(
      `HDFS   ${formatBytes(hdfs.used)} in ${plural(hdfs.files, "file and folder", "files and folders")}, ${formatBytes(hdfs.free)} free`,
    );
  if (yarn !== undefined)
    lines.push(
      `YARN   ${plural(yarn.working, "container")} at work, ${formatCount(yarn.waiting)} waiting, ${formatBytes(yarn.available)} of ${formatBytes(yarn.allocated + yarn.available)} free`,
    );
  if (spark !== undefined) {
    lines.push(`Spark  ${plural(spark.activeJobs, "job")} at work, ${formatCount(spark.jobs)} begun`);
    for (const { query, inputPerSecond = 0, batch = 0 } of spark.streams)
      lines.push(
        `       ${printable(query)}: ${rateText(inputPerSecond)}, the last batch took ${formatSeconds(batch)}`,
      );
  }
  return lines.join("\n");
}

function faults({ faults }: Snapshot): string {
  return faults
    .slice(0, 8)
    .map(({ at, message }) => `${timeText(at)}  ${printable(message)}`)
    .join("\n");
}

function problems({ problems }: Snapshot): string {
  return problems.map(({ source, message }) => `${source}: ${printable(message)}`).join("\n");
}
