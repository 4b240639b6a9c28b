/**
 * What would help against an error, as data. The library knows the remedy, but not where its caller sits: the command line turns
 * a hint into commands and options, a notebook into what a learner does next, and a program may act on it.
 */
export interface Hint {
  /** Services that would have to run, under the names that `streambook/stack` knows them by; none named: the core. */
  readonly start?: readonly string[];
  /** The service whose log says more. */
  readonly log?: string;
  /** What shows more: which services run, or what this machine lacks. */
  readonly inspect?: "services" | "machine";
  /** Something is not installed, and set-up installs it or says what does. */
  readonly setUp?: true;
  /** A program of the pipeline that has to run first. */
  readonly run?: { readonly program: "source"; readonly port: number } | { readonly program: "producer" };
  /** Options of the caller that need another value. */
  readonly change?: readonly HintOption[];
  /** What is in the way may be replaced, if the caller permits it. */
  readonly replace?: true;
}

/** An option that a hint may ask to change. */
export type HintOption =
  "broker" | "chunkSize" | "data" | "input" | "maximumSize" | "output" | "port" | "schema" | "table" | "topic";
