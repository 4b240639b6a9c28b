/** The memory that the containers together want, and whether their machine has it. */
import { ignoredRequirements } from "../../../../setup/settings.mjs";
import { readFileSync } from "node:fs";
import { StreambookError } from "../../errors/index.ts";
import { formatBytes } from "../../format/index.ts";
import { resolveServices } from "../catalog/index.ts";
import { JOB_MEMORY, memoryOfServices, WORKSPACE_MEMORY } from "../launch/memory.ts";

/** What a container that is not one of the core's takes beside them, and beside a job on YARN and the workspace, in bytes. */
export function wantedMemory(name?: string): number {
  const names = new Set([...resolveServices(), ...(name === undefined ? [] : [name])]);
  return (memoryOfServices(names) + JOB_MEMORY + WORKSPACE_MEMORY) * 1e6;
}

/** What is wrong with a machine of so many bytes, if anything. */
export function memoryProblem(total: number, wanted = wantedMemory()): string | undefined {
  if (total >= wanted) return undefined;
  return (
    `the services and the workspace need ${formatBytes(wanted)} of memory, and the containers' machine has ${formatBytes(total)}: ${formatBytes(wanted - total)} too little. ` +
    "Give it more (Docker Desktop: Settings, Resources; WSL: `memory=` in .wslconfig; Codespaces: a machine with 8 GB); " +
    "to try all the same: STREAMBOOK_IGNORE=memory docker compose up"
  );
}

/** The machine's memory, from /proc/meminfo, in bytes. */
export function totalMemory(read: (file: string) => string = (file) => readFileSync(file, "utf8")): number {
  const machine = Number(/^MemTotal:\s+(\d+) kB$/m.exec(read("/proc/meminfo"))?.[1] ?? Number.NaN) * 1024;
  return Number.isNaN(machine) ? Number.POSITIVE_INFINITY : machine;
}

/** Ends a container before it runs into too little memory, and says how much is missing. `STREAMBOOK_IGNORE=memory` lets it pass. */
export function demandContainerMemory(name: string, environment: NodeJS.ProcessEnv): void {
  if (ignoredRequirements(environment).has("memory")) return;
  const problem = memoryProblem(totalMemory(), wantedMemory(name));
  if (problem !== undefined) throw new StreambookError("SETUP_MISSING", problem);
}
