/**
 * WebHDFS for the machine outside of the containers. The NameNode sends every reader and writer on to the DataNode, by the
 * name which that has among the containers (`datanode:9864`) and which means nothing outside. HDFS knows one such name, so
 * there is a second door to the NameNode, as Kafka has one: it passes everything on, and translates where the answer sends.
 */
import { Agent, createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";

/** What {@link serveOutside} needs to know. */
export interface OutsideOptions {
  /** Where it listens; 0 takes a free port. */
  readonly port: number;
  /** The port of the NameNode's own web server, beside us. */
  readonly namenode: number;
  /** The DataNode's web address among the containers, `host:port`. */
  readonly inside: string;
  /** The same DataNode, for those outside. */
  readonly outside: string;
}

/** An agent of our own, unlike Node's, asks no proxy. */
const direct = new Agent({ keepAlive: true, timeout: 5000 });

/** Opens the second door. */
export async function serveOutside(options: OutsideOptions): Promise<{ readonly port: number } & AsyncDisposable> {
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    passOn(request, response, options).catch(() => response.destroy());
  };
  // who asks before sending a body is sent on at once, and keeps it for the DataNode
  const server = createServer(serve).on("checkContinue", serve);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port, "0.0.0.0", resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function passOn(request: IncomingMessage, response: ServerResponse, options: OutsideOptions): Promise<void> {
  const { method, url } = request;
  const { expect, ...headers } = request.headers;
  if (expect !== undefined) delete headers["content-length"];
  const onward = httpRequest({ host: "127.0.0.1", port: options.namenode, method, path: url, headers, agent: direct });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    onward.once("response", resolve).once("error", reject);
  });
  answered.catch(() => undefined); // the request's body may fail first
  try {
    if (expect === undefined) await pipeline(request, onward);
    else onward.end();
    await giveBack(await answered, response, options);
  } catch (error) {
    if (response.headersSent) throw error;
    response.writeHead(502, { "content-type": "text/plain" }).end("the NameNode does not answer yet\n");
  }
}

async function giveBack(answer: IncomingMessage, response: ServerResponse, options: OutsideOptions): Promise<void> {
  const translate = (text: string): string => translateAddress(text, options);
  const headers = { ...answer.headers };
  if (headers.location !== undefined) headers.location = translate(headers.location);
  const status = answer.statusCode ?? 502;
  if (!/\bjson\b/.test(headers["content-type"] ?? "")) {
    response.writeHead(status, headers);
    return pipeline(answer, response);
  }
  // with `noredirect=true` the address comes as JSON
  const parts: Buffer[] = [];
  for await (const part of answer as AsyncIterable<Buffer>) parts.push(part);
  const body = Buffer.from(translate(Buffer.concat(parts).toString("utf8")));
  delete headers["transfer-encoding"];
  response.writeHead(status, { ...headers, "content-length": body.length }).end(body);
}

/** Gives `{"Location":"http://inside/…"}`, or the URL alone, with the address of outside. */
export function translateAddress(
  text: string,
  { inside, outside }: Pick<OutsideOptions, "inside" | "outside">,
): string {
  const beginning = /^(\s*(?:\{\s*"Location"\s*:\s*")?http:\/\/)([^/"]+)/;
  return text.replace(beginning, (all, before: string, host: string) => (host === inside ? before + outside : all));
}
