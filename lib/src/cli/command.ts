/** What all commands share: options parsed by commander, one line for an error, exit codes, and Ctrl-C. */
import { resolve } from "node:path";
import { type Command, CommanderError, InvalidArgumentError } from "commander";
import { formatAddress, parseAddress } from "../address/index.ts";
import { exitCodeOf, isStreambookError, StreambookError } from "../errors/index.ts";
import { isoUtc } from "../schema/index.ts";
import { hostOf } from "../stack/index.ts";
import { onInterruption, outliveOutput } from "../../bin/signals.mjs";
import { SetupProblem } from "../../../setup/problem.mjs";
import { describeError, type HasFlag } from "./hints.ts";

/** What a command's function gets beside its options. */
export interface CommandContext {
  /**
   * Aborts when the command is asked to end: Ctrl-C, SIGTERM, a terminal that is closed, npm or the reader of the output that is
   * gone. The command then drains, closes and returns. A second Ctrl-C ends at once.
   */
  readonly signal: AbortSignal;
  /** What follows the options. */
  readonly operands: readonly string[];
  /** Whether `--verbose` was given. */
  readonly verbose: boolean;
  /** Says what a second Ctrl-C leaves behind. @default what `streambook status` shows */
  readonly whenEndedAtOnce: (message: string) => void;
}

/**
 * Wraps the function of a command: commander's `.action(action(async (options, { signal }) => …))`.
 * A {@link StreambookError} becomes one line on standard error and the exit code of the table; returning after an
 * interruption is a success.
 */
export function action<Options extends object>(
  run: (options: Options, context: CommandContext) => Promise<void>,
): (...parameters: unknown[]) => Promise<void> {
  return async (...parameters) => {
    const command = parameters.at(-1) as Command;
    // an option of the command itself before one of the same name of a command above
    const options = { ...command.optsWithGlobals<Options & { verbose?: boolean }>(), ...command.opts<Options>() };
    const verbose = options.verbose === true;
    const interruption = interruptible();
    const hasFlag: HasFlag = (flag) => command.options.some(({ long }) => long === flag);
    try {
      await run(options, { ...interruption, operands: command.args, verbose });
    } catch (error) {
      process.exitCode = report(error, { verbose, interrupted: interruption.signal.aborted, hasFlag });
    } finally {
      interruption.release();
    }
  };
}

type Interruption = Pick<CommandContext, "signal" | "whenEndedAtOnce"> & { release(): void };

/** What happens when nobody reads the output any more. */
let readerGone = (): void => process.exit();
outliveOutput(() => readerGone());

/** A signal that aborts when the command is asked to end; asked again, the process ends. */
function interruptible(): Interruption {
  const controller = new AbortController();
  let left = "`npx streambook status` shows what still runs";
  const abort = (): void => controller.abort(new DOMException("stopped by the user", "AbortError"));
  const stopListening = onInterruption(
    () => {
      process.stderr.write("\nstreambook: stopping … (Ctrl-C again ends at once)\n");
      abort();
    },
    (name) => {
      process.stderr.write(`\nstreambook: ended at once; ${left}\n`);
      process.exit(name === "SIGINT" ? 130 : 143);
    },
  );
  readerGone = abort;
  return {
    signal: controller.signal,
    whenEndedAtOnce: (message) => (left = message),
    release() {
      stopListening();
      readerGone = () => process.exit();
    },
  };
}

/** How {@link report} shows an error. */
interface ReportOptions {
  /** Whether its stack trace follows, and those of its causes. @default false */
  readonly verbose?: boolean;
  /** Whether the command was asked to end. @default false */
  readonly interrupted?: boolean;
  /** Which options the command has, for the advice. @default none */
  readonly hasFlag?: HasFlag;
}

/**
 * Prints an error on one line, with what to type against it.
 *
 * @returns the exit code
 */
export function report(
  error: unknown,
  { verbose = false, interrupted = false, hasFlag = () => false }: ReportOptions = {},
): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed it
  if (interrupted && (error as { name?: string })?.name === "AbortError") return 130;
  const unknown = verbose || isStreambookError(error) ? "" : " (--verbose shows where)";
  // Set-up's message has lines for each system.
  const message = error instanceof SetupProblem ? error.message : describeError(error, hasFlag) + unknown;
  process.stderr.write(`streambook: ${message}\n`);
  if (verbose && error instanceof Error) {
    for (let e: unknown = error; e instanceof Error; e = e.cause) process.stderr.write(`${e.stack ?? e.message}\n`);
  }
  return exitCodeOf(error);
}

/** An option's parser for whole numbers of at least `minimum`; anything else is wrong usage. */
export function wholeNumber(minimum: number, maximum: number = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < minimum || value > maximum) {
      const range = maximum === Number.MAX_SAFE_INTEGER ? `of ${minimum} or more` : `from ${minimum} to ${maximum}`;
      throw new InvalidArgumentError(`It must be a whole number ${range}.`);
    }
    return value;
  };
}

/** An option's parser for positive numbers, fractions allowed. */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError("It must be a number above 0.");
  return value;
}

/** An option's parser for parts of a whole, from 0 to 1. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0 && value <= 1))
    throw new InvalidArgumentError("It must be a share from 0 to 1.");
  return value;
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** An option's parser for lengths of time: `30s`, `10m`, `1h`, `1d`. Gives seconds. */
export function timeSpan(text: string): number {
  const [, value = "", unit = ""] = /^(\d+(?:\.\d+)?)\s*([smhd])$/.exec(text.trim()) ?? [];
  const seconds = Number(value) * (SECONDS[unit] ?? NaN);
  if (!Number.isFinite(seconds)) throw new InvalidArgumentError("It must be a length of time, such as 30s, 10m or 1h.");
  return seconds;
}

/** An option's parser for moments: ISO 8601 in UTC, or `now`. */
export function moment(text: string): Date {
  const date = text === "now" ? new Date() : new Date(isoUtc.test(text) ? text : NaN);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError("It must be a time such as 2026-09-13T06:45:00Z, or now.");
  return date;
}

/** An option's parser for files and folders: absolute, so that a message about it says where was looked. */
export function path(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("It must be a path, and is empty.");
  return resolve(text);
}

/** An option's parser for TCP ports. */
export const port = wholeNumber(0, 65535);

/** An option's parser for a service of which several addresses may be given, with commas between them, each as for {@link serviceAddress}. */
export function serviceAddresses(service: "kafka"): (text: string) => string {
  const one = serviceAddress(service);
  return (text) => text.split(",").map(one).join(",");
}

/** An option's parser for a service of the stack: `9092` means where the stack has it, `host:9092` elsewhere. */
export function serviceAddress(service: "kafka" | "hive"): (text: string) => string {
  return (text) => hostAndPort(text, () => hostOf(service));
}

/** An option's parser for `host:port`; a port alone means this machine, or the host that is given. */
export function hostAndPort(text: string, host: () => string = () => "127.0.0.1"): string {
  const address = parseAddress(text);
  if (address === undefined)
    throw new InvalidArgumentError("It must be a port or host:port, with a port from 1 to 65535.");
  return formatAddress(address.host ?? host(), address.port);
}

/** Throws the error of wrong usage. */
export function usage(message: string): never {
  throw new StreambookError("USAGE", message);
}
