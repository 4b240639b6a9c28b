/** Serves the live page, and tells everyone who looks at it of what has changed, by server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */
import type { ServerResponse } from "node:http";
import { livePage } from "./page.ts";
import type { LiveSnapshot } from "./live-report.ts";

/** The page, served until it is closed. */
export interface LiveServer extends AsyncDisposable {
  /** Where the page is: `http://127.0.0.1:41234/`. */
  readonly url: string;
  /** Sends what is now to all who look. */
  update(): void;
}

/** @param now what the page shows at this moment */
export async function serveLive(now: () => LiveSnapshot): Promise<LiveServer> {
  const watching = new Set<ServerResponse>();
  const { default: fastify } = await import("fastify");
  const server = fastify({ forceCloseConnections: true });
  server.get("/", async (_, reply) => reply.type("text/html; charset=utf-8").send(await livePage(now())));
  server.get("/events", (_, reply) => {
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" });
    raw.write(eventOf(now()));
    watching.add(raw);
    raw.on("close", () => watching.delete(raw));
  });
  const address = await server.listen({ host: "127.0.0.1", port: 0 });
  return {
    url: `${address}/`,
    update: () => {
      const event = eventOf(now());
      for (const raw of watching) raw.write(event);
    },
    [Symbol.asyncDispose]: async () => {
      for (const raw of watching) raw.end();
      await server.close();
    },
  };
}

function eventOf(snapshot: LiveSnapshot): string {
  return `data: ${JSON.stringify(snapshot)}\n\n`; // JSON has no line breaks
}
