/**
 * `npm run bench -- kafka`: what our producer and consumer cost beside plain kafkajs, on the same messages. Ratios of one
 * run are what counts.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import kafkajs from "kafkajs";
import { NODE_FLAGS } from "../lib/bin/find-node.mjs";
import {
  BatchingProducer,
  compressions,
  deleteTopics,
  ensureTopic,
  type BatchingProducerOptions,
} from "../lib/src/kafka/index.ts";
import { addresses } from "../lib/src/stack/index.ts";
import { benchMessages, type BenchMessage } from "./messages.ts";

const execute = promisify(execFile);

interface Figure {
  readonly what: string;
  readonly rates: number[];
  peakMegabytes: number;
}

/** Runs the benchmark on the running stack, and cleans up after itself. */
export async function kafka(
  { messages: count = 100_000, characters = 1024, rounds = 3 } = {},
  signal?: AbortSignal,
): Promise<void> {
  const { kafka: broker } = await addresses();
  const topic = `bench-${Date.now()}`;
  const messages = [...benchMessages(count, { characters })];
  const figures = new Map<string, Figure>();
  const add = (what: string, seconds: number, peakMegabytes = 0): void => {
    const figure = figures.get(what) ?? { what, rates: [], peakMegabytes };
    figure.rates.push(count / seconds);
    figure.peakMegabytes = Math.max(figure.peakMegabytes, peakMegabytes);
    figures.set(what, figure);
  };
  const onTopic = async (name: string, operation: () => Promise<void>): Promise<void> => {
    signal?.throwIfAborted();
    await ensureTopic({ broker, topic: name, partitions: 4 });
    try {
      await operation();
    } finally {
      await deleteTopics({ broker, topics: [name] });
    }
  };
  for (let round = 0; round < rounds; round++) {
    await onTopic(`${topic}-raw`, async () =>
      add("send: kafkajs, 500 at a time", await sendRaw(broker, `${topic}-raw`, messages)),
    );
    for (const compression of compressions) {
      for (const idempotent of compression === "none" ? [true, false] : [true]) {
        const name = `${topic}-${compression}-${idempotent}`;
        const what = `send: ours, ${compression}${idempotent ? "" : ", not idempotent"}`;
        await onTopic(name, async () => add(what, await sendOurs({ broker, compression, idempotent }, name, messages)));
      }
    }
  }
  await onTopic(topic, async () => {
    await sendOurs({ broker }, topic, messages);
    for (let round = 0; round < rounds; round++) {
      for (const way of ["raw", "ours"] as const) {
        const figure = await inProcess({ topic, count, way }, signal);
        if (figure.read !== count) throw new Error(`${way} read ${figure.read} messages instead of ${count}`);
        add(way === "raw" ? "read: kafkajs" : "read: ours", figure.seconds, figure.peakMegabytes);
      }
    }
  });
  print([...figures.values()]);
}

async function inProcess(
  parameters: object,
  signal?: AbortSignal,
): Promise<{ read: number; seconds: number; peakMegabytes: number }> {
  const script = join(import.meta.dirname, "kafka-process.ts");
  const { stdout } = await execute(process.execPath, [...NODE_FLAGS, script, JSON.stringify(parameters)], { signal });
  return JSON.parse(stdout) as { read: number; seconds: number; peakMegabytes: number };
}

async function sendOurs(
  options: BatchingProducerOptions,
  topic: string,
  messages: readonly BenchMessage[],
): Promise<number> {
  const producer = await BatchingProducer.open(options);
  await producer.prepareTopic(topic);
  const begin = performance.now();
  for (const { key, value } of messages) await producer.send({ topic, key, value });
  await producer.flush();
  const seconds = (performance.now() - begin) / 1000;
  await producer.close();
  return seconds;
}

/** As one writes it first: lists of 500 messages, one after the other. */
async function sendRaw(broker: string, topic: string, messages: readonly BenchMessage[]): Promise<number> {
  const producer = new kafkajs.Kafka({ brokers: broker.split(","), logLevel: kafkajs.logLevel.NOTHING }).producer({
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  await producer.connect();
  const begin = performance.now();
  for (let i = 0; i < messages.length; i += 500) await producer.send({ topic, messages: messages.slice(i, i + 500) });
  const seconds = (performance.now() - begin) / 1000;
  await producer.disconnect();
  return seconds;
}

function print(figures: readonly Figure[]): void {
  const rate = ({ rates }: Figure): number => rates.toSorted((a, b) => a - b)[Math.floor(rates.length / 2)] ?? NaN;
  const base = (what: string): Figure | undefined =>
    figures.find((figure) => figure.what.startsWith(`${what.split(":")[0]}: kafkajs`));
  console.table(
    figures.map((figure) => {
      const plain = base(figure.what);
      return {
        what: figure.what,
        "messages/s": Math.round(rate(figure)),
        "of kafkajs": plain === undefined ? "" : `${Math.round((100 * rate(figure)) / rate(plain))} %`,
        "peak MB": figure.peakMegabytes === 0 ? "" : figure.peakMegabytes,
      };
    }),
  );
}
