/** The server of a watch: the page and what moves it, the figures for programs and for Prometheus. On loopback, for this machine alone. */
import { once } from "node:events";
import type { ServerResponse } from "node:http";
import type { FastifyInstance } from "fastify";
import { listenAt } from "../address/index.ts";
import { toJson } from "../json/index.ts";
import { CONTENT_TYPE, exposition } from "../metrics/index.ts";
import type { Snapshot } from "./figures/snapshot.ts";
import { type Parts, partsOf, watchPage } from "./show/page.ts";
import type { Watch } from "./watch.ts";

/** The port of the page, unless another is asked for: conf/monitoring/prometheus.yml looks there. */
export const WATCH_PORT = 8100;

/** Options of {@link startWatchServer}. */
export interface WatchServerOptions {
  /** What is shown; it is its owner's to end. */
  readonly watch: Watch;
  /** TCP port; 0 takes any free one. @default 8100 */
  readonly port?: number;
}

/** A server that runs. */
export interface WatchServer extends AsyncDisposable {
  /** Where the page is: `http://127.0.0.1:8100`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Nobody else is to read along: the figures name topics, groups and folders. */
const HOST = "127.0.0.1";

/** The least time between two messages to a page, in milliseconds. */
const LEAST = 500;

/**
 * Starts the server: `/` (the page), `/events` (its parts as they change), `/metrics` (for Prometheus), `/snapshot.json`.
 *
 * @throws PORT_TAKEN
 *
 * @example
 * ```ts
 * import { startWatchServer, Watch } from "streambook/watch";
 * await using watch = Watch.open();
 * await using server = await startWatchServer({ watch, port: 0 });
 * const text = await (await fetch(`${server.url}/metrics`)).text();
 * console.assert(text.includes("# TYPE streambook_watch_cpu_seconds_total counter"));
 * ```
 */
export async function startWatchServer({ watch, port = WATCH_PORT }: WatchServerOptions): Promise<WatchServer> {
  const ending = new AbortController();
  const server = await buildServer(watch, ending.signal);
  await listenAt(server, HOST, port);
  const address = server.server.address();
  const actual = typeof address === "object" && address !== null ? address.port : port;
  const close = async (): Promise<void> => {
    ending.abort();
    await server.close();
  };
  return { url: `http://${HOST}:${actual}`, close, [Symbol.asyncDispose]: close };
}

async function buildServer(watch: Watch, ending: AbortSignal): Promise<FastifyInstance> {
  const { default: fastify } = await import("fastify"); // a watch without a page needs no server
  const { html, policy } = watchPage();
  const server = fastify({ forceCloseConnections: true });
  // A page of somebody else's, whose name leads to this machine, is not answered.
  server.addHook("onRequest", async (request, reply) => {
    if (!/^(?:127\.0\.0\.1|localhost|\[::1\])$/.test(request.hostname))
      await reply.code(403).send({ detail: `this server answers as ${HOST} and localhost only` });
  });
  server.addHook("onSend", async (_request, reply) => {
    void reply.headers({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
  });
  server.get("/", (_request, reply) =>
    reply.type("text/html; charset=utf-8").header("content-security-policy", policy).send(html),
  );
  server.get("/metrics", (_request, reply) => reply.type(CONTENT_TYPE).send(exposition(watch.samples())));
  server.get("/snapshot.json", (_request, reply) =>
    reply.type("application/json; charset=utf-8").send(toJson(watch.snapshot(), 2)),
  );
  server.get("/events", async (_request, reply) => {
    reply.hijack();
    await sendParts(reply.raw, watch, ending);
  });
  return server;
}

/** Sends parts of the page as they change, until the reader or the watch is gone. */
async function sendParts(response: ServerResponse, watch: Watch, ending: AbortSignal): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  const signal = AbortSignal.any([gone.signal, ending]);
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write("retry: 2000\n\n");
  let before: Partial<Parts> = {};
  try {
    for await (const snapshot of watch.snapshots(signal)) {
      const parts = partsOnce(snapshot);
      const changed = Object.entries(parts).filter(([id, html]) => before[id as keyof Parts] !== html);
      before = parts;
      if (changed.length === 0) continue;
      const isFull = !response.write(`data: ${JSON.stringify(Object.fromEntries(changed))}\n\n`);
      if (isFull) await once(response, "drain", { signal });
      await new Promise((resolve) => setTimeout(resolve, LEAST));
    }
  } catch {
    // the reader is gone
  }
  response.end();
}

const made = new WeakMap<Snapshot, Parts>();

/** The parts of a snapshot, written once for all readers. */
function partsOnce(snapshot: Snapshot): Parts {
  const parts = made.get(snapshot) ?? partsOf(snapshot);
  made.set(snapshot, parts);
  return parts;
}
