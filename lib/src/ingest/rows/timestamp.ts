/** Times as messages carry them: ISO 8601, UTC, up to microseconds. */

/** A point in time, as a table wants it. */
export interface Timestamp {
  /** Microseconds since 1970-01-01T00:00:00Z. */
  readonly microseconds: bigint;
  /** The UTC second, `2026-01-31T23:59:59`. */
  readonly second: string;
}

/** By what rows are kept apart in files: the UTC date of their time, or the hour. */
export type Granularity = "date" | "hour";

/** Length of the beginning of a time that says its date, `2026-01-31`, or its hour, `2026-01-31T23`. */
export const PERIOD_LENGTH: Readonly<Record<Granularity, number>> = { date: 10, hour: 13 };

const SECONDS = "2026-01-01T00:00:00".length;
let last = { second: "", microseconds: 0n };

/**
 * Reads `2026-01-31T23:59:59.123456Z`. Digits after the sixth are cut. Neighbouring messages share their second, so the
 * last one read is remembered.
 *
 * @param text a time that the schema's check has accepted
 */
export function parseTimestamp(text: string): Timestamp {
  if (!text.startsWith(last.second) || last.second === "") {
    const second = text.slice(0, SECONDS);
    last = { second, microseconds: BigInt(Date.parse(`${second}Z`)) * 1000n };
  }
  const fraction = text.slice(SECONDS + 1, -1);
  const microseconds =
    fraction === "" ? last.microseconds : last.microseconds + BigInt(fraction.slice(0, 6).padEnd(6, "0"));
  return { microseconds, second: last.second };
}
