/** What Spark says when it fails: https://spark.apache.org/docs/latest/sql-error-conditions.html */
import { BinaryReader } from "@bufbuild/protobuf/wire";
import { Code, ConnectError } from "@connectrpc/connect";
import { messageOf, StreambookError, type ErrorCode, type StreambookErrorOptions } from "../errors/index.ts";
import type { FetchErrorDetailsResponse } from "./messages/base.ts";
import { explainTask } from "./task/failure.ts";

/** What Spark knows of a failure, beside its text. */
export interface SparkFailure {
  /** Spark's own name of what is wrong: `TABLE_OR_VIEW_NOT_FOUND`, `DIVIDE_BY_ZERO`; undefined when it gave none. */
  readonly condition?: string | undefined;
  /** SQLSTATE, five letters and digits: `42P01`. */
  readonly sqlState?: string | undefined;
  /** What the condition is about, by name: `{ relationName: "`nowhere`" }`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The part of the statement that is at fault. */
  readonly fragment?: string | undefined;
}

/** A statement, a stream or an estimator that Spark failed. */
export class SparkError extends StreambookError implements SparkFailure {
  readonly condition: string | undefined;
  readonly sqlState: string | undefined;
  readonly parameters: Readonly<Record<string, string>>;
  readonly fragment: string | undefined;

  constructor(code: ErrorCode, message: string, failure: SparkFailure, options: StreambookErrorOptions = {}) {
    super(code, message, options);
    this.name = "SparkError";
    this.condition = failure.condition;
    this.sqlState = failure.sqlState;
    this.parameters = failure.parameters;
    this.fragment = failure.fragment;
  }
}

/**
 * What Spark says with a failed call, by name: the trailer that gRPC's servers give reasons in (google.rpc.ErrorInfo); undefined
 * when Spark has not answered it, but the network or gRPC.
 */
export function errorInfo(error: ConnectError): Readonly<Record<string, string>> | undefined {
  for (const detail of error.details)
    if ("type" in detail && detail.type === "google.rpc.ErrorInfo" && detail.value instanceof Uint8Array)
      return readErrorInfo(detail.value);
  return undefined;
}

/** `reason = 1`, `domain = 2`, `map<string, string> metadata = 3`. */
function readErrorInfo(bytes: Uint8Array): Record<string, string> {
  const metadata: [string, string][] = [];
  readFields(bytes, (field, reader) => {
    if (field !== 3) return false;
    metadata.push(readEntry(reader.bytes()));
    return true;
  });
  return Object.fromEntries(metadata);
}

function readEntry(bytes: Uint8Array): [string, string] {
  const entry: [string, string] = ["", ""];
  readFields(bytes, (field, reader) => {
    if (field !== 1 && field !== 2) return false;
    entry[field - 1] = reader.string();
    return true;
  });
  return entry;
}

function readFields(bytes: Uint8Array, take: (field: number, reader: BinaryReader) => boolean): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag();
    if (!take(field, reader)) reader.skip(wireType, field);
  }
}

/** Whether a call broke on its way, so that it may be taken up again: Spark has given no reason, and nobody here has aborted. */
export function isBroken(error: unknown): boolean {
  if (!(error instanceof ConnectError) || errorInfo(error) !== undefined) return false;
  return BROKEN.has(error.code);
}

const BROKEN = new Set([Code.Canceled, Code.Unavailable, Code.Aborted, Code.Internal, Code.Unknown]);

/** Whether Spark no longer knows the session or the statement: it was started again, or has given the session up. */
export function isForgotten(error: unknown): boolean {
  if (!(error instanceof ConnectError)) return false;
  return /INVALID_HANDLE\.(?:SESSION|OPERATION)_|INVALID_CURSOR|SESSION_CHANGED/.test(error.rawMessage);
}

/** Whether Spark knows nothing of an operation: it has forgotten it, or never heard of it. */
export function isUnknownOperation(error: unknown): boolean {
  return error instanceof ConnectError && error.rawMessage.includes("INVALID_HANDLE.OPERATION_NOT_FOUND");
}

/** The error of a call that Spark refused or failed. @param details what it says when it is asked again */
export function sparkError(error: ConnectError, details?: FetchErrorDetailsResponse): SparkError {
  const root = details === undefined ? undefined : reasonIn(details);
  const metadata = errorInfo(error) ?? {};
  const failure: SparkFailure = {
    condition: root?.sparkThrowable?.errorClass ?? metadata["errorClass"],
    sqlState: root?.sparkThrowable?.sqlState ?? metadata["sqlState"],
    parameters: root?.sparkThrowable?.messageParameters ?? {},
    fragment: root?.sparkThrowable?.queryContexts[0]?.fragment,
  };
  const said = [error.rawMessage, ...(details?.errors.map(({ message }) => message) ?? [])].join("\n");
  const task = explainTask(said);
  if (task !== undefined) return new SparkError("TASK_FAILED", task, failure, { cause: error, hint: { log: "spark" } });
  return new SparkError(
    "SPARK_FAILED",
    `Spark failed: ${explain(root?.message ?? error.rawMessage, failure)}`,
    failure,
    {
      cause: error,
      hint: { log: "spark" },
    },
  );
}

/** The error that says what is wrong: the outermost, but the one below it where that one only says that a task has failed. */
function reasonIn({ errors, rootErrorIdx = 0 }: FetchErrorDetailsResponse): Detail | undefined {
  let reason = errors[rootErrorIdx];
  for (let below = reason; below?.causeIdx !== undefined;) {
    if (reason?.sparkThrowable?.errorClass !== "TASK_WRITE_FAILED") break;
    below = errors[below.causeIdx];
    if (below?.sparkThrowable?.errorClass !== undefined) reason = below;
  }
  return reason;
}

type Detail = FetchErrorDetailsResponse["errors"][number];

/**
 * What is wrong, on one line: Spark's first sentences, without the condition and SQLSTATE that stand around them (both are
 * fields of the error), without the statement or the plan that it repeats, and without Java's stack.
 */
export function explain(message: string, { condition }: Pick<SparkFailure, "condition">): string {
  const text = message
    .replace(/^\s*\[[\w.]+\]\s*/, "")
    .replace(/\s*SQLSTATE: \w+[^]*$/, "")
    .replace(/\s*== SQL[^]*$/, "")
    .replace(/\s*(?:=== Streaming Query ===|This stopped SparkContext was created at:)[^]*$/, "")
    .replace(/\n\s*at [\w.$/<>]+\([^]*$/, "")
    .replace(/^[\w.]*\.StreamingQueryException: /, "")
    .replace(/\s+/g, " ")
    .trim();
  return condition === undefined ? text : `${text} (${condition})`;
}

/** @param where `host:port` */
export function unreachable(where: string, cause: unknown): StreambookError {
  const why = cause instanceof ConnectError ? cause.rawMessage : messageOf(cause);
  return new StreambookError("UNREACHABLE", `no Spark answers at ${where} (${why})`, {
    cause,
    hint: { start: ["spark"], log: "spark" },
  });
}

/** @param where `host:port` */
export function sessionLost(where: string, cause: unknown): StreambookError {
  return new StreambookError(
    "SPARK_SESSION_LOST",
    `Spark at ${where} does not know this session any more: it was started again, or the session was idle for an hour; open a new one`,
    { cause, hint: { log: "spark" } },
  );
}
