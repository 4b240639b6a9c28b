/** `streambook fetch`: what services run on, without starting them. */
import type { PythonPackages } from "../service.ts";
import { isExternal } from "../addresses.ts";
import { libraries, resolveServices } from "../catalog/index.ts";
import { reporter, type StackOptions } from "../events.ts";
import { demandCoreJars, describePart, fetchParts, missingParts } from "../fetch/runtimes.ts";
import { findEnvironment, pythonIn } from "../fetch/places.ts";
import { linkLayout, openLayout } from "../layout.ts";

/** Options of {@link fetchFor}. */
export interface FetchForOptions extends StackOptions {
  /** Services and groups, with what they need. @default the core */
  readonly services?: readonly string[];
}

/**
 * Fetches what some services run on, so that their start needs no network.
 *
 * @returns what was not in place, with its size
 * @throws SETUP_MISSING when something of the core is not in place, or something cannot be had on this machine; UNREACHABLE without
 *   a network; USAGE for a name that is no service
 */
export async function fetchFor(options: FetchForOptions = {}): Promise<string[]> {
  const { environment = process.env, services, signal, onProgress } = options;
  const names = resolveServices(services).filter((name) => !isExternal(name, environment));
  const layout = openLayout(environment);
  await linkLayout(layout);
  await demandCoreJars(layout, libraries(names));
  const missing = await missingParts(layout, names, { environment, beside: resolveServices(services) });
  if (missing.length > 0) await fetchParts(missing, layout, { environment, report: reporter(onProgress), signal });
  return missing.map(describePart);
}

/**
 * What of that which some services run on is not in place, each with its size. The core's own, which set-up brings, is not asked for.
 *
 * @throws USAGE for a name that is no service
 */
export async function missingFor(services: readonly string[], environment = process.env): Promise<string[]> {
  const beside = resolveServices(services);
  const names = beside.filter((name) => !isExternal(name, environment));
  return (await missingParts(openLayout(environment), names, { environment, beside })).map(describePart);
}

/**
 * A program of a Python environment that is no service: JupyterLab. The environment is installed first, if it is not in place.
 *
 * @param program the name of its script: `jupyter-lab`
 * @returns where it is
 * @throws SETUP_MISSING without a Python that fits, or its module venv; UNREACHABLE without a network
 */
export async function pythonProgram(
  packages: PythonPackages,
  program: string,
  { environment = process.env, signal, onProgress }: StackOptions = {},
): Promise<string> {
  const { cacheHome: cache } = openLayout(environment);
  const there = await findEnvironment(packages, cache);
  if (there !== undefined) return pythonIn(there, program);
  const report = reporter(onProgress);
  report("notice", `fetched once, to ${cache}: the Python packages of ${packages.name} (${packages.megabytes} MB)`);
  const { installPackages } = await import("../fetch/python.ts");
  return pythonIn(await installPackages(packages, { cache, environment, report, signal }), program);
}
