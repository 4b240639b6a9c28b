/** Runs the text of known subjects through the whole treatment, as the consumer does it, and measures what comes out. */
import {
  adjustedRandIndex,
  normalizedMutualInformation,
  purity,
  sphericalKMeans,
  StreamingKMeans,
  type Labels,
  type SparseVector,
} from "../lib/src/cluster/index.ts";
import { labelledChunks, type LanguageOptions } from "../lib/src/corpus/index.ts";
import { DocumentFrequencies, SlidingWindow, TermCounter, type TermCounts } from "../lib/src/text/index.ts";

/** What is measured. */
export interface QualityOptions extends LanguageOptions {
  readonly topics: number;
  readonly seed: number;
  /** Characters of a chunk. */
  readonly characters: number;
  /** Chunks that seed the model. @default 2000 */
  readonly warmUp?: number;
  /** Chunks that stream after them. @default 2000 */
  readonly streamed?: number;
}

/** Agreement of clusters with the truth. */
export interface Quality {
  readonly nmi: number;
  readonly ari: number;
  readonly purity: number;
}

const MINI_BATCH = 256;

/** The quality of the stream's labels, and of batch k-means of the same vectors. */
export function measureQuality(options: QualityOptions): { streaming: Quality; batch: Quality } {
  const { topics: k, seed, warmUp = 2000, streamed = 2000 } = options;
  const counter = new TermCounter();
  const frequencies = new DocumentFrequencies();
  const windows = new Map<number, SlidingWindow>();
  const truth: number[] = [];
  const held: TermCounts[] = [];
  const vectors: SparseVector[] = [];
  let model: StreamingKMeans | undefined;
  const labels: number[] = [];
  for (const { text, topic, stream } of labelledChunks({ ...options, chunks: warmUp + streamed })) {
    const counts = counter.count(text);
    frequencies.add(counts);
    const window = windows.get(stream) ?? new SlidingWindow();
    windows.set(stream, window);
    const sum = window.push(counts);
    truth.push(topic);
    if (model === undefined) {
      held.push(sum);
      if (held.length < warmUp) continue;
      vectors.push(...held.map((counts) => frequencies.weigh(counts)));
      model = StreamingKMeans.seed(vectors, { k, seed });
      for (const vector of vectors) labels.push(model.predict(vector));
      continue;
    }
    vectors.push(frequencies.weigh(sum));
    if (vectors.length - labels.length === MINI_BATCH) labels.push(...model.learn(vectors.slice(labels.length)));
  }
  if (model !== undefined) labels.push(...model.learn(vectors.slice(labels.length)));
  const last = [...sphericalKMeans(vectors, { k, seed, starts: 5 })].at(-1);
  return { streaming: compare(labels, truth), batch: compare(last?.labels ?? [], truth) };
}

function compare(labels: Labels, truth: Labels): Quality {
  return {
    nmi: normalizedMutualInformation(labels, truth),
    ari: adjustedRandIndex(labels, truth),
    purity: purity(labels, truth),
  };
}
