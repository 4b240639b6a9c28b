/** A run as it could have been, made from a seed: for the tests of the report, and for looking at its page. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import type { ReportPoint, RunReport } from "./types.ts";

const SUBJECTS: readonly (readonly [file: string, terms: string])[] = [
  ["01-lighthouse-journal.txt", "lamp wind sea lantern fog gale tide boat lens swell"],
  ["02-bakers-handbook.txt", "dough flour oven crust bread yeast loaf salt knead crumb"],
  ["03-two-astronomers.txt", "comet telescop star orbit planet mirror observ sky jupit eclips"],
  ["04-letter-in-many-languages.txt", "word languag tea market translat alphabet accent street speak grandmoth"],
  ["05-signal-engineer.txt", "signal relay track circuit interlock lever rout axl aspect block"],
  ["06-year-of-the-bees.txt", "bee honey queen swarm comb nectar brood hive pollen forag"],
  ["07-cup-final.txt", "goal ball goalkeep midfield pass cross penalti defend kick header"],
  ["08-lecture-on-rocks.txt", "rock sediment basalt fault granit strata erupt miner fossil crust"],
  ["09-bicycle-repair.txt", "wheel spoke chain brake tyre rim pedal sprocket cabl hub"],
];

/** What may differ from a run in which all went well. */
export interface SampleOptions {
  readonly points?: number;
  readonly change?: (run: RunReport) => RunReport;
}

/** A run of nine texts, the same on every call. */
export function sampleRun({ points: count = 620, change = (run) => run }: SampleOptions = {}): RunReport {
  const random = generator(42);
  const points = Array.from({ length: count }, (_, index) => point(index % SUBJECTS.length, random));
  const counts = SUBJECTS.map(([file]) =>
    SUBJECTS.map((_, id) => points.filter((one) => one.file === file && one.cluster === id).length),
  );
  return change({
    startedAt: "2026-03-04T09:30:12.000Z",
    seconds: 68.4,
    streams: 10,
    messages: count,
    deadLetters: 0,
    counts: { sent: count, rows: count, distinctOffsets: count },
    identical: true,
    texts: [...SUBJECTS.map(([file]) => file), "10-empty.txt"].map((file, index) => text(file, index, random)),
    stages: [
      { name: "stack up", startedAt: 0, seconds: 14.2 },
      { name: "stream and produce", startedAt: 14.3, seconds: 1.9, messagesPerSecond: count / 1.9 },
      { name: "consume into clusters and Hive", startedAt: 14.9, seconds: 9.4, messagesPerSecond: count / 9.4 },
      { name: "put the log on HDFS", startedAt: 24.4, seconds: 0.41 },
      { name: "rebuild with MapReduce on YARN", startedAt: 24.9, seconds: 28.7, messagesPerSecond: count / 28.7 },
      { name: "count in Hive", startedAt: 53.7, seconds: 5.1 },
      { name: "compare checksums", startedAt: 58.8, seconds: 0.06 },
      { name: "stack down", startedAt: 59.0, seconds: 9.3 },
    ],
    rates: [
      { name: "produced", seconds: [14.3, 14.8, 15.3, 15.8, 16.2], messagesPerSecond: [0, 210, 520, 410, 0] },
      { name: "consumed", seconds: [14.9, 17, 19, 21, 23, 24.3], messagesPerSecond: [0, 40, 90, 110, 60, 0] },
    ],
    clusters: SUBJECTS.map(([, terms], id) => ({
      id,
      size: points.filter(({ cluster }) => cluster === id).length,
      terms: terms.split(" "),
    })),
    points,
    heatMap: { files: SUBJECTS.map(([file]) => file), clusters: SUBJECTS.map((_, id) => id), counts },
    quality: { purity: 0.937, nmi: 0.891, ari: 0.874, silhouette: 0.21 },
    settings: {
      data: "data/texts",
      chunkSize: 512,
      clusters: 9,
      seed: 42,
      warmUp: 200,
      topic: "chunks",
      table: "chunks_clustered",
      keepUp: false,
    },
    versions: { streambook: "0.1.0", Kafka: "4.1.1", Hadoop: "3.4.3", Hive: "4.0.1" },
    machine: { cores: 2, memory: 25_000_000_000, node: "24.21.0", jdk: "17.0.15", system: "Linux x64" },
    links: [
      { name: "NameNode", url: "http://127.0.0.1:9870", shows: "The files on HDFS, and which block is where." },
      { name: "YARN", url: "http://127.0.0.1:8088", shows: "The MapReduce job, its containers and counters." },
      {
        name: "Hive",
        url: "127.0.0.1:10000",
        shows: "SELECT cluster, count(*) FROM chunks_clustered GROUP BY cluster",
      },
    ],
  });
}

function point(subject: number, random: () => number): ReportPoint {
  const strays = random() < 0.06;
  const cluster = strays ? Math.floor(random() * SUBJECTS.length) : subject;
  const angle = (2 * Math.PI * subject) / SUBJECTS.length;
  const spread = (): number => (random() + random() + random() - 1.5) * 0.35;
  const [file, terms] = SUBJECTS[subject] as readonly [string, string];
  const words = terms.split(" ");
  const excerpt = Array.from({ length: 26 }, () => words[Math.floor(random() * words.length)] ?? "").join(" ");
  return {
    x: Math.cos(angle) * 0.6 + spread(),
    y: Math.sin(angle) * 0.6 + spread(),
    cluster,
    file,
    excerpt: `“The ${excerpt}” & <so on> 🐝`,
  };
}

function text(file: string, index: number, random: () => number): RunReport["texts"][number] {
  const empty = file === "10-empty.txt";
  const sha256 = createHash("sha256")
    .update(empty ? "" : file)
    .digest("hex");
  const bytes = empty ? 0 : 11_000 + Math.floor(random() * 5000);
  return {
    file,
    uri: `/${["maple", "harbor", "ember", "willow", "signal", "meadow", "comet", "basalt", "pedal", "silence"][index]}.md`,
    bytes,
    sha256,
    rebuiltSha256: sha256,
    identical: true,
  };
}

/** Numbers 0 to 1 from a seed (Mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test("the sample run is the same on every call", () => {
  assert.deepEqual(sampleRun(), sampleRun());
});
