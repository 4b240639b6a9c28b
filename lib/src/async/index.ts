/** Waiting done well: every wait has a limit and listens to an AbortSignal. */
export { anySignal } from "./any-signal.ts";
export { delay } from "./delay.ts";
export { Gate } from "./gate.ts";
export { backOff, retry, type BackOffOptions, type RetryOptions } from "./retry.ts";
export { until, type UntilOptions } from "./until.ts";
export { withTimeout } from "./timeout.ts";
export { mapConcurrent } from "./map-concurrent.ts";
export { orAborted } from "./or-aborted.ts";
export { together } from "./together.ts";
