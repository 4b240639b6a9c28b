/** What went wrong with services, and what came back: found by comparing each look with the one before. */
import { explainingLine, type ServiceStatus, titleOf } from "../../stack/index.ts";

/** Something that happened to a service. */
export interface Fault {
  readonly at: Date;
  /** The instance. */
  readonly service: string;
  readonly title: string;
  readonly kind: "died" | "silent" | "back" | "stopped" | "started";
  /** One line for a person: what happened, and why, if its log says so. */
  readonly message: string;
}

type Seen = Pick<ServiceStatus, "name" | "state" | "pid" | "log">;

/** How many are kept. */
const MOST = 50;
/** At how many looks in a row a service must not answer before that is a fault: one that is busy is late now and then. */
const LOOKS = 3;

/** What is certain of a service. */
type Certain = Exclude<ServiceStatus["state"], "unreachable">;

interface Known {
  readonly state: Certain;
  /** At how many looks in a row it has not answered. */
  readonly silent: number;
}

/** Remembers what happened. */
export class Faults {
  #faults: readonly Fault[] = [];
  readonly #known = new Map<string, Known>();
  readonly #deaths = new Map<string, number>();

  /** What happened, the newest first. */
  get all(): readonly Fault[] {
    return this.#faults;
  }

  /** How often a service has died since the first look. */
  deaths(name: string): number {
    return this.#deaths.get(name) ?? 0;
  }

  /** Compares the services with those of the look before. */
  note(services: readonly Seen[], at: Date): void {
    for (const service of services) {
      const { name, state } = service;
      const before = this.#known.get(name);
      const isSilent = state === "silent" || state === "unreachable";
      const silent = isSilent ? (before?.silent ?? 0) + 1 : 0;
      const seen = state === "silent" || state === "unreachable" ? this.#whileSilent(before?.state, silent) : state;
      // what is dead cannot be stopped: whoever starts it again has taken it off the list, and comes to it soon
      const now = before?.state === "died" && seen === "stopped" ? "died" : seen;
      this.#known.set(name, { state: now, silent });
      if (before === undefined && now === "died") this.#add(service, "died", at, " before the watch began");
      if (before !== undefined && before.state !== now) this.#change(service, before.state, now, at);
    }
  }

  /** One that was dead or not wanted, and does not answer yet, is on its way. */
  #whileSilent(before: Certain | undefined, looks: number): Certain {
    return before === "running" && looks >= LOOKS ? "silent" : (before ?? "stopped");
  }

  #change(service: Seen, before: Certain, now: Certain, at: Date): void {
    if (now === "died") {
      this.#deaths.set(service.name, this.deaths(service.name) + 1);
      this.#add(service, "died", at);
    } else if (now === "running") this.#add(service, before === "stopped" ? "started" : "back", at);
    else if (now === "stopped") this.#add(service, "stopped", at);
    else this.#add(service, "silent", at);
  }

  #add({ name, log = [] }: Seen, kind: Fault["kind"], at: Date, more = ""): void {
    const why = kind === "died" ? explainingLine(log) : undefined;
    const title = titleOf(name);
    const message = `${title} ${VERBS[kind]}${more}${why === undefined ? "" : `: ${why}`}`;
    this.#faults = [{ at, service: name, title, kind, message }, ...this.#faults].slice(0, MOST);
  }
}

const VERBS: Readonly<Record<Fault["kind"], string>> = {
  died: "died",
  silent: "does not answer",
  back: "is back",
  stopped: "was stopped",
  started: "was started",
};
