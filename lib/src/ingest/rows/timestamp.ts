/** Times as messages carry them: ISO 8601, UTC, up to microseconds. */

/** A point in time, as a table wants it. */
export interface Timestamp {
  /** Microseconds since 1970-01-01T00:00:00Z. */
  readonly microseconds: bigint;
  /** The UTC date, `YYYY-MM-DD`. */
  readonly date: string;
}

const SECONDS = "2026-01-01T00:00:00".length;
let last = { prefix: "", microseconds: 0n, date: "" };

/**
 * Reads `2026-01-31T23:59:59.123456Z`. Digits after the sixth are cut. Neighbouring messages share their second, so the
 * last one read is remembered.
 *
 * @param text a time that the schema's check has accepted
 */
export function parseTimestamp(text: string): Timestamp {
  if (!text.startsWith(last.prefix) || last.prefix === "") {
    const prefix = text.slice(0, SECONDS);
    last = { prefix, microseconds: BigInt(Date.parse(`${prefix}Z`)) * 1000n, date: text.slice(0, 10) };
  }
  const fraction = text.slice(SECONDS + 1, -1);
  const microseconds =
    fraction === "" ? last.microseconds : last.microseconds + BigInt(fraction.slice(0, 6).padEnd(6, "0"));
  return { microseconds, date: last.date };
}
