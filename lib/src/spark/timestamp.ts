/** Times as texts: ISO 8601 with three digits of a second, with six where the last three are not zero. */

/** @param microseconds since 1970, UTC @param zone what stands behind: `Z`, or nothing for a time that knows no zone */
export function timestampText(microseconds: bigint, zone: "Z" | ""): string {
  const rest = ((microseconds % 1000n) + 1000n) % 1000n;
  const text = new Date(Number((microseconds - rest) / 1000n)).toISOString().slice(0, -1);
  return `${text}${rest === 0n ? "" : String(rest).padStart(3, "0")}${zone}`;
}

/** The microseconds of such a text; undefined when it is none. */
export function timestampMicroseconds(text: string): bigint | undefined {
  const [, whole, fraction = ""] = /^((?:[+-]\d{2})?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/.exec(text) ?? [];
  const milliseconds = whole === undefined ? NaN : Date.parse(`${whole}.000Z`);
  // a day that no calendar has, as 30 February, would become another
  if (Number.isNaN(milliseconds) || !new Date(milliseconds).toISOString().startsWith(whole ?? "")) return undefined;
  return BigInt(milliseconds) * 1000n + BigInt(fraction.padEnd(6, "0"));
}
