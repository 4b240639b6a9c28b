/** The stream API and its client: texts of a folder as streams of chunks, read to the end even when a connection breaks. */
export { Chunker, chunksOf } from "./chunks.ts";
export { startStreamSource, type StreamSource, type StreamSourceOptions } from "./source.ts";
export { faultSentences, passedOver, surveyTexts, type TextFault, type TextSurvey } from "./survey.ts";
export type { OtherEntry } from "./texts.ts";
export { listFiles, readChunkGroups, readChunks, type ReadChunksOptions } from "./client.ts";
