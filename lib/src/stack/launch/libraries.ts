/** The sets of jars that services run on: those of the core are there after set-up, others are fetched when first needed. */
import { messageOf, StreambookError } from "../../errors/index.ts";
import { setupModule } from "../../project/index.ts";
import type { Report } from "../events.ts";
import type { Layout } from "../layout.ts";
import type { Library } from "../service.ts";

/**
 * Makes sure that the jars of some libraries are in place. Those of the core came with set-up; those that only a further
 * profile needs are fetched here, when they are first needed.
 *
 * @throws SETUP_MISSING when jars of the core are not in place, or others cannot be fetched
 */
export async function requireJars(
  layout: Layout,
  wanted: readonly Library[],
  { environment = process.env, report, signal }: FetchOptions = {},
): Promise<void> {
  const { jarsProblem, resolveJars } = await setupModule("jars");
  const { coreLibraries } = await setupModule("paths");
  const core = new Set(coreLibraries());
  const names = wanted.map(({ name }) => name);
  const problem = await jarsProblem(
    layout.jarsHome,
    names.filter((name) => core.has(name)),
  );
  if (problem !== undefined)
    throw new StreambookError("SETUP_MISSING", `the jars of the services are not in place (${problem})`, {
      hint: { setUp: true },
    });
  for (const { name, megabytes } of wanted) {
    if (core.has(name) || (await jarsProblem(layout.jarsHome, [name])) === undefined) continue;
    const size = megabytes === undefined ? "" : ` (${megabytes} MB)`;
    report?.("notice", `the jars of ${name}${size} are fetched, once, to ${layout.jarsHome}`);
    const say = (text: string): void => report?.("preparing", `${name}: ${text}`);
    const board = {
      show: (_step: string, text: string) => say(text),
      done: () => undefined,
      say,
      close: () => undefined,
    };
    try {
      const options = { board, folder: layout.jarsHome, libraries: [name], environment };
      await resolveJars(signal === undefined ? options : { ...options, signal });
    } catch (cause) {
      signal?.throwIfAborted();
      throw new StreambookError("SETUP_MISSING", messageOf(cause), { cause });
    }
  }
}

/** Options of {@link requireJars}. */
export interface FetchOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly report?: Report;
  readonly signal?: AbortSignal | undefined;
}
