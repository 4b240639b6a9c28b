/**
 * `npm run bench -- ingest`: three topics of events that are already in Kafka, by one process into NDJSON on HDFS by hour; a quarter
 * of them first, whose peak of memory shows whether it grows with the number of events.
 */
import { randomUUID } from "node:crypto";
import { Hdfs } from "../lib/src/hdfs/index.ts";
import type { IngestReport } from "../lib/src/ingest/index.ts";
import { BatchingProducer, deleteTopics, ensureTopic } from "../lib/src/kafka/index.ts";
import { addresses } from "../lib/src/stack/index.ts";
import { clickEvents, clickSchemas, type ClickTopic } from "./clicks.ts";
import { inProcess } from "./in-process.ts";

interface Figures extends IngestReport {
  readonly peakMegabytes: number;
  readonly cpuSeconds: number;
}

/** Runs the benchmark on the running stack, and cleans up after itself. */
export async function ingestBench({ messages = 1_000_000 } = {}, signal?: AbortSignal): Promise<void> {
  const rows = [];
  for (const count of [Math.ceil(messages / 4), messages]) rows.push(await measure(count, signal));
  console.table(rows);
}

async function measure(count: number, signal?: AbortSignal): Promise<Record<string, string | number>> {
  const at = await addresses();
  const run = randomUUID().slice(0, 8);
  const kinds = Object.keys(clickSchemas) as ClickTopic[];
  const topics = Object.fromEntries(kinds.map((kind) => [kind, `bench-${kind}-${run}`])) as Record<ClickTopic, string>;
  const folder = `/streambook/bench-${run}`;
  const hdfs = new Hdfs({ address: at.webhdfs });
  try {
    await fill(at.kafka, topics, count, signal);
    const figures = await inProcess<Figures>("ingest-process.ts", { topics, folder }, signal);
    if (figures.rows !== count) throw new Error(`${figures.rows} rows instead of ${count}`);
    return {
      events: count,
      "events/s": Math.round(count / figures.seconds),
      "while flowing": Math.round(count / figures.flowing),
      files: figures.files,
      "MB of files": Math.round(figures.bytes / 1e6),
      "CPU, µs/event": Math.round((figures.cpuSeconds * 1e6) / count),
      "peak MB": figures.peakMegabytes,
    };
  } finally {
    await hdfs.remove(folder, { recursive: true });
    await deleteTopics({ broker: at.kafka, topics: Object.values(topics) });
  }
}

async function fill(
  broker: string,
  topics: Readonly<Record<ClickTopic, string>>,
  count: number,
  signal?: AbortSignal,
): Promise<void> {
  for (const topic of Object.values(topics)) await ensureTopic({ broker, topic, partitions: 3 });
  await using producer = await BatchingProducer.open({ broker });
  for (const { kind, key, value } of clickEvents(count)) {
    signal?.throwIfAborted();
    await producer.send({ topic: topics[kind], key, value });
  }
  await producer.flush();
}
