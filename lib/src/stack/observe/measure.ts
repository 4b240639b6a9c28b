/** Asks the services for what they measure of themselves; what each offers stands in its file of the catalogue. */
import { withTimeout } from "../../async/index.ts";
import { messageOf } from "../../errors/index.ts";
import type { Sample } from "../../metrics/index.ts";
import { isExternal } from "../addresses.ts";
import { service, titleOf } from "../catalog/index.ts";
import type { StackOptions } from "../events.ts";
import { externalTopology } from "../external.ts";
import { openLayout } from "../layout.ts";
import type { Measured, Measurement } from "../service.ts";
import { readState, type State } from "../state.ts";

/** How often a service is asked the same at the most, and how long it may take, in milliseconds. */
const [INTERVAL, LIMIT] = [10_000, 5000];

/** What one service answered, or why it did not. */
export interface ServiceFigures {
  /** The instance. */
  readonly name: string;
  readonly samples: readonly Sample[];
  /** Why a question failed, if one did. */
  readonly failure?: string;
}

interface Answer {
  readonly at: number;
  readonly samples: readonly Sample[];
}

/** Asks again and again; what was answered a moment ago is not asked again. */
export class ServiceMeasures {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #answers = new Map<string, Answer>();

  constructor({ environment = process.env }: Pick<StackOptions, "environment"> = {}) {
    this.#environment = environment;
  }

  /**
   * The figures of services.
   *
   * @param names of instances that answer; one that does not would only be waited for
   */
  async look(names: readonly string[], signal?: AbortSignal): Promise<ServiceFigures[]> {
    const state = await readState(openLayout(this.#environment).stateFile);
    return Promise.all(names.map((name) => this.#figures(name, this.#place(name, state), signal)));
  }

  async #figures(name: string, at: Measured, signal: AbortSignal | undefined): Promise<ServiceFigures> {
    const questions = service(name).metrics ?? [];
    const answers = await Promise.allSettled(
      questions.map((question, index) => this.#ask(question, `${name} ${index}`, at, signal)),
    );
    signal?.throwIfAborted();
    const failed = answers.find((answer) => answer.status === "rejected");
    return {
      name,
      samples: answers.flatMap((answer) => (answer.status === "fulfilled" ? answer.value : [])),
      ...(failed !== undefined && { failure: messageOf(failed.reason) }),
    };
  }

  async #ask(
    { interval = INTERVAL, look }: Measurement,
    key: string,
    at: Measured,
    signal: AbortSignal | undefined,
  ): Promise<readonly Sample[]> {
    const before = this.#answers.get(key);
    // Half a look's time less: what is due at this look is not left until the next.
    if (before !== undefined && performance.now() - before.at < interval - INTERVAL / 10) return before.samples;
    this.#answers.delete(key);
    const ask = (limited: AbortSignal): Promise<readonly Sample[]> => look(at, limited);
    const samples = await withTimeout(`${titleOf(at.name)} to say what it measures`, LIMIT, ask, signal);
    this.#answers.set(key, { at: performance.now(), samples });
    return samples;
  }

  #place(name: string, state: State | undefined): Measured {
    if (!isExternal(name, this.#environment)) {
      const ports = state?.ports[name];
      return { name, web: (purpose) => url(state?.host, ports?.[purpose]) };
    }
    // Of a service that runs elsewhere only the ports are known that stand in its addresses.
    const { hosts, ports } = externalTopology(this.#environment);
    const known = new Set(Object.values(service(name).addresses ?? {}).map(({ port }) => port));
    return { name, web: (purpose) => (known.has(purpose) ? url(hosts[name], ports[name]?.[purpose]) : undefined) };
  }
}

function url(host: string | undefined, port: number | undefined): string | undefined {
  return host === undefined || port === undefined ? undefined : `http://${host}:${port}`;
}
