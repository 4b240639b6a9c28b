/** The services as figures: whether they work, what their processes take, what they say of themselves. */
import { type Sample, sample } from "../../metrics/index.ts";
import { ServiceHealth, ServiceMeasures, type ServiceStatus, titleOf } from "../../stack/index.ts";
import type { Faults } from "../figures/faults.ts";
import type { Source } from "./source.ts";

/** A service as it was at the last look. */
export type WatchedService = Awaited<ReturnType<ServiceHealth["look"]>>[number];

/** Watches processes, and asks now and then whether the services answer. */
export class ServicesSource implements Source {
  readonly title = "Services";
  readonly interval = 2000;
  readonly #health: ServiceHealth;
  readonly #faults: Faults;
  #services: readonly WatchedService[] = [];

  constructor(environment: NodeJS.ProcessEnv, faults: Faults) {
    this.#health = new ServiceHealth({ environment });
    this.#faults = faults;
  }

  /** The services as they were at the last look. */
  get services(): readonly WatchedService[] {
    return this.#services;
  }

  async look(signal: AbortSignal): Promise<readonly Sample[]> {
    this.#services = await this.#health.look(signal);
    this.#faults.note(this.#services, new Date());
    return this.#services.flatMap((service) => serviceSamples(service, this.#faults.deaths(service.name)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // nothing is open
  }
}

const WORKS: Readonly<Record<ServiceStatus["state"], number | undefined>> = {
  running: 1,
  silent: 0,
  died: 0,
  unreachable: 0,
  stopped: undefined, // nobody wants it to run: that is no figure, and no alert
};

/** @param deaths how often it has died since the watch began */
export function serviceSamples(
  { name, state, memory, processorTime, started }: WatchedService,
  deaths: number,
): Sample[] {
  const works = WORKS[state];
  const labels = { service: name };
  return [
    ...(works === undefined ? [] : [sample("streambook_service_up", labels, works)]),
    ...(works === undefined ? [] : [sample("streambook_service_deaths_total", labels, deaths)]),
    ...(started === undefined
      ? []
      : [sample("streambook_service_start_time_seconds", labels, started.getTime() / 1000)]),
    ...(memory === undefined ? [] : [sample("streambook_process_resident_memory_bytes", labels, memory)]),
    ...(processorTime === undefined ? [] : [sample("streambook_process_cpu_seconds_total", labels, processorTime)]),
  ];
}

/** Asks the services that work for what they measure of themselves. */
export class MeasuresSource implements Source {
  readonly title = "Measures of the services";
  readonly interval = 5000;
  readonly #measures: ServiceMeasures;
  readonly #working: () => readonly string[];
  #problem: string | undefined;

  /** @param working the instances that answer now */
  constructor(environment: NodeJS.ProcessEnv, working: () => readonly string[]) {
    this.#measures = new ServiceMeasures({ environment });
    this.#working = working;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  async look(signal: AbortSignal): Promise<readonly Sample[]> {
    const figures = await this.#measures.look(this.#working(), signal);
    const failed = figures.flatMap(({ name, failure }) =>
      failure === undefined ? [] : `${titleOf(name)}: ${failure}`,
    );
    this.#problem = failed.length === 0 ? undefined : failed.join("; ");
    return figures.flatMap(({ samples }) => samples);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // nothing is open
  }
}
