/** Stands between a program and HDFS: WebHDFS's NameNode, and the DataNodes that it sends the program to. */
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Reachable, Watch } from "./steps.ts";

/** A way to HDFS that is watched. */
export interface HdfsProxy {
  /** `http://host:port` */
  readonly address: string;
  cut(): void;
  close(): Promise<void>;
}

/** Under this path the proxy stands for a DataNode: `/storage/host:port/webhdfs/v1/…`. */
const DATANODE = /^\/storage\/([^/]+)(\/.*)$/;

/** @param webhdfs where the NameNode is, `http://host:port` */
export async function startHdfsProxy(
  webhdfs: string,
  run: number,
  watch: Watch,
  reachable: Reachable,
): Promise<HdfsProxy> {
  const server = createServer((incoming, outgoing) => {
    const cut = (): void => void incoming.socket.destroy();
    if (!reachable("HDFS")) return cut();
    pass(incoming, outgoing, webhdfs, run, watch).catch(cut);
  });
  server.on("clientError", (_, socket) => socket.destroy());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut: () => server.closeAllConnections(),
    async close() {
      server.closeAllConnections();
      if (server.listening) await once(server.close(), "close");
    },
  };
}

/** @throws when the step is cut, or HDFS breaks off: the connection is then broken, too */
async function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  webhdfs: string,
  run: number,
  watch: Watch,
): Promise<void> {
  const here = `http://${incoming.headers.host}`;
  const [, node, rest] = DATANODE.exec(incoming.url ?? "") ?? [];
  const target = new URL(
    node === undefined ? (incoming.url ?? "/") : (rest ?? "/"),
    node === undefined ? webhdfs : `http://${node}`,
  );
  const isFile = target.pathname.startsWith("/webhdfs/");
  const operation = isFile ? (target.searchParams.get("op") ?? "?").toUpperCase() : "Status";
  const step = {
    service: "HDFS" as const,
    kind: node !== undefined && (operation === "CREATE" || operation === "APPEND") ? `${operation} bytes` : operation,
    detail: detailOf(target),
    run,
  };
  const body = await wholeOf(incoming); // small, and all there: what is cut was not half sent
  if ((await watch({ ...step, phase: "request" })) === "cut") throw new Error("cut");
  const answer = await forward(target, incoming, body);
  const text = await wholeOf(answer);
  if ((await watch({ ...step, phase: "answer" })) === "cut") throw new Error("cut");
  const headers = { ...answer.headers };
  delete headers["transfer-encoding"];
  delete headers["content-length"];
  if (headers.location !== undefined) headers.location = throughHere(headers.location, here);
  const isLocation = /^\s*\{"Location"/.test(text.toString("latin1", 0, 40));
  outgoing.writeHead(answer.statusCode ?? 502, headers);
  outgoing.end(isLocation ? text.toString().replace(/http:[^"]+/, (location) => throughHere(location, here)) : text);
}

/** The address of a DataNode, by way of the proxy. */
function throughHere(location: string, here: string): string {
  return location.replace(/^http:\\?\/\\?\/([^/\\]+)/, (_, node: string) => `${here}/storage/${node}`);
}

function detailOf(target: URL): string {
  const path = decodeURIComponent(target.pathname.replace(/^\/webhdfs\/v1/, ""));
  const to = target.searchParams.get("destination");
  return to === null ? path : `${path} → ${to}`;
}

async function wholeOf(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function forward(target: URL, { method, headers }: IncomingMessage, body: Buffer): Promise<IncomingMessage> {
  const { expect: _, "transfer-encoding": __, connection: ___, ...kept } = headers;
  const length = method === "PUT" || method === "POST" ? { "content-length": body.length } : {};
  const upstream = request(target, { method, headers: { ...kept, host: target.host, ...length }, agent: false });
  upstream.end(body);
  const [answer] = (await once(upstream, "response")) as [IncomingMessage];
  return answer;
}
