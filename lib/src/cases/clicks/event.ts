/** One message as it is sent; the value is JSON, or what stands for a malformed one. */
export interface CaseEvent {
  readonly topic: string;
  readonly key: string;
  readonly value: string;
}

/** Knobs of the generator; shares are 0 to 1. */
export interface EventOptions {
  readonly seed?: number;
  readonly start?: Date;
  readonly late?: number;
  readonly doubled?: number;
  readonly malformed?: number;
}
