/** Stands between a program and each broker of Kafka: names each request, asks whether it may pass, and passes it on. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { parseAddress } from "../address/index.ts";
import { messagesIn } from "./kafka-fetch.ts";
import { leaveGroup, memberIn, type PlaceFor, readRequest, type RequestHead, withPlaces } from "./kafka-wire.ts";
import type { Reachable, Watch } from "./steps.ts";

/** A way to Kafka that is watched. */
export interface KafkaProxy {
  /** Where the program finds Kafka: what stands before the first broker. */
  readonly address: string;
  /** Breaks all connections. */
  cut(): void;
  /** Takes the program's members out of their groups, as the broker does when their session times out. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param brokers where Kafka is, `host:port`; several with commas between them
 * @param knownAs where the program finds the proxy of each, if something else stands between: `host:port`, as many
 */
export async function startKafkaProxy(
  brokers: string,
  run: number,
  watch: Watch,
  reachable: Reachable,
  knownAs?: string,
): Promise<KafkaProxy> {
  const placesOf = (addresses: string): { host: string; port: number }[] =>
    addresses.split(",").map((address) => {
      const { host = "127.0.0.1", port = 9092 } = parseAddress(address) ?? {};
      return { host, port };
    });
  const targets = placesOf(brokers);
  const known = knownAs === undefined ? [] : placesOf(knownAs);
  const sockets = new Set<Socket>();
  const members = new Map<string, string>();
  const servers = targets.map((target) => createServer((client) => accept(client, target)));
  const localPort = (index: number): number => (servers[index]?.address() as AddressInfo).port;
  const placeFor: PlaceFor = (host, port) => {
    const index = Math.max(
      0,
      targets.findIndex((target) => target.host === host && target.port === port),
    );
    return known[index] ?? { host: "127.0.0.1", port: localPort(index) };
  };

  function accept(client: Socket, target: (typeof targets)[number]): void {
    if (!reachable("Kafka")) return void client.destroy();
    const upstream = connect(target.port, target.host);
    const asked = new Map<number, RequestHead>();
    const cut = (): void => {
      for (const socket of [client, upstream]) socket.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket.setNoDelay(true).on("error", cut).on("close", cut));
      socket.on("close", () => sockets.delete(socket));
    }
    relay(client, cut, async (message) => {
      const head = readRequest(message);
      asked.set(head.correlation, head);
      const { kind, detail } = head;
      if ((await watch({ service: "Kafka", kind, detail, phase: "request", run })) === "cut") return cut();
      upstream.write(framed(message));
    });
    relay(upstream, cut, async (message) => {
      const head = asked.get(message.readInt32BE(0));
      if (head === undefined) return cut();
      asked.delete(head.correlation);
      const { kind, detail, group } = head;
      if (group !== undefined) members.set(memberIn(message, head) ?? "", group);
      const messages = messagesIn(message, head);
      if ((await watch({ service: "Kafka", kind, detail, phase: "answer", run, messages })) === "cut") return cut();
      client.write(framed(withPlaces(message, head, placeFor)));
    });
  }

  for (const server of servers) await once(server.listen(0, "127.0.0.1"), "listening");
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `127.0.0.1:${localPort(0)}`,
    cut: cutAll,
    async forget() {
      for (const [member, group] of members)
        for (const { host, port } of targets) if (member !== "") await say(host, port, leaveGroup(group, member));
    },
    async close() {
      cutAll();
      for (const server of servers) if (server.listening) await once(server.close(), "close");
    },
  };
}

function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(message.length);
  return Buffer.concat([length, message]);
}

/** Calls a function for each message of a connection, one after the other. */
function relay(socket: Socket, cut: () => void, take: (message: Buffer) => Promise<void>): void {
  let rest = Buffer.alloc(0);
  let last: Promise<void> = Promise.resolve();
  socket.on("data", (bytes) => {
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    while (rest.length >= 4 && rest.length >= 4 + rest.readInt32BE(0)) {
      const end = 4 + rest.readInt32BE(0);
      const message = rest.subarray(4, end);
      rest = rest.subarray(end);
      last = last.then(() => take(message)).catch(cut);
    }
  });
}

/** Sends one request and waits for its answer, whatever it is. */
async function say(host: string, port: number, request: Buffer): Promise<void> {
  const socket = connect(port, host);
  try {
    socket.write(request);
    await once(socket, "data", { signal: AbortSignal.timeout(2000) }).catch(() => undefined);
  } finally {
    socket.destroy();
  }
}
