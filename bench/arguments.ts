/** The options of a benchmark on its command line: `--messages 50000`. Each is wrong or right before anything is started. */
import { parseArgs } from "node:util";
import { alternatives } from "../lib/src/format/index.ts";
import { StreambookError } from "../lib/src/errors/index.ts";

/**
 * Reads `--name value` for each of some names.
 *
 * @returns the values that were given
 * @throws USAGE for another name, or an option without a value
 */
export function parseOptions<Name extends string>(
  given: readonly string[],
  names: readonly Name[],
): Partial<Record<Name, string>> {
  try {
    const options = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
    return parseArgs({ args: [...given], options }).values as Partial<Record<Name, string>>;
  } catch (cause) {
    const which = alternatives(names.map((name) => `--${name} VALUE`));
    throw new StreambookError("USAGE", `${(cause as Error).message.split(". ")[0]}; this benchmark takes ${which}`, {
      cause,
    });
  }
}

/**
 * Reads options that are whole numbers.
 *
 * @throws USAGE as {@link parseOptions}, and for what is no whole number above 0
 */
export function parseCounts<Name extends string>(
  given: readonly string[],
  names: readonly Name[],
): Partial<Record<Name, number>> {
  const found = Object.entries(parseOptions(given, names)) as [Name, string][];
  return Object.fromEntries(found.map(([name, text]) => [name, parseCount(name, text)])) as Partial<
    Record<Name, number>
  >;
}

/** @throws USAGE for what is no whole number above 0 */
export function parseCount(name: string, text: string): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(count) && count > 0) return count;
  throw new StreambookError("USAGE", `--${name} must be a whole number above 0, and is ${JSON.stringify(text)}`);
}
