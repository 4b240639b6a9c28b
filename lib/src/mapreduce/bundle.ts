/** A job's module made into two files that need nothing but Node: the mapper and the reducer. */
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bundleModule, type Bundle } from "../bundle/index.ts";

/** The two sides of a job. */
export type Side = "mapper" | "reducer";

/**
 * Bundles the module whose default export is a job.
 *
 * @param module path or `file:` URL of a TypeScript or JavaScript module
 * @throws USAGE when it cannot be bundled, with the bundler's first message
 */
export function bundleJob(module: string | URL): Promise<Bundle<Side>> {
  const own = fileURLToPath(import.meta.url);
  const task = JSON.stringify(join(own, "..", `task${extname(own)}`));
  const program = (run: string) => (job: string) =>
    `import { ${run} } from ${task};\nimport job from ${JSON.stringify(job)};\n${run}(job);\n`;
  return bundleModule(module, {
    kind: "job",
    programs: { mapper: program("runMapper"), reducer: program("runReducer") },
  });
}
