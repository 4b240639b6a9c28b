/** Opens sessions. */
import driver from "cassandra-driver";
import { formatAddress, parseAddress } from "../address/index.ts";
import { orAborted } from "../async/index.ts";
import { StreambookError } from "../errors/index.ts";
import { Connection } from "./connection.ts";
import { failureOf } from "./failures.ts";
import { CassandraSession, consistencies, type Consistency } from "./session.ts";

/** Options of {@link openCassandra}. */
export interface CassandraOptions {
  /** A node that clients reach, `host:port`; the others are found by it. */
  readonly address: string;
  /** @default `streambook` */
  readonly user?: string | undefined;
  readonly password: string;
  /** How many nodes must have done what is asked, unless a statement says otherwise. @default `local_quorum` */
  readonly consistency?: Consistency | undefined;
  /** As the nodes name where they stand. @default `datacenter1` */
  readonly dataCenter?: string | undefined;
  /** Longest wait for a connection, in milliseconds. @default 5000 */
  readonly connectTimeout?: number | undefined;
  /** Longest wait for the answer to a statement, in milliseconds. @default 12000 */
  readonly timeout?: number | undefined;
  /** Ends the waiting of statements that were given no signal of their own. */
  readonly signal?: AbortSignal | undefined;
}

/** Nodes that went away are looked for again after so many milliseconds, at first and at most. */
const RECONNECTION = { first: 100, most: 2000 } as const;
/** Requests of one connection at once; more are queued by those who write. */
const REQUESTS = 2048;

/**
 * Opens a session with Cassandra.
 *
 * @throws UNREACHABLE when nothing answers at the address; CASSANDRA_LOGIN for a wrong user or password; USAGE
 *
 * @example
 * ```ts
 * import { openCassandra } from "streambook/cassandra";
 * import { addresses, credentials } from "streambook/stack";
 * const { cassandra: address = "" } = await addresses();
 * const { password = "" } = await credentials("cassandra");
 * await using cassandra = await openCassandra({ address, password });
 * const [row] = await cassandra.query("SELECT release_version FROM system.local");
 * console.assert(/^\d+\.\d/.test(String(row?.["release_version"])));
 * ```
 */
export async function openCassandra(options: CassandraOptions): Promise<CassandraSession> {
  const { user = "streambook", signal } = options;
  const { host, port } = parseAddress(options.address) ?? {};
  if (host === undefined || port === undefined)
    throw new StreambookError(
      "USAGE",
      `the address of Cassandra must be host:port, and is ${JSON.stringify(options.address)}`,
    );
  const at = { address: formatAddress(host, port), user };
  const settings = clientOptions(options, { host, port, user });
  const connection = new Connection(() => new driver.Client(settings));
  try {
    await (signal === undefined ? connection.client() : orAborted(connection.client(), signal));
  } catch (error) {
    await connection.close();
    throw failureOf(error, at);
  }
  return new CassandraSession(connection, at, signal);
}

function clientOptions(
  options: CassandraOptions,
  { host, port, user }: { readonly host: string; readonly port: number; readonly user: string },
): driver.DseClientOptions {
  const { password, consistency = "local_quorum", dataCenter = "datacenter1" } = options;
  const { connectTimeout = 5000, timeout = 12_000 } = options;
  const { ExponentialReconnectionPolicy } = driver.policies.reconnection;
  return {
    contactPoints: [formatAddress(host, port)],
    localDataCenter: dataCenter,
    protocolOptions: { port },
    credentials: { username: user, password },
    encoding: { useBigIntAsLong: true, useBigIntAsVarint: true, map: Map, set: Set },
    // all our statements may be done twice; which of them may not, says the statement
    queryOptions: { prepare: true, isIdempotent: true, consistency: consistencies[consistency] },
    policies: { reconnection: new ExponentialReconnectionPolicy(RECONNECTION.first, RECONNECTION.most, false) },
    pooling: { maxRequestsPerConnection: REQUESTS },
    socketOptions: { connectTimeout, readTimeout: timeout },
    monitorReporting: { enabled: false },
  };
}
