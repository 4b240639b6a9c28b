/**
 * The one table of coded errors. A code names a kind of failure; the message of an instance says what is wrong, where, and
 * what to do. The codes are rendered into the documentation, so a summary is a full sentence.
 */

interface ErrorEntry {
  /** What kind of failure this is, one sentence. */
  readonly summary: string;
  /** Whether trying the same again, later, can succeed. */
  readonly retriable: boolean;
  /** Exit status of a command that ends with this error: 2 for wrong usage, 1 for a failed run. */
  readonly exitCode: 1 | 2;
}

/** Every error code, with its meaning. Grouped by room. */
export const errorCodes = {
  // any room
  USAGE: {
    summary: "A command or function was called with a value it does not accept.",
    retriable: false,
    exitCode: 2,
  },
  TIMEOUT: { summary: "Something that was waited for did not happen in time.", retriable: true, exitCode: 1 },
  UNREACHABLE: { summary: "A service does not answer at the address tried.", retriable: true, exitCode: 1 },
  NOT_FOUND: {
    summary: "A file, folder, topic or table that was named does not exist.",
    retriable: false,
    exitCode: 1,
  },
  INTERNAL: {
    summary: "The library contradicts itself: a fault of ours, please report it.",
    retriable: false,
    exitCode: 1,
  },
  // schema
  SCHEMA_INVALID: { summary: "A schema file cannot be used.", retriable: false, exitCode: 2 },
  MESSAGE_INVALID: { summary: "A message does not follow its schema.", retriable: false, exitCode: 1 },
  // stream
  NOT_UTF8: { summary: "A file that should be UTF-8 text is not.", retriable: false, exitCode: 1 },
  STREAM_BROKEN: { summary: "A stream from the API ended before its last chunk.", retriable: true, exitCode: 1 },
  PORT_TAKEN: {
    summary: "A port that was to be listened on is taken, or may not be used.",
    retriable: false,
    exitCode: 1,
  },
  TEXT_UNREADABLE: {
    summary: "A file that should be a text may not be read, has vanished, or has a name that is not UTF-8.",
    retriable: false,
    exitCode: 1,
  },
  NO_TEXTS: { summary: "There are no texts where they should be.", retriable: false, exitCode: 1 },
  // kafka
  KAFKA_FAILED: { summary: "Kafka refused or failed a request.", retriable: true, exitCode: 1 },
  MESSAGE_TOO_LARGE: { summary: "A message is larger than the topic accepts.", retriable: false, exitCode: 1 },
  // hdfs
  HDFS_FAILED: { summary: "HDFS refused or failed an operation.", retriable: true, exitCode: 1 },
  HDFS_REFUSED: { summary: "HDFS answered that an operation was not done.", retriable: false, exitCode: 1 },
  // hive
  HIVE_FAILED: { summary: "Hive failed a statement.", retriable: false, exitCode: 1 },
  // cluster
  MODEL_INVALID: { summary: "A saved model cannot be read.", retriable: false, exitCode: 1 },
  // corpus
  TEXT_REFUSED: { summary: "What was downloaded is not a plain text, or is too large.", retriable: false, exitCode: 1 },
  // mapreduce
  JOB_FAILED: { summary: "A MapReduce job failed.", retriable: false, exitCode: 1 },
  // stack
  STACK_DOWN: { summary: "The stack, or a service of it, is not running.", retriable: true, exitCode: 1 },
  SERVICE_DIED: { summary: "A service ended by itself.", retriable: true, exitCode: 1 },
  SETUP_MISSING: { summary: "Something the stack needs is not installed.", retriable: false, exitCode: 1 },
  // pipeline
  LOG_FAILED: { summary: "A log of messages cannot be written.", retriable: false, exitCode: 1 },
  OFFSETS_OVERLAP: {
    summary: "Two data files claim the same offsets of one partition.",
    retriable: false,
    exitCode: 1,
  },
  PARTITION_LOST: { summary: "Another consumer has taken over a partition.", retriable: true, exitCode: 1 },
  RUN_NOT_IDENTICAL: {
    summary: "A run ended, but a text or a count does not agree with its source.",
    retriable: false,
    exitCode: 1,
  },
  // notebook
  NOTEBOOK_INVALID: { summary: "A notebook file cannot be read.", retriable: false, exitCode: 1 },
  NOTEBOOK_FAILED: {
    summary: "A notebook did not run to its end, or its cells are at fault.",
    retriable: false,
    exitCode: 1,
  },
  KERNEL_DIED: { summary: "The kernel of a notebook ended by itself.", retriable: true, exitCode: 1 },
  CHECK_FAILED: { summary: "A check of a lesson did not find what it expected.", retriable: false, exitCode: 1 },
} as const satisfies Record<string, ErrorEntry>;

/** The code of a {@link StreambookError}. */
export type ErrorCode = keyof typeof errorCodes;

/** Options of {@link StreambookError}. */
export interface StreambookErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** Overrides the table: whether trying again can succeed. */
  readonly retriable?: boolean;
}

/** An error with a code of the table, whose message says what is wrong, where, and what to do. */
export class StreambookError extends Error {
  readonly code: ErrorCode;
  readonly retriable: boolean;

  /**
   * @param code an entry of {@link errorCodes}
   * @param message one line: what is wrong, where, and what to do
   */
  constructor(code: ErrorCode, message: string, options: StreambookErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "StreambookError";
    this.code = code;
    this.retriable = options.retriable ?? errorCodes[code].retriable;
  }

  /** Exit status of a command that ends with this error. */
  get exitCode(): 1 | 2 {
    return errorCodes[this.code].exitCode;
  }
}

/** Whether a caught value is a {@link StreambookError}, of the code if one is given. */
export function isStreambookError(error: unknown, code?: ErrorCode): error is StreambookError {
  return error instanceof StreambookError && (code === undefined || error.code === code);
}

/** Whether trying again can succeed. Unknown errors are not retried. */
export function isRetriable(error: unknown): boolean {
  if (error instanceof StreambookError) return error.retriable;
  const { retriable, code } = (error ?? {}) as { retriable?: unknown; code?: unknown };
  if (typeof retriable === "boolean") return retriable; // kafkajs marks its own errors so
  return typeof code === "string" && NETWORK_CODES.has(code);
}

const NETWORK_CODES = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
]);

/** Exit status for any caught value: 130 after an interruption, the table's for our errors, 1 for the rest. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof StreambookError) return error.exitCode;
  if (error instanceof Error && error.name === "AbortError") return 130;
  return 1;
}

/** The message of any caught value, on one line; of an empty one, its code or name. */
export function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === "" && error.errors.length > 0)
    return messageOf(error.errors[0]);
  if (!(error instanceof Error)) return String(error);
  const code = (error as NodeJS.ErrnoException).code;
  return (error.message || (typeof code === "string" ? code : error.name)).split("\n", 1)[0] ?? "";
}

/**
 * The name of a file for a message: as it is, or in quotes and with escapes when it holds what would break the line, move the
 * cursor or go unseen (control characters, blanks at its ends, quotes).
 *
 * @example
 * ```ts
 * import { shownName } from "streambook/errors";
 * console.assert(shownName("a b.txt") === "a b.txt");
 * console.assert(shownName("a\nb.txt") === '"a\\nb.txt"');
 * ```
 */
export function shownName(name: string): string {
  if (name !== "" && name.isWellFormed() && !/^\s|\s$|"/.test(name) && name.search(UNSEEN) === -1) return name;
  return JSON.stringify(name).replace(UNSEEN, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Control characters, line and paragraph ends, and the marks that turn the direction of writing. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Names for a message: the first three, and how many more there are. */
export function listed(names: readonly string[]): string {
  const more = names.length - 3;
  return names.slice(0, 3).join(", ") + (more > 0 ? ` and ${more} more` : "");
}
