/** Words to sparse vectors: tokens, stop words, stems, hashing, document frequencies, and a sliding window over a stream. */
export { tokenize, terms, type TermOptions } from "./tokenize.ts";
export { stem } from "./stem.ts";
export { englishStopWords } from "./stop-words.ts";
export { DEFAULT_FEATURES, hashTerm, murmurHash3 } from "./hash.ts";
export { TermCounter, type TermCounterOptions } from "./term-counter.ts";
export { countTerms, TermList, type TermCounts, type SparseVector } from "./term-counts.ts";
export { DocumentFrequencies } from "./document-frequencies.ts";
export { SlidingWindow, type SlidingWindowOptions } from "./sliding-window.ts";
