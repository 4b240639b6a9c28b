/**
 * Tests of what set-up does not fetch: they run when it has been fetched already, and by `npm test -- --all`, which fetches it;
 * otherwise they are skipped with the reason and the size.
 *
 * @example
 * ```ts no-run
 * suite("tables that several engines share", await needs("metastore"), () => { … });
 * ```
 */
import { resolveServices } from "../catalog/index.ts";
import { openLayout } from "../layout.ts";
import type { PythonPackages } from "../service.ts";
import { findEnvironment } from "./places.ts";
import { describePart, type MissingPart, missingParts } from "./runtimes.ts";

/** Options of a test: whether it is skipped, and why. */
interface TestOptions {
  readonly skip: string | false;
}

/** Whether everything is to be fetched and tested. */
function fetchesAll(): boolean {
  return process.env["STREAMBOOK_TEST_ALL"] === "1";
}

/** For tests that start services: skipped while something is missing that these run on. */
export async function needs(...services: readonly string[]): Promise<TestOptions> {
  if (fetchesAll()) return { skip: false };
  return skipFor(await missingParts(openLayout(), resolveServices(services), { environment: process.env }));
}

/** For tests of a Python environment that no service runs on. */
export async function needsPackages(packages: PythonPackages): Promise<TestOptions> {
  if (fetchesAll() || (await findEnvironment(packages, openLayout().cache)) !== undefined) return { skip: false };
  return skipFor([{ what: `the Python packages of ${packages.name}`, megabytes: packages.megabytes }]);
}

/** For tests of fetching itself: they need a network. */
export function needsPart(what: string, megabytes: number): TestOptions {
  return fetchesAll() ? { skip: false } : skipFor([{ what, megabytes }]);
}

function skipFor(parts: readonly Pick<MissingPart, "what" | "megabytes">[]): TestOptions {
  if (parts.length === 0) return { skip: false };
  return { skip: `needs ${parts.map(describePart).join(", ")}; \`npm test -- --all\` fetches it` };
}
