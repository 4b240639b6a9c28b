/** The memory that services take, by their catalogue entries, and whether the machine has it. In megabytes of 10⁶ bytes. */
import { ignoredRequirements } from "../../../../setup/settings.mjs";
import { StreambookError } from "../../errors/index.ts";
import { formatBytes } from "../../format/index.ts";
import { service, titleOf } from "../catalog/index.ts";
import { setupModule } from "../../project/index.ts";

/** What a job on YARN takes while it runs. */
export const JOB_MEMORY = 1090;

/** What the workspace's container may take. */
export const WORKSPACE_MEMORY = 2048;

/** What some services take together at work. */
export function memoryOfServices(names: Iterable<string>): number {
  return [...names].reduce((sum, name) => sum + service(name).memory, 0);
}

/**
 * Makes sure that the machine has the memory for services that are about to start. `STREAMBOOK_IGNORE=memory` lets it pass.
 *
 * @param available bytes that a new program can have; asks the machine by default
 * @throws SETUP_MISSING with what they need and what is there
 */
export async function demandMemory(
  names: readonly string[],
  environment: NodeJS.ProcessEnv,
  available?: number,
): Promise<void> {
  if (names.length === 0 || ignoredRequirements(environment).has("memory")) return;
  const { availableMemory } = await setupModule("machine/probes");
  const there = available ?? (await availableMemory());
  const wanted = memoryOfServices(names) * 1e6;
  if (there >= wanted) return;
  const largest = [...names].sort((a, b) => service(b).memory - service(a).memory).slice(0, 3);
  throw new StreambookError(
    "SETUP_MISSING",
    `${names.length === 1 ? "this service needs" : `these ${names.length} services need`} ${formatBytes(wanted)} of memory, and ${formatBytes(there)} is available; ` +
      `close other programs, start fewer services (the largest: ${largest.map(titleOf).join(", ")}), or try all the same with STREAMBOOK_IGNORE=memory`,
  );
}
