/** The Java that runs the services. */
import { StreambookError } from "../../errors/index.ts";
import { type Java, setupModule } from "../../project/index.ts";

/**
 * The Java that runs the services.
 *
 * @throws SETUP_MISSING when there is none, or it is too old
 */
export async function requireJava(environment: NodeJS.ProcessEnv): Promise<Java> {
  const { findJava, LOWEST_JAVA } = await setupModule("java");
  const { found, problem, place } = await findJava(environment);
  if (found === undefined)
    throw new StreambookError("SETUP_MISSING", `Java ${LOWEST_JAVA} or newer is needed: ${problem}`, {
      hint: { setUp: true },
    });
  if (found.major < LOWEST_JAVA) {
    throw new StreambookError(
      "SETUP_MISSING",
      `Java ${LOWEST_JAVA} or newer is needed, and ${place} is Java ${found.version}`,
      { hint: { setUp: true } },
    );
  }
  return found;
}
