/** Services that run elsewhere: nothing is started, each is only asked whether it works. */
import { setting } from "../../../setup/paths.mjs";
import { until } from "../async/index.ts";
import { isStreambookError, StreambookError } from "../errors/index.ts";
import { type Addresses, addresses } from "./addresses.ts";
import { answers } from "./readiness.ts";
import { type ServiceName, SERVICES } from "./services.ts";

/** The address at which an external service is asked. */
export function externalPlace(name: ServiceName, places: Addresses): string {
  switch (name) {
    case "kafka":
      return places.kafka;
    case "namenode":
    case "datanode":
      return places.webhdfs;
    case "resourcemanager":
    case "nodemanager":
      return places.resourceManager;
    case "historyserver":
      return places.jobHistory;
    case "hiveserver2":
      return places.hive;
  }
}

/** How long a service may still be starting, in milliseconds. */
const WAIT = 60_000;

/** @throws USAGE for what is not a number of milliseconds */
function longestWait(environment: NodeJS.ProcessEnv): number {
  const text = setting("STREAMBOOK_WAIT", environment) ?? String(WAIT);
  const milliseconds = Number(text);
  if (milliseconds >= 0) return milliseconds;
  throw new StreambookError("USAGE", `STREAMBOOK_WAIT is "${text}"; give a number of milliseconds, or unset it`);
}

/**
 * Waits until each service answers.
 *
 * @throws UNREACHABLE for the first that does not
 */
export async function demandExternal(
  names: readonly ServiceName[],
  environment: NodeJS.ProcessEnv,
  signal?: AbortSignal,
): Promise<void> {
  const places = await addresses(environment);
  const timeout = longestWait(environment);
  await Promise.all(
    names.map(async (name) => {
      const { title } = SERVICES[name];
      try {
        await until(`${title} to answer`, () => answers(name, places, signal), { timeout, interval: 500, signal });
      } catch (cause) {
        if (!isStreambookError(cause, "TIMEOUT")) throw cause;
        throw new StreambookError(
          "UNREACHABLE",
          `${title} does not answer at ${externalPlace(name, places)}; STREAMBOOK_STACK is "external", so start it where it runs, or unset that variable to use the project's own`,
          { cause },
        );
      }
    }),
  );
}
