/** The memory that the containers together want, and whether their machine has it. */
import { readFileSync } from "node:fs";
import { StreambookError } from "../errors/index.ts";

/** What the services, a job on YARN and the workspace take together, in bytes. */
export const WANTED = 5e9;

/** What is wrong with a machine of so many bytes, if anything. */
export function memoryProblem(total: number, wanted = WANTED): string | undefined {
  if (total >= wanted) return undefined;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  return (
    `the services and the workspace want ${gigabytes(wanted)} of memory, and the containers' machine has ${gigabytes(total)}: ${gigabytes(wanted - total)} too little. ` +
    "Give it more (Docker Desktop: Settings, Resources; WSL: `memory=` in .wslconfig; Codespaces: a machine with 8 GB); " +
    "to try all the same: STREAMBOOK_IGNORE=memory docker compose up"
  );
}

/** The memory that /proc/meminfo tells of. */
export function totalMemory(read: (file: string) => string = (file) => readFileSync(file, "utf8")): number {
  const machine = Number(/^MemTotal:\s+(\d+) kB$/m.exec(read("/proc/meminfo"))?.[1] ?? Number.NaN) * 1024;
  return Number.isNaN(machine) ? Number.POSITIVE_INFINITY : machine;
}

/** Ends a container before it runs into too little memory, and says how much is missing. `STREAMBOOK_IGNORE=memory` lets it pass. */
export function demandMemory(environment: NodeJS.ProcessEnv): void {
  if ((environment["STREAMBOOK_IGNORE"] ?? "").split(",").includes("memory")) return;
  const problem = memoryProblem(totalMemory());
  if (problem !== undefined) throw new StreambookError("SETUP_MISSING", problem);
}
