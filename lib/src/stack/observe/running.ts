/**
 * The services of a stack that run, found in the process table by what their command line says. So there are no files of
 * process numbers that could be stale: a number that is shown or killed belongs to our service at that moment.
 */
import { instanceNames } from "../catalog/index.ts";
import { MARKS } from "../launch/command.ts";
import { argumentsFile, type Layout } from "../layout.ts";
import { commandOf, listProcesses } from "./processes.ts";

/** The instances that run, with their process numbers; of several processes of one the first. */
export async function findServices(layout: Layout): Promise<Map<string, number>> {
  return new Map([...(await findProcesses(layout))].map(([name, pids]) => [name, Math.min(...pids)]));
}

/** The instances that run, each with the numbers of all its processes: a server may have workers. */
export async function findProcesses(layout: Layout): Promise<Map<string, number[]>> {
  const files = instanceNames().map((name) => [name, argumentsFile(layout, name)] as const);
  const found = new Map<string, number[]>();
  for (const { pid, command } of await listProcesses()) {
    for (const [name, file] of files) if (isMarked(command, file)) found.set(name, [...(found.get(name) ?? []), pid]);
  }
  return found;
}

function isMarked(command: string, file: string): boolean {
  return MARKS.some((mark) => command.includes(` ${mark}${file} `));
}

/** How long a look at the whole process table holds, in milliseconds: so long a process may run before it is seen. */
const HOLDS = 10_000;

/**
 * Finds the instances again and again. Between looks at the whole table, only the processes that are known are looked at: whether they
 * are still there, and are what they were.
 */
export class ProcessTable {
  #known = new Map<string, number[]>();
  #seen = -Infinity;

  /** As {@link findProcesses}; an instance of `expected` that is not known is always looked for. */
  async find(layout: Layout, expected: readonly string[]): Promise<Map<string, number[]>> {
    const isFresh = performance.now() - this.#seen < HOLDS;
    if (isFresh && expected.every((name) => this.#known.has(name)) && (await this.#areThere(layout)))
      return this.#known;
    this.#known = await findProcesses(layout);
    this.#seen = performance.now();
    return this.#known;
  }

  async #areThere(layout: Layout): Promise<boolean> {
    for (const [name, pids] of this.#known) {
      const file = argumentsFile(layout, name);
      for (const pid of pids) if (!isMarked((await commandOf(pid)) ?? "", file)) return false;
    }
    return true;
  }
}
