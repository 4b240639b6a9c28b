/** Decimal numbers as messages carry them: exact, whatever a double would make of them. */

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/**
 * A decimal number without its point: `12.3` with a scale of 2 is 1230.
 *
 * @param value text such as `-12.30`, or a number, whose shortest decimal form is taken
 * @param precision most digits
 * @param scale digits after the point
 * @returns undefined when the value is no decimal number or has too many digits, before the point or after it
 *
 * @example
 * ```ts
 * import { unscaled } from "streambook/schema";
 * console.assert(unscaled("12.3", 10, 2) === 1230n && unscaled(0.1 + 0.2, 10, 2) === undefined);
 * ```
 */
export function unscaled(value: unknown, precision: number, scale: number): bigint | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const [, sign = "", whole = "", part = ""] = DECIMAL.exec(String(value)) ?? [];
  const [digits, fraction] = [whole.replace(/^0+/, ""), part.replace(/0+$/, "")];
  if (whole === "" || fraction.length > scale || digits.length > precision - scale) return undefined;
  return BigInt(`${digits}${fraction.padEnd(scale, "0")}` || "0") * (sign === "" ? 1n : -1n);
}
