/** Stands between a program and Kafka: names each request, asks whether it may pass, and passes it on. */
import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { parseAddress } from "../address/index.ts";
import { messagesIn } from "./kafka-fetch.ts";
import { leaveGroup, memberIn, readRequest, type RequestHead, withPlace } from "./kafka-wire.ts";
import type { Reachable, Watch } from "./steps.ts";

/** A way to Kafka that is watched. */
export interface KafkaProxy {
  readonly address: string;
  /** Breaks all connections. */
  cut(): void;
  /** Takes the program's members out of their groups, as the broker does when their session times out. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

/**
 * @param broker where Kafka is, `host:port`
 * @param known where the program finds the proxy, if something else stands between: `host:port`
 */
export async function startKafkaProxy(
  broker: string,
  run: number,
  watch: Watch,
  reachable: Reachable,
  known?: string,
): Promise<KafkaProxy> {
  const target = parseAddress(broker);
  const [host, port] = [target?.host ?? "127.0.0.1", target?.port ?? 9092];
  const sockets = new Set<Socket>();
  const members = new Map<string, string>();
  const server = createServer((client) => {
    if (!reachable("Kafka")) return void client.destroy();
    const upstream = connect(port, host);
    const asked = new Map<number, RequestHead>();
    const own = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
    const { host: knownHost = own.host, port: knownPort } = (known && parseAddress(known)) || own;
    const place = { host: knownHost, port: knownPort };
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
      client.write(framed(withPlace(message, head, place)));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cutAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: cutAll,
    async forget() {
      for (const [member, group] of members) if (member !== "") await say(host, port, leaveGroup(group, member));
    },
    async close() {
      cutAll();
      if (server.listening) await once(server.close(), "close");
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
