/**
 * `npm run bench -- pipeline`: messages that are already in Kafka, from the consumer's start to rows that Hive can query;
 * beside it the same messages through plain kafkajs with JSON.parse. Ratios of one run are what counts.
 */
import { BatchingProducer, ensureTopic } from "../lib/src/kafka/index.ts";
import { addresses } from "../lib/src/stack/index.ts";
import { cleanUp, inProcess } from "./in-process.ts";
import { benchMessages } from "./messages.ts";

interface Figures {
  readonly seconds: number;
  readonly flowing?: number;
  readonly queryableSeconds: number;
  readonly peakMegabytes: number;
  readonly cpuSeconds?: number;
  readonly rows?: number;
  readonly spent?: Record<string, number>;
}

/** Runs the benchmark on the running stack, and cleans up after itself. */
export async function pipeline({ messages = 50_000, rounds = 3 } = {}, signal?: AbortSignal): Promise<void> {
  const at = await addresses();
  const stamp = Date.now();
  const topic = `bench-${stamp}`;
  const tables: string[] = [];
  const results = new Map<string, Figures[]>();
  const add = (name: string, figures: Figures): void => void results.set(name, [...(results.get(name) ?? []), figures]);
  try {
    await fill(at.kafka, topic, messages, rounds, signal);
    for (let round = 0; round < rounds; round++) {
      add("kafkajs + JSON.parse", await inProcess<Figures>("raw-process.ts", { topic, count: messages }, signal));
      for (const stem of [false, true]) {
        const table = `bench_${stamp}_${tables.length}`;
        tables.push(table);
        const figures = await inProcess<Figures>("consumer-process.ts", { topic, table, stem }, signal);
        if (figures.rows !== messages) throw new Error(`${figures.rows} rows instead of ${messages}`);
        add(stem ? "streambook, with stems" : "streambook, no stems", figures);
      }
    }
    print(results, messages);
  } finally {
    await cleanUp(tables, [topic]);
  }
}

async function fill(
  broker: string,
  topic: string,
  messages: number,
  rounds: number,
  signal?: AbortSignal,
): Promise<void> {
  await ensureTopic({ broker, topic, partitions: 4 });
  await using producer = await BatchingProducer.open({ broker });
  let bytes = 0;
  for (const { key, value } of benchMessages(messages)) {
    signal?.throwIfAborted();
    bytes += value.length;
    await producer.send({ topic, key, value });
  }
  await producer.close();
  console.log(
    `${messages} messages of ${Math.round(bytes / messages)} bytes in ${topic}; ${rounds} rounds, medians of messages a second\n`,
  );
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function print(results: ReadonlyMap<string, readonly Figures[]>, messages: number): void {
  const rate = (name: string): number => median((results.get(name) ?? []).map(({ seconds }) => messages / seconds));
  const roof = rate("kafkajs + JSON.parse");
  console.table(
    [...results].map(([name, figures]) => ({
      what: name,
      "messages/s": Math.round(rate(name)),
      "while flowing": Math.round(median(figures.map(({ flowing, seconds }) => messages / (flowing ?? seconds)))),
      "of kafkajs": `${Math.round((100 * rate(name)) / roof)} %`,
      "process start to end, s": median(figures.map(({ queryableSeconds }) => queryableSeconds)).toFixed(1),
      "CPU, µs/message":
        figures[0]?.cpuSeconds === undefined
          ? ""
          : Math.round((median(figures.map(({ cpuSeconds = 0 }) => cpuSeconds)) * 1e6) / messages),
      "peak MB": Math.max(...figures.map(({ peakMegabytes }) => peakMegabytes)),
    })),
  );
  for (const [name, figures] of results) {
    const spent = figures.at(-1)?.spent;
    if (spent === undefined) continue;
    const parts = Object.entries(spent).map(([stage, seconds]) => `${stage} ${seconds.toFixed(2)}`);
    console.log(
      `${name}: seconds by stage, side by side in ${figures.at(-1)?.seconds.toFixed(2)} s: ${parts.join(", ")}`,
    );
  }
}
