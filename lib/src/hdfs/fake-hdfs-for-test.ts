/** An HTTP server that answers as the tests say: what a NameNode or DataNode does on a bad day. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** One request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly operation: string;
  readonly query: URLSearchParams;
}

/** Answers one request, or does something worse with it. */
export type Answer = (request: SeenRequest, response: ServerResponse, message: IncomingMessage) => unknown;

/** A running server. */
export interface FakeHdfs {
  readonly address: string;
  /** What it says it is; undefined: it does not know yet. */
  namespace: string | undefined;
  /** How often it was asked what it is; these requests are not in `seen`. */
  asked: number;
  readonly seen: SeenRequest[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a server, on a free port if none is given. What `answer` returns, if anything, is sent as JSON. */
export async function fakeHdfs(answer: Answer, port = 0): Promise<FakeHdfs> {
  const seen: SeenRequest[] = [];
  const identity: Pick<FakeHdfs, "namespace" | "asked"> = { namespace: "BP-fake", asked: 0 };
  const server = createServer((message, response) => {
    const url = new URL(message.url ?? "/", "http://fake");
    if (url.pathname === "/jmx") {
      identity.asked++;
      return json(response, 200, {
        beans: identity.namespace === undefined ? [] : [{ BlockPoolId: identity.namespace }],
      });
    }
    const request = {
      method: message.method ?? "",
      path: decodeURIComponent(url.pathname.replace(/^\/webhdfs\/v1/, "")),
      operation: url.searchParams.get("op") ?? "",
      query: url.searchParams,
    };
    seen.push(request);
    const body = answer(request, response, message);
    if (body !== undefined) json(response, 200, body);
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return Object.assign(identity, {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  });
}

/** Sends JSON. */
export function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** Sends an error as Hadoop does. */
export function remoteException(response: ServerResponse, status: number, exception: string, message: string): void {
  json(response, status, { RemoteException: { exception, javaClassName: `java.io.${exception}`, message } });
}

/** A GETFILESTATUS answer. */
export function fileStatus(length: number): object {
  return { FileStatus: { pathSuffix: "", type: "FILE", length, modificationTime: 0 } };
}
