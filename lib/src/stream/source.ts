/** The stream API: serves the texts of a folder as streams of chunks, as fast as the reader reads them. */
import type { ServerResponse } from "node:http";
import type { FastifyInstance, FastifyReply } from "fastify";
import { listenAt } from "../address/index.ts";
import { delay } from "../async/index.ts";
import { isStreambookError, messageOf, shownName, StreambookError } from "../errors/index.ts";
import { checkChunkSize } from "./chunks.ts";
import { faultSentences, notUtf8, takeSurvey, type TextSurvey } from "./survey.ts";
import { LineReader, PIECE } from "./line-reader.ts";
import { TextFolder, type OpenText } from "./texts.ts";
import { isLarge, Utf8Checks } from "./utf8-checks.ts";

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
  /** Called with the reason when a reader asks for a text that cannot be served: it is not UTF-8, or may not be read. */
  readonly onRefused?: ((message: string) => void) | undefined;
  /** Stops the source when it aborts. */
  readonly signal?: AbortSignal | undefined;
}

/** A stream source that is running. */
export interface StreamSource {
  /** Where it answers: `http://127.0.0.1:8000`. */
  readonly url: string;
  /** What was in the folder when it started; whether the texts are UTF-8 was not looked at. */
  readonly survey: TextSurvey;
  /** Resolves when the source has been closed. */
  readonly closed: Promise<void>;
  /** Stops listening, ends the streams that are open, and waits until that is done. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts the stream API: `GET /list_files`, `GET /stream/{filename}`, `GET /health`, and its documentation at `GET /docs`.
 *
 * @throws NOT_FOUND without the folder; NO_TEXTS when it holds no text; TEXT_UNREADABLE when none can be read; PORT_TAKEN; USAGE for a chunk size below 1
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
  const { folder, port = 8000, host = "127.0.0.1", onRefused, signal } = options;
  const chunkSize = checkChunkSize(options.chunkSize ?? 1024);
  signal?.throwIfAborted();
  const texts = await TextFolder.open(folder);
  const survey = await takeSurvey(texts, { contents: false, signal });
  if (survey.names.length === 0)
    throw new StreambookError("TEXT_UNREADABLE", `in ${survey.folder}: ${faultSentences(survey).join("; ")}`);
  const server = await buildServer(texts, chunkSize, onRefused);
  await listenAt(server, host, port);
  return runningSource(server, host, survey, signal);
}

function runningSource(
  server: FastifyInstance,
  host: string,
  survey: TextSurvey,
  signal: AbortSignal | undefined,
): StreamSource {
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
  const url = `http://${shown}:${actual}`;
  return { url, survey, closed: closed.promise, close, [Symbol.asyncDispose]: close };
}

/** What the routes serve, and how. */
interface Service {
  readonly texts: TextFolder;
  readonly checks: Utf8Checks;
  readonly chunkSize: number;
  readonly onRefused: (message: string) => void;
}

async function buildServer(
  texts: TextFolder,
  chunkSize: number,
  onRefused: (message: string) => void = () => undefined,
): Promise<FastifyInstance> {
  const checks = new Utf8Checks();
  // who only reads streams need not wait for the server's packages
  const [{ default: fastify }, { default: swagger }, { default: swaggerUi }] = await Promise.all([
    import("fastify"),
    import("@fastify/swagger"),
    import("@fastify/swagger-ui"),
  ]);
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
    const status = statusOf(error);
    if (status === 503) void reply.header("retry-after", 1);
    if (status === 403) onRefused(messageOf(error));
    return reply.code(status).send({ detail: messageOf(error) });
  });
  server.addHook("onClose", () => checks.stop());
  await server.register(swagger, { openapi: OPENAPI });
  await server.register(swaggerUi, { routePrefix: "/docs" });
  addRoutes(server, { texts, checks, chunkSize, onRefused });
  return server;
}

function statusOf(error: unknown): number {
  const { validation, statusCode = 500, code } = error as { validation?: unknown; statusCode?: number; code?: string };
  if (validation !== undefined) return 400;
  if (isStreambookError(error, "TEXT_UNREADABLE")) return 403;
  return code === "EMFILE" || code === "ENFILE" ? 503 : statusCode; // as many files are open as the system allows
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

function addRoutes(server: FastifyInstance, service: Service): void {
  const { texts } = service;
  server.get("/health", { schema: HEALTH }, () => ({ status: "ok" }));
  server.get("/list_files", { schema: LIST_FILES }, async () => ({ files: (await texts.list()).names }));
  server.get<{ Params: { filename: string }; Querystring: { from: number; rate?: number }; Reply: unknown }>(
    "/stream/:filename",
    { schema: STREAM, exposeHeadRoute: false },
    async (request, reply) => {
      const { from, rate } = request.query;
      const text = await texts.open(request.params.filename);
      if (text === undefined) return reply.code(404).send(NO_FILE);
      return sendText(reply, text, { ...service, from, rate, version: request.headers["if-match"] });
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
    403: { description: "The file may not be read", ...DETAIL },
    404: { description: "There is no such text", ...DETAIL },
    412: { description: "If-Match names a state of the file (ETag) that it is no longer in", ...DETAIL },
    422: { description: "The file is not UTF-8", ...DETAIL },
    503: { description: "Too many files are open; try again", ...DETAIL },
  },
} as const;

interface SendOptions extends Service {
  readonly from: number;
  readonly rate: number | undefined;
  /** The state of the file that the reader has begun with, when it goes on. */
  readonly version: string | undefined;
}

/** Sends a text, and closes it in the end. */
async function sendText(reply: FastifyReply, text: OpenText, options: SendOptions): Promise<FastifyReply> {
  try {
    const check = options.checks.of(text);
    const bad = isLarge(text) ? await soon(check) : await check;
    if (bad !== undefined) {
      const detail = notUtf8(text.name, bad);
      options.onRefused(detail);
      return await reply.code(422).send({ detail });
    }
    const version = `"${text.stamp}"`;
    if (options.version !== undefined && options.version !== version)
      return await reply.code(412).send({ detail: `${shownName(text.name)} was changed while it was read` });
    reply.hijack(); // what follows is written to the connection piece by piece
    reply.raw.writeHead(200, { "content-type": "application/x-ndjson", "cache-control": "no-store", etag: version });
    await sendLines(reply.raw, text, check, options);
  } finally {
    await text.close();
  }
  return reply;
}

/** How long the reader of a large text waits for the check of all of it, in milliseconds. */
const CHECKED_FIRST = 100;

/** What a check has found, or undefined when that takes long. */
async function soon(check: Promise<number | undefined>): Promise<number | undefined> {
  const late = Promise.withResolvers<undefined>();
  const timer = setTimeout(() => late.resolve(undefined), CHECKED_FIRST);
  try {
    return await Promise.race([check, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Writes the lines of a text, each piece when the one before has left: a reader that rests costs one piece, in a buffer that serves
 * for all of its text. When the check finds, or the reading meets, what is not UTF-8, the connection breaks: it never ends as that of a
 * whole text does, and the next request gets the 422.
 */
async function sendLines(
  response: ServerResponse,
  text: OpenText,
  check: Promise<number | undefined>,
  { checks, chunkSize, from, rate }: SendOptions,
): Promise<void> {
  const gone = new AbortController();
  const write = writer(response, gone);
  check.then(
    (bad) => void (bad !== undefined && !response.writableEnded && response.destroy()),
    () => undefined, // the reading sees for itself
  );
  const reader = new LineReader(text, chunkSize, from, (position) => checks.found(text, position));
  const pace = rate === undefined ? undefined : new Pace(rate, gone.signal);
  const buffer = Buffer.allocUnsafeSlow(PIECE);
  try {
    for (let piece; (piece = await reader.read(buffer, await pace?.due())) !== undefined;) {
      await write(piece);
      pace?.count(piece);
    }
    response.end();
  } catch {
    response.destroy(); // whatever it was, the reader must not take what it has for the whole
  }
}

/** Writes pieces to a response; each resolves when it has left, or rejects when the reader has gone. */
function writer(response: ServerResponse, gone: AbortController): (piece: Uint8Array) => Promise<void> {
  let stop: (reason: unknown) => void = () => undefined;
  response.once("close", () => {
    gone.abort();
    stop(gone.signal.reason);
  });
  if (response.destroyed) gone.abort();
  return (piece) =>
    new Promise((resolve, reject) => {
      gone.signal.throwIfAborted();
      stop = reject;
      response.write(piece, (error) => (error ? reject(error) : resolve()));
    });
}

/** When chunks are due at `rate` a second: chunk i is i / rate seconds after the first; what is due together goes together. */
class Pace {
  readonly #rate: number;
  readonly #signal: AbortSignal;
  readonly #start = performance.now();
  #sent = 0;

  constructor(rate: number, signal: AbortSignal) {
    this.#rate = rate;
    this.#signal = signal;
  }

  /** Waits until a chunk is due, and says how many are. */
  async due(): Promise<number> {
    const wait = this.#start + (this.#sent / this.#rate) * 1000 - performance.now();
    if (wait > 1) await delayLong(wait, this.#signal);
    const all = Math.floor(((performance.now() - this.#start) / 1000) * this.#rate) + 1;
    return Math.max(1, all - this.#sent);
  }

  /** Counts the lines that end in a piece. */
  count(piece: Uint8Array): void {
    for (const byte of piece) if (byte === NEWLINE) this.#sent++;
  }
}

const NEWLINE = 0x0a;

const LONGEST_TIMER = 2 ** 31 - 1;

async function delayLong(milliseconds: number, signal: AbortSignal): Promise<void> {
  for (let rest = milliseconds; rest > 0; rest -= LONGEST_TIMER) await delay(Math.min(rest, LONGEST_TIMER), signal);
}
