/** For tests: a session with the Cassandra that runs, a keyspace of one's own, and a way to Cassandra on which answers can be lost. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { addresses, credentials } from "../stack/index.ts";
import { type CassandraOptions, openCassandra } from "./open.ts";
import type { CassandraSession } from "./session.ts";

/** Opens a session. */
export async function openForTest(options: Partial<CassandraOptions> = {}): Promise<CassandraSession> {
  const { cassandra: address = "" } = await addresses();
  const { password = "" } = await credentials("cassandra");
  return openCassandra({ address, password, ...options });
}

/** A name for a keyspace that is nobody else's. */
export function keyspaceForTest(): string {
  return `test_${randomUUID().slice(0, 8)}`;
}

/** A way to Cassandra that stays the same, and loses what it is told to. */
export async function losingProxy(to: string) {
  const sockets = new Set<Socket>();
  let [loses, lost] = [false, 0];
  const server = createServer((client) => {
    const [host, port] = to.split(":") as [string, string];
    const upstream = connect(Number(port), host);
    for (const socket of [client, upstream]) sockets.add(socket.on("error", () => undefined));
    client.pipe(upstream).on("close", () => client.destroy());
    client.on("close", () => upstream.destroy());
    upstream.on("data", (part: Buffer) => {
      if (loses) lost++;
      else client.write(part);
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    address: `127.0.0.1:${port}`,
    /** From now on requests arrive, and answers do not; or they do again. */
    lose: (answers: boolean) => void (loses = answers),
    /** Answers that were lost, in pieces. */
    lost: () => lost,
    /** All connections break, and nobody gets in any more. */
    leave: close,
    /** Clients get in again. */
    comeBack: () => once(server.listen(port, "127.0.0.1"), "listening"),
    /** Leads new connections elsewhere. */
    leadTo: (address: string) => void (to = address),
    [Symbol.asyncDispose]: close,
  };
}
