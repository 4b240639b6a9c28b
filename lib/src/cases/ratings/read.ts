/** What a message says: a rating, or why it is none. */
import { compileCheck, type MessageCheck, type Schema } from "../../schema/index.ts";

const HOUR = 3_600_000;

/** A rating that was read. */
export interface Rating {
  readonly name: string;
  readonly movie: string;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The hour in which it was given, likewise. */
  readonly hour: number;
  readonly rating: number;
}

/** The hour of a time, both in milliseconds since 1970. */
export function hourOf(time: number): number {
  return Math.floor(time / HOUR) * HOUR;
}

/** An hour so many hours later, or earlier. */
export function hoursLater(hour: number, hours: number): number {
  return hour + hours * HOUR;
}

/** Letters of a key: Cassandra takes 64 KiB of all of them together. */
const LONGEST = 500;

/** Makes the reader of a schema's messages. It gives a rating, or a clause that says what the message is instead. */
export function ratingReader(schema: Schema): (value: Buffer | string | null) => Rating | string {
  const check = compileCheck(schema);
  return (value) => read(value, check);
}

function read(value: Buffer | string | null, check: MessageCheck): Rating | string {
  if (value === null) return "has no value";
  let message: unknown;
  try {
    message = JSON.parse(String(value));
  } catch {
    return "is not JSON";
  }
  const fault = check(message);
  if (fault !== undefined) return fault;
  const { name, movie, date, rating } = message as { name: string; movie: string; date: string; rating: number };
  for (const [field, key] of Object.entries({ name, movie }))
    if (key.trim() === "" || key.length > LONGEST)
      return `field "${field}" must have 1 to ${LONGEST} letters, because rows are found by it, and has ${key.length}`;
  const time = Date.parse(date);
  return { name, movie, time, hour: hourOf(time), rating };
}
