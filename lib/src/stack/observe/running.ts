/**
 * The services of a stack that run, found in the process table by what their command line says. So there are no files of
 * process numbers that could be stale: a number that is shown or killed belongs to our service at that moment.
 */
import { instanceNames } from "../catalog/index.ts";
import { MARKS } from "../launch/command.ts";
import { argumentsFile, type Layout } from "../layout.ts";
import { listProcesses } from "./processes.ts";

/** The instances that run, with their process numbers; of several processes of one the first. */
export async function findServices(layout: Layout): Promise<Map<string, number>> {
  return new Map([...(await findProcesses(layout))].map(([name, pids]) => [name, Math.min(...pids)]));
}

/** The instances that run, each with the numbers of all its processes: a server may have workers. */
export async function findProcesses(layout: Layout): Promise<Map<string, number[]>> {
  const files = instanceNames().map((name) => [name, argumentsFile(layout, name)] as const);
  const found = new Map<string, number[]>();
  for (const { pid, command } of await listProcesses()) {
    for (const [name, file] of files) {
      if (MARKS.some((mark) => command.includes(` ${mark}${file} `)))
        found.set(name, [...(found.get(name) ?? []), pid]);
    }
  }
  return found;
}
