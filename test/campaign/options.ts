/** The command line of a campaign. */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { StreambookError } from "../../lib/src/errors/index.ts";
import { alternatives } from "../../lib/src/format/index.ts";

/** What is struck at. */
export const kinds = ["kills", "services", "network", "disk"] as const;
export type Kind = (typeof kinds)[number];

export const USAGE = `usage: npm run campaign -- ${kinds.join(" | ")} [--minutes N] [--faults N] [--seed N] [--consumers N] [--brokers 3] [--output FOLDER]`;

/** Minutes of a campaign that is given neither minutes nor a number of faults. */
const MINUTES = 5;

export interface Options {
  readonly kind: Kind;
  /** It strikes no more after so many minutes, or so many faults, whichever comes first; Infinity for no limit. */
  readonly minutes: number;
  readonly faults: number;
  readonly seed: number;
  readonly consumers: number;
  /** Nodes of Kafka: 1, or 3, each with a copy of every message. */
  readonly brokers: number;
  readonly output: string;
}

/**
 * @throws USAGE for what is missing, unknown, or out of range
 */
export function parseOptions(given: readonly string[]): Options {
  const { values, positionals } = parse(given);
  const [kind, ...more] = positionals;
  if (kind === undefined || more.length > 0) usage(`give one of ${alternatives(kinds)}`);
  if (!isKind(kind)) usage(`there is no campaign ${JSON.stringify(kind)}; give one of ${alternatives(kinds)}`);
  const brokers = values.brokers === undefined ? 1 : wholeNumber("brokers", values.brokers, 1, 3);
  if (brokers === 2) usage("--brokers must be 1 or 3: two of two would have to agree");
  if (brokers > 1 && (kind === "network" || kind === "disk"))
    usage(`the campaign ${kind} strikes at one broker; leave --brokers out, or give kills or services`);
  const faults = values.faults === undefined ? Infinity : wholeNumber("faults", values.faults, 1, 1e6);
  return {
    kind,
    minutes: values.minutes === undefined ? (faults < Infinity ? Infinity : MINUTES) : minutesOf(values.minutes),
    faults,
    seed:
      values.seed === undefined ? Math.floor(Math.random() * 1e6) : wholeNumber("seed", values.seed, 0, 2 ** 32 - 1),
    consumers: values.consumers === undefined ? 3 : wholeNumber("consumers", values.consumers, 1, 8),
    brokers,
    output: resolve(values.output ?? `output/campaign-${kind}`),
  };
}

function parse(given: readonly string[]) {
  const text = { type: "string" } as const;
  const options = { minutes: text, faults: text, seed: text, consumers: text, brokers: text, output: text };
  try {
    return parseArgs({ args: [...given], options, allowPositionals: true });
  } catch (cause) {
    return usage((cause as Error).message.split(". ")[0] ?? "");
  }
}

function isKind(text: string): text is Kind {
  return (kinds as readonly string[]).includes(text);
}

function minutesOf(text: string): number {
  const minutes = Number(text);
  if (text.trim() !== "" && minutes > 0 && minutes <= 24 * 60) return minutes;
  return usage(`--minutes must be a number above 0, at most 1440, and is ${JSON.stringify(text)}`);
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  return usage(`--${name} must be a whole number from ${least} to ${most}, and is ${JSON.stringify(text)}`);
}

function usage(problem: string): never {
  throw new StreambookError("USAGE", problem);
}
