/** The state of a stack while it starts. */
import { logFile } from "../launch/launch.ts";
import type { Layout } from "../layout.ts";
import { everyHost, pageOf, type Topology } from "../place.ts";
import { makeFolder } from "../../project/index.ts";
import { type StartedService, type State, writeState } from "../state.ts";

/** What the state has of services from before: those that run, and those that have died and that nobody starts now. */
export function stillRecorded(
  before: State | undefined,
  running: ReadonlyMap<string, number>,
  layout: Layout,
  topology: Topology,
  starting: readonly string[],
): State["services"] {
  const died = Object.entries(before?.services ?? {}).filter(
    ([name]) => !running.has(name) && !starting.includes(name),
  );
  const alive = [...running].map(([name, pid]) => [
    name,
    before?.services[name]?.pid === pid ? before.services[name] : entry(name, pid, layout, topology),
  ]);
  return Object.fromEntries([...died, ...alive]) as State["services"];
}

function entry(name: string, pid: number, layout: Layout, topology: Pick<Topology, "hosts" | "ports">): StartedService {
  const page = pageOf(name, topology);
  return { pid, started: new Date().toISOString(), log: logFile(layout, name), ...(page !== undefined && { page }) };
}

/** The state of a stack that is starting; every change is on disk before the next step. */
export class LiveState {
  readonly layout: Layout;
  value: State;

  constructor(layout: Layout, value: State) {
    this.layout = layout;
    this.value = value;
  }

  /** @param runtime what runs it: "Java 17.0.15, /usr/lib/jvm/…" */
  async add(name: string, pid: number, runtime: string, temporary: boolean): Promise<void> {
    const { host, ports } = this.value;
    const started = { ...entry(name, pid, this.layout, { hosts: everyHost(host), ports }), runtime };
    this.#set(name, temporary ? { ...started, temporary } : started);
    await this.save();
  }

  /** Services that a run has started stay from now on. @returns whether there were any */
  keep(names: readonly string[]): boolean {
    const found = names.filter((name) => this.value.services[name]?.temporary === true);
    for (const name of found) {
      const { temporary: _, ...rest } = this.value.services[name] as StartedService;
      this.#set(name, rest);
    }
    return found.length > 0;
  }

  #set(name: string, started: StartedService): void {
    this.value = { ...this.value, services: { ...this.value.services, [name]: started } };
  }

  async save(): Promise<void> {
    await makeFolder(this.layout.home);
    this.#saving = this.#saving.then(() => writeState(this.layout.stateFile, this.value));
    await this.#saving;
  }

  #saving: Promise<void> = Promise.resolve();
}
