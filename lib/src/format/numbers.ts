/** A whole number in groups of three: `1,204,332`. */
export function formatCount(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

const compact = new Intl.NumberFormat("en-US", { notation: "compact", maximumSignificantDigits: 3 });

/** A whole number where there is little room: `99,999` as it is, and from a hundred thousand on `1.2M`. */
export function compactCount(value: number): string {
  return value < 100_000 ? formatCount(value) : compact.format(value);
}

/** A count with its noun: `1 text`, `9 texts`, `2 entries`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

const disjunction = new Intl.ListFormat("en", { type: "disjunction" });

/** What one may choose from, as a sentence says it: `a`, `a or b`, `a, b, or c`. */
export function alternatives(choices: readonly string[]): string {
  return disjunction.format(choices);
}

/** The same text with spaces that do not break: on a page, `9.5 s` then stays on one line. */
export function unbroken(text: string): string {
  return text.replaceAll(" ", "\u00a0");
}
