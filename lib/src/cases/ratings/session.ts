/** Cassandra for the case. */
import type { CassandraSession } from "../../cassandra/index.ts";
import { StreambookError } from "../../errors/index.ts";
import { type Addresses, credentials } from "../../stack/index.ts";

/**
 * Opens a session with the Cassandra that runs.
 *
 * @throws STACK_DOWN when none does; as `openCassandra`
 */
export async function openReviews(
  { cassandra: address }: Pick<Addresses, "cassandra">,
  signal?: AbortSignal,
): Promise<CassandraSession> {
  if (address === undefined)
    throw new StreambookError("STACK_DOWN", "Cassandra is not running", { hint: { start: ["cassandra"] } });
  const { password = "" } = await credentials("cassandra");
  // here, because the driver takes a while to load
  const { openCassandra } = await import("../../cassandra/index.ts");
  return openCassandra({ address, password, signal });
}
