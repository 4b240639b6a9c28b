/** Sessions of Spark for the case: its client is loaded when one is opened, because its libraries take a while. */
import { StreambookError } from "../../errors/index.ts";
import type { StreamSessions } from "../../ingest/index.ts";
import type { SparkSession } from "../../spark/index.ts";
import type { Addresses } from "../../stack/index.ts";

/** @throws STACK_DOWN when Spark does not run; UNREACHABLE */
export async function openSession(
  addresses: Pick<Addresses, "spark">,
  signal: AbortSignal | undefined,
): Promise<SparkSession> {
  const { openSpark } = await import("../../spark/index.ts");
  return openSpark({ address: addressOf(addresses), signal });
}

/** What streams need of sessions. @throws STACK_DOWN when Spark does not run */
export async function streamSessions(addresses: Pick<Addresses, "spark">): Promise<StreamSessions> {
  const address = addressOf(addresses);
  const { openSpark, endSession } = await import("../../spark/index.ts");
  return { open: (signal) => openSpark({ address, signal }), end: (id) => endSession({ address }, id) };
}

function addressOf({ spark }: Pick<Addresses, "spark">): string {
  if (spark !== undefined) return spark;
  throw new StreambookError("STACK_DOWN", "Spark is not running", { hint: { start: ["spark"] } });
}
