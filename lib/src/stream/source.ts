/** The stream API: serves the texts of a folder as streams of chunks, as fast as the reader reads them. */
import { Readable } from "node:stream";
import fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import swagger from "@fastify/swagger";
import swaggerUi from "@fastify/swagger-ui";
import { delay } from "../async/index.ts";
import { StreambookError } from "../errors/index.ts";
import { checkChunkSize } from "./chunks.ts";
import { notUtf8, readTextChunks, TextFolder, type OpenText } from "./texts.ts";

/** Options of {@link startStreamSource}. */
export interface StreamSourceOptions {
  /** Folder whose regular files are the texts. */
  readonly folder: string;
  /** Unicode code points in a chunk, 1 or more. @default 1024 */
  readonly chunkSize?: number;
  /** TCP port; 0 takes any free one. @default 8000 */
  readonly port?: number;
  /** Address to listen on. @default "127.0.0.1" */
  readonly host?: string;
  /** Stops the source when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** A stream source that is running. */
export interface StreamSource {
  /** Where it answers: `http://127.0.0.1:8000`. */
  readonly url: string;
  /** Resolves when the source has been closed. */
  readonly closed: Promise<void>;
  /** Stops listening, ends the streams that are open, and waits until that is done. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts the stream API: `GET /list_files`, `GET /stream/{filename}`, `GET /health`, and its documentation at `GET /docs`.
 *
 * @throws NOT_FOUND without the folder; NO_TEXTS when it holds no text; PORT_TAKEN; USAGE for a chunk size below 1
 *
 * @example
 * ```ts
 * import { mkdtempSync, writeFileSync } from "node:fs";
 * import { startStreamSource, listFiles } from "streambook/stream";
 * const folder = mkdtempSync("texts-");
 * writeFileSync(`${folder}/hello.txt`, "Hello, world");
 * const source = await startStreamSource({ folder, chunkSize: 5, port: 0 });
 * console.assert((await listFiles(source.url))[0] === "hello.txt");
 * await source.close();
 * ```
 */
export async function startStreamSource(options: StreamSourceOptions): Promise<StreamSource> {
  const { folder, port = 8000, host = "127.0.0.1", signal } = options;
  const chunkSize = checkChunkSize(options.chunkSize ?? 1024);
  signal?.throwIfAborted();
  const texts = await TextFolder.open(folder);
  await texts.survey();
  const server = await buildServer(texts, chunkSize);
  await listen(server, host, port);
  return runningSource(server, host, signal);
}

function runningSource(server: FastifyInstance, host: string, signal: AbortSignal | undefined): StreamSource {
  const address = server.server.address();
  const actual = typeof address === "object" && address !== null ? address.port : 0;
  const shown = host.includes(":") ? `[${host}]` : host;
  let closing: Promise<void> | undefined;
  const closed = Promise.withResolvers<void>();
  const close = (): Promise<void> => {
    signal?.removeEventListener("abort", onAbort);
    closing ??= server.close().then(() => closed.resolve(), closed.reject);
    return closed.promise;
  };
  const onAbort = (): void => void close().catch(() => undefined);
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  return { url: `http://${shown}:${actual}`, closed: closed.promise, close, [Symbol.asyncDispose]: close };
}

async function listen(server: FastifyInstance, host: string, port: number): Promise<void> {
  try {
    await server.listen({ host, port });
  } catch (cause) {
    await server.close();
    const code = (cause as NodeJS.ErrnoException).code;
    const what = {
      EADDRINUSE: `port ${port} is taken by another program; choose another one with --port, or end that program`,
      EACCES: `port ${port} may not be used without special rights; choose one from 1024 up with --port`,
      EADDRNOTAVAIL: `this machine has no address ${host}; listen on 127.0.0.1 or 0.0.0.0`,
      ENOTFOUND: `there is no host ${host}; listen on 127.0.0.1 or 0.0.0.0`,
    }[code ?? ""];
    if (what === undefined) throw cause;
    throw new StreambookError(code === "EADDRINUSE" || code === "EACCES" ? "PORT_TAKEN" : "USAGE", what, { cause });
  }
}

async function buildServer(texts: TextFolder, chunkSize: number): Promise<FastifyInstance> {
  const server = fastify({
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 4096 },
    // A name that is not percent-encoded properly is a file that is not there.
    frameworkErrors: (_error, _request, reply: FastifyReply) => void reply.code(404).send(NO_FILE),
  });
  server.setNotFoundHandler((request, reply) => {
    return reply.code(404).send(request.url.startsWith("/stream") ? NO_FILE : { detail: "Not Found" });
  });
  server.setErrorHandler((error, _request, reply) => {
    const {
      validation,
      statusCode = 500,
      message,
    } = error as { validation?: unknown; statusCode?: number; message: string };
    return reply.code(validation === undefined ? statusCode : 400).send({ detail: message });
  });
  await server.register(swagger, { openapi: OPENAPI });
  await server.register(swaggerUi, { routePrefix: "/docs" });
  addRoutes(server, texts, chunkSize);
  return server;
}

const NO_FILE = { detail: "File not found" };

const OPENAPI = {
  info: {
    title: "streambook stream API",
    description: "Texts of a folder as streams of chunks. The chunks of a text joined are the file, byte for byte.",
    version: "1.0.0",
  },
};

const DETAIL = { type: "object", properties: { detail: { type: "string" } }, required: ["detail"] } as const;

function addRoutes(server: FastifyInstance, texts: TextFolder, chunkSize: number): void {
  server.get("/health", { schema: HEALTH }, () => ({ status: "ok" }));
  server.get("/list_files", { schema: LIST_FILES }, async () => ({ files: await texts.names() }));
  server.get<{ Params: { filename: string }; Querystring: { from: number; rate?: number }; Reply: unknown }>(
    "/stream/:filename",
    { schema: STREAM, exposeHeadRoute: false },
    async (request, reply) => {
      const { from, rate } = request.query;
      const text = await texts.open(request.params.filename);
      if (text === undefined) return reply.code(404).send(NO_FILE);
      const gone = new AbortController();
      reply.raw.once("close", () => gone.abort());
      return sendText(reply, texts, text, { chunkSize, from, rate, signal: gone.signal });
    },
  );
}

const HEALTH = {
  summary: "Whether the source is there",
  response: { 200: { type: "object", properties: { status: { type: "string", const: "ok" } } } },
} as const;

const LIST_FILES = {
  summary: "The names of the texts, sorted",
  response: { 200: { type: "object", properties: { files: { type: "array", items: { type: "string" } } } } },
} as const;

const STREAM = {
  summary: "A text as lines of JSON, one chunk each",
  params: { type: "object", properties: { filename: { type: "string", description: "A name of /list_files" } } },
  querystring: {
    type: "object",
    properties: {
      from: {
        type: "integer",
        minimum: 0,
        maximum: Number.MAX_SAFE_INTEGER,
        default: 0,
        description: "Number of the first chunk wanted, to go on where a connection broke",
      },
      rate: {
        type: "number",
        exclusiveMinimum: 0,
        description: "Chunks a second; as fast as the reader reads when absent",
      },
    },
  },
  produces: ["application/x-ndjson"],
  response: {
    200: {
      description: 'Lines of the form {"chunk": "…"}',
      content: { "application/x-ndjson": { schema: { type: "object", properties: { chunk: { type: "string" } } } } },
    },
    400: { description: "A query that makes no sense", ...DETAIL },
    404: { description: "There is no such text", ...DETAIL },
    422: { description: "The file is not UTF-8", ...DETAIL },
  },
} as const;

interface SendOptions {
  readonly chunkSize: number;
  readonly from: number;
  readonly rate: number | undefined;
  readonly signal: AbortSignal;
}

async function sendText(
  reply: FastifyReply,
  texts: TextFolder,
  text: OpenText,
  options: SendOptions,
): Promise<FastifyReply> {
  const { chunkSize, from, rate, signal } = options;
  const bad = await texts.badUtf8(text, signal).catch(async (error: unknown) => {
    await text.file.close();
    throw error;
  });
  if (bad !== undefined) {
    await text.file.close();
    return reply.code(422).send({ detail: notUtf8(text.name, bad) });
  }
  const groups = readTextChunks(text, chunkSize, from, signal);
  const lines = rate === undefined ? asLines(groups) : paced(groups, rate, signal);
  const body = Readable.from(lines, { objectMode: false, highWaterMark: 1 << 16 });
  // Not in a finally of the generator: a reader that goes away before the first line never starts it.
  body.once("close", () => void text.file.close());
  return reply.type("application/x-ndjson").header("cache-control", "no-store").send(body);
}

const toLine = (chunk: string): string => `{"chunk":${JSON.stringify(chunk)}}\n`;

const LINES = 1 << 16;

/** The lines of all chunks, joined to pieces of about 64 KiB, because each piece costs a turn of the event loop. */
async function* asLines(groups: AsyncIterable<string[]>): AsyncGenerator<string> {
  for await (const chunks of groups) {
    let lines = "";
    for (const chunk of chunks) {
      lines += toLine(chunk);
      if (lines.length < LINES) continue;
      yield lines;
      lines = "";
    }
    if (lines !== "") yield lines;
  }
}

/** The lines at `rate` chunks a second: chunk i is due i / rate seconds after the first; what is due together goes together. */
async function* paced(groups: AsyncIterable<string[]>, rate: number, signal: AbortSignal): AsyncGenerator<string> {
  const start = performance.now();
  let sent = 0;
  let lines = "";
  for await (const chunks of groups) {
    for (const chunk of chunks) {
      const wait = start + (sent / rate) * 1000 - performance.now();
      if (wait > 1 || lines.length > LINES) {
        if (lines !== "") yield lines;
        lines = "";
        if (wait > 1) await delayLong(wait, signal);
      }
      lines += toLine(chunk);
      sent++;
    }
  }
  if (lines !== "") yield lines;
}

const LONGEST_TIMER = 2 ** 31 - 1;

async function delayLong(milliseconds: number, signal: AbortSignal): Promise<void> {
  for (let rest = milliseconds; rest > 0; rest -= LONGEST_TIMER) await delay(Math.min(rest, LONGEST_TIMER), signal);
}
