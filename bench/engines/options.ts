/** What `npm run bench -- engines` is asked to do. */
import { StreambookError } from "../../lib/src/errors/index.ts";
import { alternatives } from "../../lib/src/format/index.ts";
import { parseCount, parseOptions } from "../arguments.ts";

/** The engines, in the order of the table. */
export const engineNames = ["ours", "python", "python-words", "pyspark", "spark"] as const;

export type EngineName = (typeof engineNames)[number];

/** Options of the benchmark. */
export interface EnginesOptions {
  readonly messages: number;
  /** How often each engine runs, in turn with the others. */
  readonly pairs: number;
  /** Whether a round that does not count comes first. A long run needs none: what is slow at first is little of it. */
  readonly warmUp: boolean;
  /** Which engines run. Ours always does: it is what the others are compared with. */
  readonly only: readonly EngineName[];
}

/** What runs without `--only`: all that needs no service beyond the core. */
const USUAL: readonly EngineName[] = ["ours", "python", "python-words", "pyspark"];

/** @throws USAGE for an unknown option or engine, and for a number that is none */
export function parseEnginesOptions(given: readonly string[]): EnginesOptions {
  const {
    messages = "50000",
    pairs = "3",
    only,
    "warm-up": warmUp = "yes",
  } = parseOptions(given, ["messages", "pairs", "only", "warm-up"]);
  if (warmUp !== "yes" && warmUp !== "no")
    throw new StreambookError("USAGE", `--warm-up must be yes or no, and is ${JSON.stringify(warmUp)}`);
  return {
    messages: parseCount("messages", messages),
    pairs: parseCount("pairs", pairs),
    warmUp: warmUp === "yes",
    only: only === undefined ? USUAL : parseEngines(only),
  };
}

function parseEngines(text: string): EngineName[] {
  const names = text.split(",").map((name) => name.trim());
  const isEngine = (name: string): name is EngineName => (engineNames as readonly string[]).includes(name);
  const unknown = names.find((name) => !isEngine(name));
  if (unknown !== undefined)
    throw new StreambookError(
      "USAGE",
      `--only: there is no engine ${JSON.stringify(unknown)}; give some of ${alternatives(engineNames)}, with commas`,
    );
  const wanted = new Set<string>(["ours", ...names]);
  return engineNames.filter((name) => wanted.has(name));
}
