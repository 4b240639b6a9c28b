/** A job that goes on: halves side by side, and one of them in rounds. */
import { delay } from "../async/index.ts";
import { messageOf } from "../errors/index.ts";
import type { Logger } from "../log/index.ts";

/** How soon a round that has failed is tried again. */
const RETRY_SECONDS = 10;
/** For how long rounds may fail one after the other: a service that was killed is back by then. */
const FAILING_SECONDS = 600;

/** Options of {@link inRounds}. */
export interface RoundsOptions {
  /** Seconds from one round to the next. */
  readonly every: number;
  /** What a round is called in a warning. */
  readonly name: string;
  /** Whether another try may do. */
  readonly mayPass: (error: unknown) => boolean;
  readonly logger?: Logger | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Rounds one after the other. One that fails because a service is away is tried again, and so are the next ones for a while.
 *
 * @throws what another try cannot mend, or has not mended for ten minutes; the signal's reason
 */
export async function inRounds(round: () => Promise<void>, options: RoundsOptions): Promise<never> {
  const { every, name, mayPass, logger, signal } = options;
  for (let failing: number | undefined; ;) {
    try {
      await round();
      failing = undefined;
    } catch (error) {
      if (signal?.aborted === true || !mayPass(error)) throw error;
      failing ??= performance.now();
      if (performance.now() - failing > FAILING_SECONDS * 1000) throw error;
      logger?.warn(`${messageOf(error)}; the next ${name} does what this one has left`);
    }
    await delay((failing === undefined ? every : Math.min(every, RETRY_SECONDS)) * 1000, signal);
  }
}

/** Runs the halves of a job until the signal aborts. When one fails, the others are ended, too. @throws what the first has failed with */
export async function sideBySide(
  signal: AbortSignal | undefined,
  begin: (signal: AbortSignal) => readonly Promise<unknown>[],
): Promise<void> {
  const failed = new AbortController();
  const halves = begin(AbortSignal.any(signal === undefined ? [failed.signal] : [signal, failed.signal]));
  await Promise.all(
    halves.map((half) =>
      half.catch((error: unknown) => {
        failed.abort(error);
        if (signal?.aborted !== true) throw error;
      }),
    ),
  );
}
