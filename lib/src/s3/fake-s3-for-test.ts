/** An HTTP server that answers as the tests say: what S3 does on a bad day. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { openS3, type S3 } from "./s3.ts";

/** One request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  /** Bucket and key: `/lake/a.json`. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}

/** Answers one request, or does something worse with it. */
export type Answer = (request: SeenRequest, response: ServerResponse) => void;

/** An S3 that fails on demand, and a client of it. */
export interface FakeS3 extends AsyncDisposable {
  readonly s3: S3;
  /** For a client of one's own. */
  readonly access: { readonly address: string; readonly accessKey: string; readonly secretKey: string };
  readonly seen: readonly SeenRequest[];
}

/**
 * Starts a server, and opens it: the list of buckets, which that asks for, is always answered.
 *
 * @param buckets their names
 */
export async function fakeS3(answer: Answer, buckets: () => Iterable<string> = () => []): Promise<FakeS3> {
  const seen: SeenRequest[] = [];
  const server = createServer((message, response) => {
    const { pathname: path, searchParams: query } = new URL(message.url ?? "/", "http://fake");
    const parts: Buffer[] = [];
    message.on("data", (part: Buffer) => parts.push(part));
    message.once("end", () => {
      if (path === "/") return xml(response, 200, listOf(buckets()));
      const request = {
        ...{ method: message.method ?? "", path: decodeURIComponent(path), query },
        ...{ headers: message.headers, body: Buffer.concat(parts) },
      };
      seen.push(request);
      answer(request, response);
    });
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const access = { address, accessKey: "key", secretKey: "secret" };
  const s3 = await openS3({ ...access, timeout: 2000, attempts: 3 });
  return {
    s3,
    access,
    seen,
    [Symbol.asyncDispose]: async () => {
      s3.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function listOf(buckets: Iterable<string>): string {
  const all = [...buckets].sort().map((name) => `<Bucket><Name>${name}</Name></Bucket>`);
  return `<ListAllMyBucketsResult><Buckets>${all.join("")}</Buckets></ListAllMyBucketsResult>`;
}

/** Answers with a document. */
export function xml(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { "content-type": "application/xml", ...headers }).end(text);
}

/** Answers with an error in S3's form. */
export function refuse(response: ServerResponse, status: number, code: string, message = "because"): void {
  xml(response, status, `<Error><Code>${code}</Code><Message>${message}</Message></Error>`);
}

/** All that comes, one after the other. */
export async function gathered<T>(source: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of source) found.push(one);
  return found;
}
