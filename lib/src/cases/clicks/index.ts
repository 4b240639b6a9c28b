/** Clicks: events of a shop come as a stream, and are made clean by the hour. */
export { clicksCase } from "./clicks-case.ts";
export { clicks } from "./events/generate.ts";
export { type ClicksAnswerName, type ClicksCounts, clicksAnswer, type ClicksAnswer } from "./plain/expected.ts";
export { SESSION_GAP, stages } from "./plain/sessions.ts";
export { type ClicksAnswers, askHive, askSpark } from "./ask/ask.ts";
export { type ClicksQuestion, clicksQuestions } from "./ask/questions.ts";
export { type CleanHoursReport, cleanHours } from "./hours/batch.ts";
export { clicksJob, type ClicksJobOptions } from "./hours/job.ts";
export { clicksNames, clicksSchemas, type ClicksNames } from "./names.ts";
