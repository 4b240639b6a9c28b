/** An HTTP server that answers as the tests say: what Superset does on a bad day. */
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { openSuperset, type Superset } from "./superset.ts";

/** One request as the server saw it, those of the login left out. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Answers one request, or does something worse with it. */
export type Answer = (request: SeenRequest, response: ServerResponse) => void;

/** A Superset that fails on demand, and a client of it. */
export interface FakeSuperset extends AsyncDisposable {
  readonly superset: Superset;
  readonly address: string;
  readonly seen: readonly SeenRequest[];
  /** How often somebody has logged in. */
  logins(): number;
}

/** The password that the server takes. */
const PASSWORD = "a-password-of-this-test";

/** Starts a server that logs in whoever has the password, and opens it. Each login has a token and a cookie of its own. */
export async function fakeSuperset(answer: Answer, timeout = 1500): Promise<FakeSuperset> {
  const seen: SeenRequest[] = [];
  let logins = 0;
  const server = createServer((message, response) => {
    let body = "";
    message.setEncoding("utf8").on("data", (part: string) => (body += part));
    message.once("end", () => {
      const { method = "", url = "", headers } = message;
      if (url === "/api/v1/security/login") {
        const isRight = (JSON.parse(body) as { password?: string }).password === PASSWORD;
        if (!isRight) return json(response, { message: "Not authorized" }, 401);
        return json(response, { access_token: `token-${++logins}` });
      }
      if (url === "/api/v1/security/csrf_token/") {
        response.setHeader("set-cookie", [`session=s${logins}; HttpOnly; Path=/`]);
        return json(response, { result: `csrf-${logins}` });
      }
      const request = { method, path: url, headers, body };
      seen.push(request);
      answer(request, response);
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const superset = await openSuperset({ address, password: PASSWORD, timeout });
  return {
    ...{ superset, address, seen, logins: () => logins },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers with a document. */
export function json(response: ServerResponse, body: object, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}
