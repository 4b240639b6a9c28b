/**
 * The one table of coded errors. A code names a kind of failure; the message of an instance says what is wrong and where, and
 * its {@link Hint} what would help. The table is rendered into docs/errors.md, so its texts are full sentences.
 */
import type { Hint } from "./hint.ts";

/** What the table says of a code. */
export interface ErrorEntry {
  /** What kind of failure this is, one sentence. */
  readonly summary: string;
  /** What a person does about it, whatever program they use: one or two sentences. */
  readonly solve: string;
  /** What usually helps besides; the documentation shows it as commands. */
  readonly hint?: Hint;
  /** Whether trying the same again, later, can succeed. */
  readonly retriable: boolean;
  /** Exit status of a command that ends with this error: 2 for wrong usage, 1 for a failed run. */
  readonly exitCode: 1 | 2;
}

/** Every error code, with its meaning. Grouped by the room that throws it. */
export const errorCodes = {
  // any room
  USAGE: {
    summary: "A command or function was called with a value it does not accept.",
    solve: "Read the message: it says which values are accepted.",
    retriable: false,
    exitCode: 2,
  },
  TIMEOUT: {
    summary: "An operation did not finish within its time limit.",
    solve: "Try again.",
    hint: { inspect: "services", log: "NAME" },
    retriable: true,
    exitCode: 1,
  },
  UNREACHABLE: {
    summary: "A service does not answer at the address tried.",
    solve: "Check that the service is running, and that the address is right.",
    hint: { start: [] },
    retriable: true,
    exitCode: 1,
  },
  NOT_FOUND: {
    summary: "A file, folder, topic or table that was named does not exist.",
    solve: "Check the name; the message says where it was looked for.",
    retriable: false,
    exitCode: 1,
  },
  NOT_OURS: {
    summary: "A folder, topic or table that would be written over or removed was not made by streambook.",
    solve: "Choose an empty or a new folder, or other names; what is there is removed only if you say so.",
    hint: { change: ["output", "topic", "table"], replace: true },
    retriable: false,
    exitCode: 2,
  },
  INTERNAL: {
    summary: "The library contradicts itself: a fault of ours, please report it.",
    solve: "Report it, with the stack trace.",
    retriable: false,
    exitCode: 1,
  },
  // schema
  SCHEMA_INVALID: {
    summary: "A schema file cannot be used.",
    solve: "Correct the schema file at the place that the message names; `schemas/README.md` describes the form.",
    retriable: false,
    exitCode: 2,
  },
  MESSAGE_INVALID: {
    summary: "A message does not follow its schema.",
    solve: "Correct the program that sends it; what could not be read is in the dead-letter topic.",
    retriable: false,
    exitCode: 1,
  },
  // stream
  NOT_UTF8: {
    summary: "A file that should be UTF-8 text is not.",
    solve: "Save the file as UTF-8 (`iconv -t UTF-8`), or take it out of the folder.",
    retriable: false,
    exitCode: 1,
  },
  STREAM_BROKEN: {
    summary: "A stream from the API ended before its last chunk.",
    solve: "Check that the stream source is still running, and start the reader again: it goes on where it stopped.",
    retriable: true,
    exitCode: 1,
  },
  PORT_TAKEN: {
    summary: "A port that was to be listened on is taken, or may not be used.",
    solve: "End the program that has the port (`ss -ltnp` shows it).",
    hint: { change: ["port"] },
    retriable: false,
    exitCode: 1,
  },
  NO_TEXTS: {
    summary: "There are no texts where they should be.",
    solve: "Put UTF-8 texts directly into the folder.",
    hint: { change: ["data"] },
    retriable: false,
    exitCode: 1,
  },
  TEXT_UNREADABLE: {
    summary: "A file that should be a text may not be read, has vanished, or has a name that is not UTF-8.",
    solve: "Make the file readable, rename it, or take it out of the folder.",
    retriable: false,
    exitCode: 1,
  },
  // kafka
  KAFKA_FAILED: {
    summary: "Kafka refused or failed a request.",
    solve: "Try again: most such errors pass.",
    hint: { log: "kafka" },
    retriable: true,
    exitCode: 1,
  },
  WRONG_CLUSTER: {
    summary:
      "At an address there is another cluster than the one that was talked to before, or that a table belongs to.",
    solve: "Give the address of the cluster that the message names; for another cluster, use another table.",
    retriable: false,
    exitCode: 1,
  },
  NOT_ENOUGH_REPLICAS: {
    summary: "Too few of the brokers that keep a topic are there for a message to count as written.",
    solve: "Start the brokers that are missing; what was not acknowledged is sent again by whoever sent it.",
    hint: { start: ["brokers"] },
    retriable: true,
    exitCode: 1,
  },
  MESSAGE_TOO_LARGE: {
    summary: "A message is larger than the topic accepts.",
    solve: "Send smaller chunks, or raise the topic's `max.message.bytes`.",
    hint: { change: ["chunkSize"] },
    retriable: false,
    exitCode: 1,
  },
  // hdfs
  HDFS_FAILED: {
    summary: "HDFS refused or failed an operation.",
    solve: "Check that HDFS works.",
    hint: { inspect: "machine", log: "hdfs" },
    retriable: true,
    exitCode: 1,
  },
  HDFS_REFUSED: {
    summary: "HDFS answered that an operation was not done.",
    solve: "Check that the path is free and its folder exists; the message says what HDFS was asked for.",
    retriable: false,
    exitCode: 1,
  },
  // hive
  HIVE_FAILED: {
    summary: "Hive failed a statement.",
    solve: "Correct the statement.",
    hint: { log: "hive" },
    retriable: false,
    exitCode: 1,
  },
  // spark
  SPARK_FAILED: {
    summary: "Spark failed a statement, a stream or an estimator.",
    solve: "Read Spark's own reason in the message, and correct what it names.",
    hint: { log: "spark" },
    retriable: false,
    exitCode: 1,
  },
  TASK_FAILED: {
    summary: "A task of TypeScript failed on an executor of Spark.",
    solve: "Read the task's own error, its place and its row in the message, and fix the task or leave such rows out.",
    hint: { log: "spark" },
    retriable: false,
    exitCode: 1,
  },
  SPARK_SESSION_LOST: {
    summary: "Spark does not know a session any more.",
    solve:
      "Open a new session: temporary views, models and settings of the old one are gone, tables and files are not.",
    hint: { log: "spark" },
    retriable: true,
    exitCode: 1,
  },
  CHECKPOINT_LOST: {
    summary: "What a stream on Spark has read is not known any more: its checkpoint is gone, but its rows are there.",
    solve:
      "Put the checkpoint back where the message says; or begin anew, in another table or after this one was removed: from the start of the topic every row would stand there twice.",
    hint: { change: ["table"] },
    retriable: false,
    exitCode: 1,
  },
  // s3
  S3_FAILED: {
    summary: "S3 refused or failed a request.",
    solve: "Read S3's own reason in the message; most failures of S3 itself pass, so try again.",
    hint: { log: "s3" },
    retriable: true,
    exitCode: 1,
  },
  S3_DENIED: {
    summary: "S3 does not accept a key, or a signature that was made with it.",
    solve: "Give the access key and the secret key of this set-up, as the list of services shows them.",
    hint: { inspect: "services" },
    retriable: false,
    exitCode: 2,
  },
  // trino
  TRINO_FAILED: {
    summary: "Trino failed a statement.",
    solve: "Correct what Trino's own reason in the message names.",
    hint: { log: "trino" },
    retriable: false,
    exitCode: 1,
  },
  // superset
  SUPERSET_FAILED: {
    summary: "Superset refused or failed a request, or a chart of it.",
    solve: "Correct what Superset's own reason in the message names.",
    hint: { log: "superset" },
    retriable: false,
    exitCode: 1,
  },
  SUPERSET_DENIED: {
    summary: "Superset does not accept a password.",
    solve: "Give the password of this set-up, as the list of services shows it.",
    hint: { inspect: "services" },
    retriable: false,
    exitCode: 2,
  },
  // cassandra
  CASSANDRA_FAILED: {
    summary: "Cassandra refused or failed a statement.",
    solve: "Read Cassandra's own reason in the message, and correct the statement.",
    hint: { log: "cassandra" },
    retriable: false,
    exitCode: 1,
  },
  CASSANDRA_LOGIN: {
    summary: "Cassandra does not know the user or the password, or does not permit the user what was asked.",
    solve: "Give the password with which Cassandra was first started; each set-up has its own.",
    retriable: false,
    exitCode: 1,
  },
  NODES_MISSING: {
    summary: "Fewer nodes of Cassandra are up than the consistency level of a statement asks for.",
    solve: "Start the nodes that are down, or ask with a lower consistency level.",
    hint: { start: ["replicas"], inspect: "services" },
    retriable: true,
    exitCode: 1,
  },
  TABLE_DIFFERS: {
    summary: "A table is there with other columns or another key than a program writes.",
    solve:
      "Drop the table if nobody needs it, or use another keyspace; rows written to another key would overwrite each other.",
    retriable: false,
    exitCode: 2,
  },
  // cluster
  MODEL_INVALID: {
    summary: "A saved model cannot be read.",
    solve: "Remove the file that the message names; the next newest model is used.",
    retriable: false,
    exitCode: 1,
  },
  // corpus
  TEXT_REFUSED: {
    summary: "What was downloaded is not a plain text, or is too large.",
    solve: "Give the address of a plain UTF-8 text, or allow larger ones.",
    hint: { change: ["maximumSize"] },
    retriable: false,
    exitCode: 1,
  },
  // mapreduce
  JOB_FAILED: {
    summary: "A MapReduce job failed.",
    solve: "Read the task's own error in the message; the job's page in the JobHistoryServer shows the rest.",
    retriable: false,
    exitCode: 1,
  },
  // stack
  STACK_DOWN: {
    summary: "The stack, or a service of it, is not running.",
    solve: "Start the services.",
    hint: { start: [], inspect: "machine" },
    retriable: true,
    exitCode: 1,
  },
  SERVICE_DIED: {
    summary: "A service stopped unexpectedly.",
    solve: "The end of its log says why; then start it again.",
    hint: { log: "NAME", start: [] },
    retriable: true,
    exitCode: 1,
  },
  YARN_FULL: {
    summary: "YARN has less memory free than an application asks for, and would let it wait for ever.",
    solve: "End what runs on YARN, or wait for it; the message says what was asked and what is free.",
    retriable: true,
    exitCode: 1,
  },
  SETUP_MISSING: {
    summary: "Something the stack needs is not installed.",
    solve: "Install what the message names.",
    hint: { setUp: true },
    retriable: false,
    exitCode: 1,
  },
  // pipeline
  RUN_UNDER_WAY: {
    summary: "Another run is using the same topic, table or output folder.",
    solve: "Wait until the other run has ended, or give this one names of its own.",
    retriable: true,
    exitCode: 1,
  },
  LOG_FAILED: {
    summary: "A log of messages cannot be written.",
    solve: "Free some disk, or name another folder for the log.",
    retriable: false,
    exitCode: 1,
  },
  OUTPUT_FAILED: {
    summary: "A file of the output cannot be written.",
    solve: "Free some disk, or write to another folder.",
    hint: { change: ["output"] },
    retriable: false,
    exitCode: 1,
  },
  OFFSETS_OVERLAP: {
    summary: "Two data files claim the same offsets of one partition.",
    solve: "Look at both files; remove the one that should not be there, or use a new table.",
    retriable: false,
    exitCode: 1,
  },
  PARTITION_LOST: {
    summary: "Another consumer has taken over a partition.",
    solve: "Start the consumer again: nothing is lost or doubled.",
    retriable: true,
    exitCode: 1,
  },
  RUN_NOT_IDENTICAL: {
    summary: "A run ended, but a text or a count does not agree with its source.",
    solve: "The report says which text, and where; run it again, and report it if it stays so.",
    retriable: false,
    exitCode: 1,
  },
  CASE_NOT_PROVEN: {
    summary: "A run of a further pipeline ended, but a number of its answers is not that of plain TypeScript.",
    solve: "The report says which number, and what it should be; run it again, and report it if it stays so.",
    retriable: false,
    exitCode: 1,
  },
  // notebook
  NOTEBOOK_INVALID: {
    summary: "A notebook file cannot be read.",
    solve: "Open the notebook in JupyterLab and save it, or bring back the kept version with `git checkout`.",
    retriable: false,
    exitCode: 1,
  },
  NOTEBOOK_FAILED: {
    summary: "A notebook did not run to its end, or its cells are at fault.",
    solve: "The lines above say which cell failed, and why.",
    retriable: false,
    exitCode: 1,
  },
  KERNEL_DIED: {
    summary: "The kernel of a notebook stopped unexpectedly.",
    solve: "Run it again; if it stays so, the cell before the end takes too much memory.",
    retriable: true,
    exitCode: 1,
  },
  CHALLENGE_FAILED: {
    summary: "A program did not pass the challenge.",
    solve: "Open the picture that the message names, change the program, and try again; there are hints.",
    retriable: false,
    exitCode: 1,
  },
  CHECK_FAILED: {
    summary: "A check of a lesson did not find what it expected.",
    solve: "Compare what was found with what was expected; the text before the cell explains it.",
    retriable: false,
    exitCode: 1,
  },
} as const satisfies Record<string, ErrorEntry>;

/** The code of a {@link StreambookError}. */
export type ErrorCode = keyof typeof errorCodes;

/** Options of {@link StreambookError}. */
export interface StreambookErrorOptions {
  /** The error that led to this one. */
  readonly cause?: unknown;
  /** Overrides the table: whether trying again can succeed. */
  readonly retriable?: boolean;
  /** What would help against this one. */
  readonly hint?: Hint;
}

/** Marks the errors of every copy of the library that a process has loaded. */
const BRAND = Symbol.for("streambook.error");

/**
 * An error with a code of the table. Its message says what is wrong and where, and what to do as far as that is the same
 * everywhere; what depends on the program that is used is the hint.
 */
export class StreambookError extends Error {
  readonly code: ErrorCode;
  readonly retriable: boolean;
  declare readonly hint?: Hint; // absent without a hint, so that nobody is shown `hint: undefined`

  /**
   * @param code an entry of {@link errorCodes}
   * @param message one line, without commands and their options
   */
  constructor(code: ErrorCode, message: string, options: StreambookErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "StreambookError";
    this.code = code;
    this.retriable = options.retriable ?? errorCodes[code].retriable;
    if (options.hint !== undefined) this.hint = options.hint;
  }

  /** Exit status of a command that ends with this error. */
  get exitCode(): 1 | 2 {
    return errorCodes[this.code].exitCode;
  }

  get [BRAND](): true {
    return true;
  }
}

/**
 * Whether a caught value is a {@link StreambookError}, of the code if one is given. One of another copy of the library is one
 * too: the command line runs the sources, and a notebook what was built of them.
 */
export function isStreambookError(error: unknown, code?: ErrorCode): error is StreambookError {
  if (typeof error !== "object" || error === null || !(BRAND in error)) return false;
  return code === undefined || (error as StreambookError).code === code;
}

/** Whether trying again can succeed. Unknown errors are not retried. */
export function isRetriable(error: unknown): boolean {
  if (isStreambookError(error)) return error.retriable;
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

/** What would help against any caught value; undefined when the library does not know. */
export function hintOf(error: unknown): Hint | undefined {
  return isStreambookError(error) ? error.hint : undefined;
}

/** Exit status for any caught value: 130 after an interruption, the table's for our errors, 1 for the rest. */
export function exitCodeOf(error: unknown): number {
  if (isStreambookError(error)) return error.exitCode;
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
