/** Clicks: events of a shop come as a stream, and are made clean by the hour. */
export { clicks } from "./events/generate.ts";
export { type AnswerName, type EventCounts, plainAnswer, type PlainAnswer } from "./plain/expected.ts";
export { SESSION_GAP, stages } from "./plain/sessions.ts";
