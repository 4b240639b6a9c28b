/** What Trino says when it fails (https://github.com/trinodb/trino: StandardErrorCode), and what to do about it. */
import { messageOf, StreambookError, type StreambookErrorOptions } from "../errors/index.ts";

/** What Trino knows of a failure, beside its text. */
export interface TrinoFailure {
  /** Trino's own name of what is wrong: `TABLE_NOT_FOUND`, `DIVISION_BY_ZERO`. */
  readonly errorName: string;
  /** `USER_ERROR`, `INSUFFICIENT_RESOURCES`, `EXTERNAL` or `INTERNAL_ERROR`. */
  readonly errorType: string;
  /** Where in the statement, both from 1; undefined when it is not about a place. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** Trino's name of the statement, by which its page shows more. */
  readonly queryId: string;
}

/** A statement that Trino failed. */
export class TrinoError extends StreambookError implements TrinoFailure {
  readonly errorName: string;
  readonly errorType: string;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly queryId: string;

  constructor(message: string, failure: TrinoFailure, options: StreambookErrorOptions = {}) {
    super("TRINO_FAILED", message, options);
    this.name = "TrinoError";
    this.errorName = failure.errorName;
    this.errorType = failure.errorType;
    this.line = failure.line;
    this.column = failure.column;
    this.queryId = failure.queryId;
  }
}

/** A failure as an answer holds it. */
export interface ErrorDescription {
  readonly message?: string;
  readonly errorName?: string;
  readonly errorType?: string;
  readonly errorLocation?: { readonly lineNumber: number; readonly columnNumber: number };
  readonly failureInfo?: FailureInfo;
}

/** An exception of Trino's. */
interface FailureInfo {
  readonly message?: string;
  readonly cause?: FailureInfo;
}

/** What to do about a failure, by Trino's name of it and, behind a blank, its message. */
const ADVICE: readonly (readonly [failure: RegExp, advice: string])[] = [
  [
    /^(?:EXCEEDED_\w*MEMORY_LIMIT|CLUSTER_OUT_OF_MEMORY) /,
    "it needs more memory than Trino may take: read fewer rows or columns, or count with approx_distinct",
  ],
  [/^CATALOG_NOT_FOUND /, "a catalog is there while its service runs: start that service, and see SHOW CATALOGS"],
  [/^(?:SCHEMA|TABLE|COLUMN)_NOT_FOUND /, "check the name; SHOW SCHEMAS, SHOW TABLES and DESCRIBE list what there is"],
  [
    /^DELTA_LAKE_(?:INVALID_TABLE|BAD_DATA|INVALID_SCHEMA Error getting snapshot)/,
    "look into the table's _delta_log: a version of it is missing or damaged",
  ],
  [
    /^(?:HIVE_METASTORE_ERROR|HIVE_FILESYSTEM_ERROR|HIVE_CANNOT_OPEN_SPLIT) /,
    "check that HDFS and what keeps Hive's tables run",
  ],
  [/^KAFKA_/, "check that Kafka runs, and that the topic is there"],
  [/^(?:USER_CANCELED|ADMINISTRATIVELY_KILLED) /, "somebody ended it"],
];

/** Failures that pass. */
const PASSING = new Set([
  "SERVER_STARTING_UP",
  "SERVER_SHUTTING_DOWN",
  "NO_NODES_AVAILABLE",
  "TOO_MANY_REQUESTS_FAILED",
  "REMOTE_HOST_GONE",
  "QUERY_QUEUE_FULL",
  "TRANSACTION_CONFLICT",
]);

/** The error of a statement that Trino failed. */
export function trinoError(error: ErrorDescription, queryId: string): TrinoError {
  const { message = "no reason given", errorName = "UNKNOWN", errorType = "INTERNAL_ERROR", errorLocation } = error;
  const { lineNumber: line, columnNumber: column } = errorLocation ?? {};
  const advice = ADVICE.find(([failure]) => failure.test(`${errorName} ${message}`))?.[1];
  const text = [message, ...rootCause(error)].join(": ").replace(/\s+/g, " ").trim();
  return new TrinoError(
    `Trino failed: ${text} (${errorName})${advice === undefined ? "" : `; ${advice}`}`,
    { errorName, errorType, line, column, queryId },
    { cause: error, hint: { log: "trino" }, retriable: PASSING.has(errorName) },
  );
}

/** What led to a failure, where its message does not say that: "Failed to write …" is one of S3 that was away, and of a disk that is full. */
function rootCause({ message = "", failureInfo, errorType }: ErrorDescription): string[] {
  if (errorType === "USER_ERROR") return [];
  let root = failureInfo?.cause;
  while (root?.cause !== undefined) root = root.cause;
  const said = root?.message?.split("\n", 1)[0] ?? "";
  return said === "" || message.includes(said) ? [] : [said];
}

/** A statement that Trino does not know, which it has known before. */
export function forgotten(address: string, queryId: string): TrinoError {
  return new TrinoError(
    `Trino at ${address} does not know the statement ${queryId} any more: it was started again, or nobody has read its rows for five minutes; run it again`,
    { errorName: "QUERY_GONE", errorType: "INTERNAL_ERROR", line: undefined, column: undefined, queryId },
    { hint: { log: "trino" }, retriable: true },
  );
}

export function unreachable(address: string, cause: unknown): StreambookError {
  const { cause: root } = (cause ?? {}) as Error;
  const why = (root as NodeJS.ErrnoException | undefined)?.code ?? messageOf(root ?? cause);
  return new StreambookError("UNREACHABLE", `no Trino answers at ${address} (${why})`, {
    cause,
    hint: { start: ["trino"], log: "trino" },
  });
}
