/** An HTTP server that answers as the tests say: what Trino does on a bad day. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { openTrino, type Trino } from "./trino.ts";

/** One request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Answers one request, or does something worse with it. */
export type Answer = (request: SeenRequest, response: ServerResponse, address: string) => void;

/** A Trino that fails on demand, and a client of it. */
export interface FakeTrino extends AsyncDisposable {
  readonly trino: Trino;
  readonly address: string;
  readonly seen: readonly SeenRequest[];
}

/** Starts a server, and opens it: the first statement, `SELECT 1`, is always answered. */
export async function fakeTrino(answer: Answer): Promise<FakeTrino> {
  const seen: SeenRequest[] = [];
  let address = "";
  let isOpen = false;
  const server = createServer((message, response) => {
    let body = "";
    message.setEncoding("utf8").on("data", (part: string) => (body += part));
    message.once("end", () => {
      if (!isOpen) return json(response, { id: "first", stats: { state: "FINISHED" } });
      const request = { method: message.method ?? "", path: message.url ?? "", headers: message.headers, body };
      seen.push(request);
      answer(request, response, address);
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const trino = await openTrino({ address, user: "größe", catalog: "delta", session: { a: "b c" }, timeout: 1500 });
  isOpen = true;
  return {
    ...{ trino, address, seen },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with a document. */
export function json(response: ServerResponse, body: object | string, headers: Record<string, string> = {}): void {
  response.writeHead(200, { "content-type": "application/json", ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}
