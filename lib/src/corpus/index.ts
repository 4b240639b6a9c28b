/** Texts to work with: invented ones with known subjects, of any size, and books from the web. */
export { InventedLanguage, type LanguageOptions } from "./language.ts";
export {
  generateCorpus,
  type CorpusOptions,
  type Corpus,
  type CorpusProgress,
  type GenerateOptions,
} from "./generate.ts";
export { labelledChunks, type LabelledChunk, type LabelledChunksOptions } from "./labelled-chunks.ts";
export { fetchTexts, type FetchOptions, type FetchedText } from "./fetch.ts";
export { cutGutenberg, stripGutenberg, type Cut, type CutBook } from "./gutenberg.ts";
