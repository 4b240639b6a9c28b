import { StreambookError } from "../errors/index.ts";

/** Decimal units count in thousands (SI); binary ones in 1024s (IEC 80000-13). */
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
 * A number of bytes in decimal units, as disks, networks and files are measured: `512 B`, `12.4 kB`, `50 MB`. One digit after
 * the point where there is one before the hundred.
 *
 * @param bytes 0 or more
 */
export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1).replace(/\.0$/, "")} ${units[unit]}`;
}

/**
 * The number of bytes that a size such as `50MB`, `1.5 GiB` or `800` means. kB, MB and GB count in thousands, KiB, MiB and
 * GiB in 1024s; capitals do not matter.
 *
 * @throws USAGE when the text is not a size
 *
 * @example
 * ```ts
 * import { parseBytes } from "streambook/format";
 * console.assert(parseBytes("50MB") === 50_000_000 && parseBytes("1KiB") === 1024);
 * ```
 */
export function parseBytes(text: string): number {
  const [, number = "", unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit.toLowerCase()] ?? NaN);
  if (number === "" || !Number.isSafeInteger(Math.round(bytes)) || bytes < 1) {
    throw new StreambookError(
      "USAGE",
      `"${text}" is not a size; write a number and a unit, such as 500kB, 50MB or 1GB`,
    );
  }
  return Math.round(bytes);
}
