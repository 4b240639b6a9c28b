/** What text costs: microseconds a chunk of about 1.1 KB, step by step. Run: `node bench/text.ts [chunks]`. */
import {
  DocumentFrequencies,
  SlidingWindow,
  TermCounter,
  countTerms,
  terms,
  type TermCounts,
} from "../lib/src/text/index.ts";
import { Random } from "../lib/src/random/index.ts";
import { StreamingKMeans, type SparseVector } from "../lib/src/cluster/index.ts";

const CHUNKS = Number(process.argv[2] ?? 5000);
const VOCABULARY = 20_000;
const TOPICS = 5;

/** Pseudo-English: 20,000 invented words of Zipf's frequencies, three in ten from the chunk's topic. */
function inventChunks(count: number): string[] {
  const random = new Random(42);
  const onsets = "b c d f g h l m n p r s t v w st tr ch sh".split(" ");
  const vowels = "a e i o u ea ou ai".split(" ");
  const endings = ["", "", "s", "n", "t", "r", "ng", "ed", "ly"];
  const words = new Set<string>();
  while (words.size < VOCABULARY) {
    let word = "";
    for (let i = words.size < 200 ? 1 : 1 + random.below(3); i > 0; i--)
      word += random.pick(onsets) + random.pick(vowels);
    words.add(word + random.pick(endings));
  }
  const vocabulary = [...words];
  const cumulative = new Float64Array(VOCABULARY);
  let total = 0;
  for (let i = 0; i < VOCABULARY; i++) cumulative[i] = total += 1 / (i + 1) ** 1.07;
  const zipf = (): number => {
    const x = random.next() * total;
    let low = 0;
    let high = VOCABULARY - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((cumulative[middle] as number) < x) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  return Array.from({ length: count }, (_, i) => {
    let chunk = "";
    while (chunk.length < 1024) {
      const rank = zipf();
      chunk += `${vocabulary[random.next() < 0.3 ? (rank * 7 + 300 + (i % TOPICS) * 3701) % VOCABULARY : rank]} `;
    }
    // Through JSON, as messages come: flat strings of one byte a character.
    return JSON.parse(JSON.stringify(chunk.slice(0, 1024).trimEnd())) as string;
  });
}

function measure(name: string, chunks: readonly string[], run: (chunk: string, index: number) => unknown): void {
  const times: number[] = [];
  for (let round = 0; round < 7; round++) {
    const start = performance.now();
    for (let i = 0; i < chunks.length; i++) run(chunks[i] as string, i);
    times.push(((performance.now() - start) * 1000) / chunks.length);
  }
  const warm = Math.min(...times.slice(1));
  console.log(
    `${name.padEnd(48)} first ${(times[0] as number).toFixed(2).padStart(7)} µs   warm ${warm.toFixed(2).padStart(7)} µs a chunk`,
  );
}

const chunks = inventChunks(CHUNKS);
console.log(
  `${CHUNKS} chunks of ${Math.round(chunks.reduce((sum, chunk) => sum + chunk.length, 0) / CHUNKS)} characters`,
);
measure("plain: terms + countTerms", chunks.slice(0, 500), (chunk) => countTerms(terms(chunk)));
const plain = new TermCounter({ stem: false });
measure("TermCounter without stemming", chunks, (chunk) => plain.count(chunk));
const counter = new TermCounter();
measure("TermCounter with stemming", chunks, (chunk) => counter.count(chunk));
const counts: TermCounts[] = chunks.map((chunk) => counter.count(chunk));
console.log(
  `  ${Math.round(counts.reduce((sum, { indices }) => sum + indices.length, 0) / CHUNKS)} buckets, ${Math.round(counts.reduce((sum, { words }) => sum + words, 0) / CHUNKS)} words a chunk`,
);
const windows = Array.from({ length: 250 }, () => new SlidingWindow());
measure("SlidingWindow.push, one chunk is enough", chunks, (_, i) => windows[i % 250]!.push(counts[i]!));
const wide = Array.from({ length: 250 }, () => new SlidingWindow({ minimumWords: 300 }));
measure("SlidingWindow.push, two chunks", chunks, (_, i) => wide[i % 250]!.push(counts[i]!));
const frequencies = new DocumentFrequencies();
measure("DocumentFrequencies.add", chunks, (_, i) => frequencies.add(counts[i]!));
measure("DocumentFrequencies.weigh", chunks, (_, i) => frequencies.weigh(counts[i]!));
const vectors: SparseVector[] = counts.map((c) => frequencies.weigh(c));
const start = performance.now();
const model = StreamingKMeans.seed(vectors.slice(0, 2000), { k: 5, seed: 42 });
console.log(`seed: 2,000 vectors, k = 5: ${(performance.now() - start).toFixed(0)} ms`);
measure("StreamingKMeans.predict, k = 5", chunks, (_, i) => model.predict(vectors[i]!));
const batch = 500;
measure("StreamingKMeans.learn, k = 5, batches of 500", chunks, (_, i) =>
  i % batch === 0 ? model.learn(vectors.slice(i, i + batch)) : 0,
);
