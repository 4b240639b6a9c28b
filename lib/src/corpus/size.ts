import { StreambookError } from "../errors/index.ts";

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
};

/**
 * The number of bytes that a size such as `50MB`, `1.5 GiB` or `800` means. KB, MB and GB count in thousands, KiB, MiB and
 * GiB in 1024s; capitals do not matter.
 *
 * @throws USAGE when the text is not a size
 *
 * @example
 * ```ts
 * import { parseSize } from "streambook/corpus";
 * console.assert(parseSize("50MB") === 50_000_000 && parseSize("1KiB") === 1024);
 * ```
 */
export function parseSize(text: string): number {
  const [, number = "", unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit.toLowerCase()] ?? NaN);
  if (number === "" || !Number.isSafeInteger(Math.round(bytes)) || bytes < 1) {
    throw new StreambookError(
      "USAGE",
      `"${text}" is not a size; write a number and a unit, such as 500KB, 50MB or 1GB`,
    );
  }
  return Math.round(bytes);
}
