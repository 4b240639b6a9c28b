/** For tests: a way to Spark on which connections can be cut. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";

/** A way to Spark that stays the same, and that cuts every connection, three times, after so many bytes of answers. */
export async function cuttingProxy(to: string, bytes: number) {
  const sockets = new Set<Socket>();
  let [cuts, refusals] = [0, 0];
  const server = createServer((client) => {
    if (refusals > 0) {
      [cuts, refusals] = [cuts + 1, refusals - 1];
      return void client.destroy();
    }
    const [host, port] = to.split(":") as [string, string];
    const upstream = connect(Number(port), host);
    let seen = 0;
    for (const socket of [client, upstream]) sockets.add(socket.on("error", () => undefined));
    client.pipe(upstream).on("close", () => client.destroy());
    upstream.on("data", (part: Buffer) => {
      seen += part.length;
      client.write(part);
      if (seen < bytes || cuts >= 3) return;
      cuts++;
      client.destroy();
      upstream.destroy();
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: () => cuts,
    /** Leads new connections to another Spark. */
    leadTo: (address: string) => void (to = address),
    /** Cuts what is open, and the next connections before anything arrives. */
    refuse: (connections: number) => {
      refusals = connections;
      for (const socket of sockets) socket.destroy();
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
