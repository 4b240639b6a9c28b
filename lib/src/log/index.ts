/** Logging of the long-running programs: NDJSON files by pino, and short lines on standard error for people. */
export { createLogger, silentLogger, type Logger, type LoggerOptions } from "./log.ts";
