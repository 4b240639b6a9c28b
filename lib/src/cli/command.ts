/** What all commands share: options parsed by commander, one line for an error, exit codes, and Ctrl-C. */
import { type Command, CommanderError } from "commander";
import { exitCodeOf, isStreambookError, StreambookError } from "../errors/index.ts";
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

/** Throws the error of wrong usage. */
export function usage(message: string): never {
  throw new StreambookError("USAGE", message);
}
