/** Numbers as people read them: in every language setting the same, so that a page does not depend on who made it. */

/** A whole number in groups of three: `1,204,332`. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** A duration with the precision that matters: `45 ms`, `0.42 s`, `9.5 s`, `2 min 05 s`. Its spaces do not break. */
export function formatSeconds(seconds: number): string {
  return durationParts(seconds)
    .map(({ value, unit }) => `${value}\u00a0${unit}`)
    .join("\u00a0");
}

/** A part of a duration: `{ value: "2", unit: "min" }`. */
export interface DurationPart {
  readonly value: string;
  readonly unit: string;
}

/** The parts of a duration as {@link formatSeconds} joins them. */
export function durationParts(seconds: number): DurationPart[] {
  const digits = (places: number): string => seconds.toFixed(places).replace(/\.?0+$/, "");
  if (seconds > 0 && seconds < 0.0995) return [{ value: String(Math.max(1, Math.round(seconds * 1000))), unit: "ms" }];
  if (seconds < 9.995) return [{ value: digits(2), unit: "s" }];
  if (seconds < 59.95) return [{ value: seconds.toFixed(1).replace(/\.0$/, ""), unit: "s" }];
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  const two = (value: number): string => String(value).padStart(2, "0");
  if (minutes < 60)
    return [
      { value: String(minutes), unit: "min" },
      { value: two(whole % 60), unit: "s" },
    ];
  return [
    { value: String(Math.floor(minutes / 60)), unit: "h" },
    { value: two(minutes % 60), unit: "min" },
  ];
}

/** A size in bytes: `512 B`, `12.4 kB`, `50 MB` (decimal units). Its space does not break. */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1).replace(/\.0$/, "")}\u00a0${units[unit]}`;
}

/** A count with its noun: `1 text`, `9 texts`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}
