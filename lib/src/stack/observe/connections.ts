/**
 * Whether the services know each other. Each may live and answer, and yet call the others at addresses of before: then HDFS has
 * no DataNode, or Hive looks for its tables where nobody is. The questions stand in the catalogue.
 */
import { withTimeout } from "../../async/index.ts";
import { messageOf } from "../../errors/index.ts";
import { inOrder, service, titleOf } from "../catalog/index.ts";
import { everyHost, pageOf } from "../place.ts";
import type { ConnectionCheck, Surroundings } from "../service.ts";

/** One connection as it was found. */
export interface Connection {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** The service that must be started, or started again, when it is not right. */
  readonly service: string;
}

/** How long one look may take, in milliseconds. */
const LIMIT = 5000;

/** Asks every service that runs how it sees the others. */
export async function checkConnections(
  surroundings: Omit<Surroundings, "page">,
  signal?: AbortSignal,
): Promise<Connection[]> {
  const asked = new Map(
    inOrder(surroundings.running)
      .reverse()
      .map((name) => [service(name), name]),
  ); // of several instances the first
  const looks = inOrder(asked.values()).flatMap((name) =>
    (service(name).connections ?? []).map((check) => lookAt(name, check, surroundings, signal)),
  );
  return (await Promise.all(looks)).filter((found) => found !== undefined);
}

async function lookAt(
  name: string,
  check: ConnectionCheck,
  surroundings: Omit<Surroundings, "page">,
  signal: AbortSignal | undefined,
): Promise<Connection | undefined> {
  const { limit = LIMIT, service: responsible = name } = check;
  const { ports } = surroundings;
  const page = ports === undefined ? undefined : pageOf(name, { hosts: everyHost("127.0.0.1"), ports });
  const look = (limited: AbortSignal): Promise<string | undefined> => check.look({ ...surroundings, page }, limited);
  try {
    const found = await withTimeout(`${titleOf(responsible)} to answer`, limit, look, signal);
    return found === undefined ? undefined : { name: check.name, service: responsible, ok: true, found };
  } catch (error) {
    signal?.throwIfAborted();
    return { name: check.name, service: responsible, ok: false, found: messageOf(error) };
  }
}
