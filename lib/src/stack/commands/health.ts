/** The services as they are now, looked at again and again: at little cost, because a question costs the one who answers, too. */
import type { StackOptions } from "../events.ts";
import { answers } from "../observe/readiness.ts";
import { ProcessTable } from "../observe/running.ts";
import { lookAtServices, type ServiceStatus } from "./status.ts";

/** How long "it answers" is believed while the same process runs, in milliseconds. */
const BELIEVED = 15_000;

/** Looks at the services as `status` does. A service that has answered lately is not asked again; one that has not is, at every look. */
export class ServiceHealth {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #processes = new ProcessTable();
  readonly #answered = new Map<string, { readonly pid: number | undefined; readonly at: number }>();

  constructor({ environment = process.env }: Pick<StackOptions, "environment"> = {}) {
    this.#environment = environment;
  }

  /**
   * The services of the core, and those of further profiles that run or should; without their keys.
   *
   * @throws USAGE when the environment names only some addresses of a service that runs elsewhere
   */
  async look(signal?: AbortSignal): Promise<Omit<ServiceStatus, "secrets">[]> {
    const found = await lookAtServices(
      { environment: this.#environment, signal },
      {
        find: (layout, expected) => this.#processes.find(layout, expected),
        doesAnswer: (name, address, pid, limit) => this.#answers(name, address, pid, limit),
      },
    );
    return found.map(({ secrets: _, ...rest }) => rest);
  }

  async #answers(
    name: string,
    address: string,
    pid: number | undefined,
    signal: AbortSignal | undefined,
  ): Promise<boolean> {
    const before = this.#answered.get(name);
    if (before !== undefined && before.pid === pid && performance.now() - before.at < BELIEVED) return true;
    const works = await answers(name, address, signal);
    if (works) this.#answered.set(name, { pid, at: performance.now() });
    else this.#answered.delete(name);
    return works;
  }
}
