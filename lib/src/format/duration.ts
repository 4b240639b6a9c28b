/** A duration with the precision that matters: `45 ms`, `0.42 s`, `9.5 s`, `2 min 05 s`, `1 h 01 min`. */
export function formatSeconds(seconds: number): string {
  return durationParts(seconds)
    .map(({ value, unit }) => `${value} ${unit}`)
    .join(" ");
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

/** How long something has been there, its largest units only: `45 s`, `12 min`, `3 h 20 min`, `2 d 5 h`. */
export function formatAge(seconds: number): string {
  const [days, hours, minutes] = [
    Math.floor(seconds / 86400),
    Math.floor(seconds / 3600) % 24,
    Math.floor(seconds / 60) % 60,
  ];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min` : `${Math.floor(seconds)} s`;
}
