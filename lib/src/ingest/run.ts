/** What all topics of one run share: the first failure, which ends them all, and how services are waited for. */
import type { ServiceRetry } from "./service-retry.ts";

/** One run of {@link ingest}, whatever the number of its topics. */
export class Run {
  readonly #services: ServiceRetry;
  readonly #stop = new AbortController();
  #failure: { readonly error: unknown } | undefined;

  constructor(services: ServiceRetry) {
    this.#services = services;
  }

  /** Aborts with the first failure. */
  get stop(): AbortSignal {
    return this.#stop.signal;
  }

  get hasFailed(): boolean {
    return this.#failure !== undefined;
  }

  /** Ends the run; only the first failure counts. */
  fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#stop.abort(error);
  }

  /** @throws the failure, if there was one */
  throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  /** As {@link ServiceRetry.try}; ends at once when the run has failed. */
  retry<T>(what: string, operation: () => Promise<T>, ...ends: AbortSignal[]): Promise<T> {
    return this.#services.try(what, operation, this.stop, ...ends);
  }
}
