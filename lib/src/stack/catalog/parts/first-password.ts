/**
 * The password of Cassandra. A new one has a user whose name and password the whole world knows; so at first it is started where nobody
 * looks for it, on loopback and a port that was just made up, is given a user of our own, and loses the other. Only then does it
 * start for others. Where the keys of a set-up were lost, or given anew, the same happens again: the user is made anew, and what is stored stays.
 */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import type { Client } from "cassandra-driver";
import { until } from "../../../async/index.ts";
import { contentKey } from "../../fetch/cache.ts";
import { argumentsFile, type Layout } from "../../layout.ts";
import { endProcess, listProcesses } from "../../observe/processes.ts";
import type { Preparation } from "../../service.ts";
import { writeAtomically } from "../../state.ts";

/** The user of the course, who may do everything. */
export const CASSANDRA_USER = "streambook";
/** The user that a new Cassandra has; that is its password, too. */
const FIRST_USER = "cassandra";
/** The name of the log of the first start, and of its arguments. */
const FIRST_START = "password";
/** How long the first start may take, in milliseconds. */
const WAIT = 180_000;

/** Does something with a Cassandra that nobody else looks for. */
type FirstStart = (
  options: readonly string[],
  during: (port: number, signal: AbortSignal) => Promise<void>,
) => Promise<void>;

/** Gives Cassandra its user and password, when it has none or another. A further node has them from the first. */
export async function setPassword(preparation: Preparation): Promise<void> {
  const { at, report } = preparation;
  if (at.number > 1) return;
  const mark = join(at.layout.data, at.name, "password-is-set");
  const password = at.secret("password");
  const known = await readFile(mark, "utf8").catch(() => undefined);
  if (known === contentKey(password)) return;
  await endFirstStart(at.layout);
  report("preparing", `Cassandra: setting its ${known === undefined ? "" : "new "}password`, { service: at.name });
  const start = firstStart(preparation);
  if (known !== undefined) {
    await writeAtomically(mark, ""); // from here on no password is the right one
    await start(OPEN, forgetPassword);
  }
  await start([], (port, signal) => replaceUser(port, password, signal));
  await writeAtomically(mark, contentKey(password));
}

/** Makes Cassandra let everybody in, without a password. */
const OPEN = [
  "-Dcassandra.settings.authenticator=AllowAllAuthenticator",
  "-Dcassandra.settings.authorizer=AllowAllAuthorizer",
] as const;

function firstStart({ runJava }: Preparation): FirstStart {
  return async (options, during) => {
    const port = await freePort();
    await runJava({
      name: FIRST_START,
      arguments: [
        "-Dcassandra.config.allow_system_properties=true",
        ...["rpc_address", "broadcast_rpc_address"].map((name) => `-Dcassandra.settings.${name}=127.0.0.1`),
        `-Dcassandra.settings.native_transport_port=${port}`,
        ...options,
        "org.apache.cassandra.service.CassandraDaemon",
      ],
      failure: "Cassandra could not be given its password",
      during: (signal) => during(port, signal),
    });
  };
}

/** Ends a first start that was left behind by a command that was killed. */
export async function endFirstStart(layout: Layout): Promise<void> {
  const mark = `@${argumentsFile(layout, FIRST_START)} `;
  const find = async (): Promise<number | undefined> =>
    (await listProcesses()).find(({ command }) => command.includes(mark))?.pid;
  await endProcess(find, 10);
}

/** Gives our user, whose password nobody knows any more, that of the first one. */
async function forgetPassword(port: number, signal: AbortSignal): Promise<void> {
  await loadDriver();
  const forget = async (): Promise<boolean> => {
    try {
      await using session = await login(port, FIRST_USER, FIRST_USER);
      const [first] = await session.run(`SELECT salted_hash FROM system_auth.roles WHERE role = '${FIRST_USER}'`);
      await session.run(
        `UPDATE system_auth.roles SET salted_hash = '${first?.["salted_hash"]}', can_login = true, is_superuser = true WHERE role = '${CASSANDRA_USER}'`,
      );
      return true;
    } catch {
      return false; // it is starting
    }
  };
  await until("Cassandra to forget its password", forget, { timeout: WAIT, interval: 300, signal });
}

/** Makes our user, and shuts the other out. What was done before, by a start that was killed, is done. */
async function replaceUser(port: number, password: string, signal: AbortSignal): Promise<void> {
  await loadDriver(); // where it cannot be loaded, it is no use to wait
  await until("Cassandra to take our user", () => makeUser(port, password), { timeout: WAIT, interval: 300, signal });
  await using session = await login(port, CASSANDRA_USER, password);
  // only where it is not done: with three copies, it would take two nodes
  const [first] = await session.run(`SELECT can_login FROM system_auth.roles WHERE role = '${FIRST_USER}'`);
  if (first?.["can_login"] === true)
    await session.run(`ALTER ROLE ${FIRST_USER} WITH SUPERUSER = false AND LOGIN = false`);
  // Nodes that join later have users, too, so that people can log in while one is down.
  await session.run(
    "ALTER KEYSPACE system_auth WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 3}",
  );
}

/** Whether our user is there with its password, made or found. */
async function makeUser(port: number, password: string): Promise<boolean> {
  const set = `PASSWORD = '${password.replaceAll("'", "''")}'`;
  const ways = [
    [CASSANDRA_USER, password, undefined],
    [CASSANDRA_USER, FIRST_USER, `ALTER ROLE ${CASSANDRA_USER} WITH ${set}`],
    [FIRST_USER, FIRST_USER, `CREATE ROLE ${CASSANDRA_USER} WITH SUPERUSER = true AND LOGIN = true AND ${set}`],
  ] as const;
  for (const [user, given, statement] of ways)
    try {
      await using session = await login(port, user, given);
      if (statement !== undefined) await session.run(statement);
      return true;
    } catch {
      // it is starting, or that user is not there
    }
  return false;
}

/** It is loaded here, because it takes a while, and every command reads the catalogue. */
async function loadDriver() {
  return (await import("cassandra-driver")).default;
}

async function login(port: number, username: string, password: string) {
  const driver = await loadDriver();
  const client: Client = new driver.Client({
    ...{ contactPoints: [`127.0.0.1:${port}`], localDataCenter: "datacenter1", credentials: { username, password } },
    ...{ protocolOptions: { port }, monitorReporting: { enabled: false } },
  });
  const close = (): Promise<void> => client.shutdown().catch(() => undefined);
  try {
    await client.connect();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    run: async (cql: string) => (await client.execute(cql)).rows,
    [Symbol.asyncDispose]: close,
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
