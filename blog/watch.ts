/** Serves the site while one writes: what is changed is built anew, and open pages reload themselves. */
import { watch } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { extname, join, normalize, sep } from "node:path";
import { describeError } from "../lib/src/cli/hints.ts";
import { isStreambookError, messageOf, StreambookError } from "../lib/src/errors/index.ts";
import { onEndSignal } from "../lib/bin/signals.mjs";
import { hasFlag, type Options } from "./options.ts";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpeg": "image/jpeg",
  ".xml": "application/xml; charset=utf-8",
  ".woff2": "font/woff2",
};
/** Editors write a file in several steps; only the last counts. */
const QUIET = 150;
/** Ports that are tried after the one asked for. */
const PORTS = 20;

const reloadPath = "/__reload";
const reloadScript = `new EventSource("${reloadPath}").onmessage=()=>location.reload()`;

/** Answers with the files of a folder under a path; an address that is not there gets the page 404.html. */
export function createSiteServer({ folder, base = "/", live }: { folder: string; base?: string; live?: Live }): Server {
  return createServer((request, response) => {
    respond(request, response, folder, base, live).catch((error: unknown) => {
      response.writeHead(500, { "content-type": "text/plain" }).end(messageOf(error));
    });
  });
}

/** Pages that wait for changes. */
export class Live {
  readonly #pages = new Set<ServerResponse>();

  add(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
    response.write("retry: 500\n\n");
    this.#pages.add(response);
    response.on("close", () => this.#pages.delete(response));
  }

  reload(): void {
    for (const page of this.#pages) page.write("data: reload\n\n");
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  folder: string,
  base: string,
  live: Live | undefined,
): Promise<void> {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  if (live !== undefined && pathname === reloadPath) return live.add(response);
  if (live !== undefined && pathname === `${reloadPath}.js`)
    return void response.writeHead(200, { "content-type": TYPES[".js"] }).end(reloadScript);
  if (pathname === "/" && base !== "/") return void response.writeHead(302, { location: base }).end();
  const file = fileOf(pathname, folder, base);
  const content = file === undefined ? undefined : await readFile(file).catch(() => undefined);
  const found = file !== undefined && content !== undefined;
  const shown = found ? content : await readFile(join(folder, "404.html")).catch(() => Buffer.from("not found"));
  const type = found ? (TYPES[extname(file)] ?? "application/octet-stream") : TYPES[".html"];
  response.writeHead(found ? 200 : 404, { "content-type": type, "cache-control": "no-cache" });
  const page = live !== undefined && type === TYPES[".html"];
  response.end(page ? `${shown.toString()}<script src="${reloadPath}.js"></script>` : shown);
}

/** The file of a path, never one outside the folder. */
function fileOf(pathname: string, folder: string, base: string): string | undefined {
  if (!pathname.startsWith(base)) return undefined;
  let path: string;
  try {
    path = decodeURIComponent(pathname.slice(base.length));
  } catch {
    return undefined;
  }
  const file = normalize(join(folder, path === "" || path.endsWith("/") ? `${path}index.html` : path));
  return file.startsWith(folder + sep) && !path.includes("\0") ? file : undefined;
}

/** Builds, serves, and builds again whenever a notebook or the theme changes; ends with Ctrl-C. */
export async function serve(options: Options, build: (options: Options) => Promise<void>): Promise<void> {
  const base = options.base ?? (options.address === undefined ? "/" : new URL(options.address).pathname);
  const live = new Live();
  await build(options);
  const server = createSiteServer({ folder: options.output, base, live });
  const port = await listen(server, options.port);
  console.log(`blog: http://localhost:${port}${base}  (Ctrl-C ends it)`);
  const rebuild = serialized(async () => {
    try {
      await build(options);
      live.reload();
    } catch (error) {
      // The last good site stays: one writes on, and the next save builds again.
      console.error(isStreambookError(error) ? `blog: ${describeError(error, hasFlag)}` : error);
    }
  });
  let timer: NodeJS.Timeout | undefined;
  const changed = (_: string, name: string | null): void => {
    if (name !== null && !/\.(ipynb|css|ts)$/.test(name)) return;
    clearTimeout(timer);
    timer = setTimeout(rebuild, QUIET);
  };
  const here = import.meta.dirname;
  const watchers = [
    options.notebooks,
    join(options.notebooks, "solutions"),
    join(here, "theme"),
    join(here, "client"),
  ].flatMap((folder) => tryWatch(folder, changed));
  await new Promise<void>((resolve) => onEndSignal(() => resolve()));
  clearTimeout(timer);
  for (const watcher of watchers) watcher.close();
  server.closeAllConnections();
  server.close();
}

function tryWatch(folder: string, changed: (event: string, name: string | null) => void): { close(): void }[] {
  try {
    return [watch(folder, changed)];
  } catch {
    return []; // a folder of solutions is no must
  }
}

/** One at a time; what is asked for meanwhile is done once, after it. */
function serialized(work: () => Promise<void>): () => void {
  let running: Promise<void> | undefined;
  let again = false;
  const run = (): void => {
    if (running !== undefined) return void (again = true);
    running = work().finally(() => {
      running = undefined;
      if (!again) return;
      again = false;
      run();
    });
  };
  return run;
}

/** Listens on a port of this machine alone, or on the next free one. @throws PORT_TAKEN */
export async function listen(server: Server, wanted: number): Promise<number> {
  for (let port = wanted; port < wanted + PORTS && port < 65536; port++) {
    const taken = await new Promise<boolean>((resolve, reject) => {
      server.once("error", (error: NodeJS.ErrnoException) =>
        error.code === "EADDRINUSE" || error.code === "EACCES" ? resolve(true) : reject(error),
      );
      server.listen(port, "127.0.0.1", () => resolve(false));
    });
    server.removeAllListeners("error");
    if (!taken) return (server.address() as { port: number }).port;
  }
  throw new StreambookError("PORT_TAKEN", `the ports from ${wanted} on are taken`, { hint: { change: ["port"] } });
}
