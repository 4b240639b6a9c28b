import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { pino, destination, multistream, type Logger } from "pino";

export type { Logger };

/** Options of {@link createLogger}. */
export interface LoggerOptions {
  /** Folder that gets `NAME.log` as NDJSON; made if it is missing. Without it nothing is written to disk. */
  readonly folder?: string | undefined;
  /** Lowest level that reaches standard error. @default "warn" */
  readonly console?: "debug" | "info" | "warn" | "error" | "silent";
}

/** A logger that writes everything to a file, and what people must see to standard error. */
export function createLogger(name: string, options: LoggerOptions = {}): Logger {
  const streams: { level: "debug" | "info" | "warn" | "error"; stream: { write(line: string): void } }[] = [];
  const shown = options.console ?? "warn";
  if (shown !== "silent")
    streams.push({ level: shown, stream: { write: (line) => process.stderr.write(forPeople(line)) } });
  if (options.folder !== undefined) {
    mkdirSync(options.folder, { recursive: true });
    streams.push({ level: "debug", stream: destination({ dest: join(options.folder, `${name}.log`), sync: true }) });
  }
  return pino({ level: streams.length === 0 ? "silent" : "debug", base: { name } }, multistream(streams));
}

/** A logger that writes nothing, for tests and for callers that do not care. */
export const silentLogger: Logger = pino({ level: "silent" });

const LEVELS: Readonly<Record<number, string>> = { 20: "debug", 30: "info", 40: "warning", 50: "error", 60: "fatal" };

function forPeople(line: string): string {
  const { level, msg, name, err } = JSON.parse(line) as {
    level: number;
    msg?: string;
    name?: string;
    err?: { message?: string };
  };
  const cause = err?.message === undefined || err.message === msg ? "" : `: ${err.message}`;
  return `${name ?? "streambook"}: ${LEVELS[level] ?? "info"}: ${msg ?? ""}${cause}\n`;
}
