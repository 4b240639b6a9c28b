/** Times and dates as messages write them. */

/** The form of a date in messages. */
export const isoDate = /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/;
/** The form of a time in messages. */
export const isoUtc =
  /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

/** Whether text is a time: ISO 8601, UTC, on a day that there is. */
export function isTime(text: string): boolean {
  return isoUtc.test(text) && isDay(text.slice(0, 10));
}

/** Whether text is a date that there is. */
export function isDate(text: string): boolean {
  return isoDate.test(text) && isDay(text);
}

/** Whether a month has that day: `Date` takes 30 February for 2 March. */
function isDay(date: string): boolean {
  return Number(date.slice(8)) <= 28 || new Date(`${date}T00:00:00Z`).toISOString().startsWith(date);
}

/**
 * A time so that text compares as times do: with nine digits after the second.
 *
 * @param time as {@link isTime} accepts
 */
export function comparable(time: string): string {
  return `${time.slice(0, 19)}.${time.slice(20, -1).padEnd(9, "0")}`;
}
