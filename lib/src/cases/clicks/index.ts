/** Clicks: events of a shop come as a stream, and are made clean by the hour. */
export { clicks } from "./generate.ts";
export { type AnswerName, type EventCounts, plainAnswer, type PlainAnswer } from "./expected.ts";
export { SESSION_GAP, stages } from "./sessions.ts";
