/** What Superset says when it refuses or fails a request, and what to do about it. */
import { messageOf, StreambookError, type StreambookErrorOptions } from "../errors/index.ts";

/** A request that Superset refused or failed. */
export class SupersetError extends StreambookError {
  /** The HTTP status; 200 for a chart whose database has failed. */
  readonly status: number;
  /** What Superset says, one thing each: `datasource_id: Missing data for required field.` */
  readonly reasons: readonly string[];

  constructor(message: string, status: number, reasons: readonly string[], options: StreambookErrorOptions = {}) {
    super("SUPERSET_FAILED", message, options);
    this.name = "SupersetError";
    this.status = status;
    this.reasons = reasons;
  }
}

/** What to do, by what was asked for and what Superset says. */
const ADVICE: readonly (readonly [reason: RegExp, advice: string])[] = [
  [
    /no such (?:table|column)|has no column named|Undefined(?:Table|Column)/,
    "its database is of another version of Superset: end it and start it again, which brings the database up to date",
  ],
  [
    /Failed to establish a new connection|Connection failed|Connection refused/,
    "check that the database of its charts runs, and where it runs",
  ],
  [
    /^(?:to make|to change) the dataset .*: (?:Fatal error|Dataset could not be )/,
    "check that its table or view is there and has all columns that are declared, and that nothing else in Superset has this name",
  ],
  [
    /already exists|Must be unique/i,
    "rename or delete in Superset what has this name, and was not made by this program",
  ],
  [
    /(?:Table|Schema|View) .*(?:does not exist|could not be found)|TABLE_NOT_FOUND|SCHEMA_NOT_FOUND|No such table/i,
    "make the tables and views that its charts ask, and try again",
  ],
];

/** The error of a request that Superset refused. @param what was asked for: "to make the chart Languages" */
export function refused(address: string, what: string, status: number, body: string): SupersetError {
  const reasons = reasonsOf(body);
  const advice = ADVICE.find(([pattern]) => reasons.some((reason) => pattern.test(`${what}: ${reason}`)))?.[1];
  const said = reasons.length === 0 ? "no reason given" : reasons.join("; ");
  return new SupersetError(
    `Superset at ${address} refuses ${what}: ${said} (HTTP status ${status})${advice === undefined ? "" : `; ${advice}`}`,
    status,
    reasons,
    { hint: { log: "superset" }, retriable: status >= 500 },
  );
}

/** The error of a login that was refused. */
export function denied(address: string, user: string): StreambookError {
  return new StreambookError(
    "SUPERSET_DENIED",
    `Superset at ${address} does not accept the password of ${user}; give the one that was generated for this set-up`,
  );
}

/** The error of a Superset that does not answer, or of something else that does. */
export function unreachable(address: string, cause: unknown): StreambookError {
  const { cause: root } = (cause ?? {}) as Error;
  const why = (root as NodeJS.ErrnoException | undefined)?.code ?? messageOf(root ?? cause);
  return new StreambookError("UNREACHABLE", `no Superset answers at ${address} (${why})`, {
    cause,
    hint: { start: ["superset"], log: "superset" },
  });
}

/** What an answer says, in any of the forms that Superset has for it; of a page, its text. */
export function reasonsOf(body: string): string[] {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return [shortened(body.replace(/<(style|script)[^]*?<\/\1>|<[^>]*>/g, " "))].filter(Boolean);
  }
  const { message, msg, errors, error } = (answer ?? {}) as Record<string, unknown>;
  return [message, msg, errors, error].flatMap((part) => flattened(part)).map(shortened);
}

/** Texts in a message that may be a text, a list, or lists by field. */
function flattened(part: unknown, field = ""): string[] {
  if (part === undefined || part === null) return [];
  if (typeof part === "string") return [field === "" ? part : `${field}: ${part}`];
  if (Array.isArray(part)) return part.flatMap((one) => flattened(one, field));
  if (typeof part !== "object") return [];
  const { message } = part as { message?: unknown };
  if (typeof message === "string") return flattened(message, field); // beside it are its kind, its level and its page
  return Object.entries(part).flatMap(([name, one]) => flattened(one, field === "" ? name : `${field}.${name}`));
}

function shortened(text: string): string {
  const line = text
    .replace(/\(Background on this error at: \S+\)/, "")
    .replace(/\s+/g, " ")
    .trim();
  return line.length > 500 ? `${line.slice(0, 499)}…` : line;
}
