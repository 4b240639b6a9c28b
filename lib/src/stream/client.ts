/** The client of the stream API: lists the texts, and reads one to its end even when the connection breaks. */
import { reachDirectly } from "../address/index.ts";
import { anySignal, backOff, delay, retry } from "../async/index.ts";
import { isRetriable, isStreambookError, messageOf, StreambookError } from "../errors/index.ts";
import { formatSeconds } from "../format/index.ts";

/** Options of {@link readChunks}. */
export interface ReadChunksOptions {
  /** Number of the first chunk wanted. @default 0 */
  readonly from?: number;
  /** Chunks a second; as fast as they come when absent. */
  readonly rate?: number | undefined;
  /** How often in a row a broken stream is taken up again without one more chunk arriving. @default 5 */
  readonly attempts?: number;
  /** Wait before a broken stream is taken up again, in milliseconds; doubled after each failure in a row, to 5 s at most. @default 200 */
  readonly retryDelay?: number;
  /** Longest silence on a connection before it counts as broken, in milliseconds; longer by itself for a low rate. @default 30000 */
  readonly idleTimeout?: number;
  /** Told when a broken stream is taken up again at a chunk. */
  readonly onResume?: (event: { readonly file: string; readonly from: number; readonly error: unknown }) => void;
  /** Told of a line that is not a chunk; such a line is left out. */
  readonly onMalformed?: (event: { readonly file: string; readonly line: string; readonly index: number }) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The names of the texts that a stream source has.
 *
 * @param baseUrl where the source answers: `http://127.0.0.1:8000`
 * @throws UNREACHABLE when nothing answers there; STREAM_BROKEN when what answers is not a stream source
 */
export async function listFiles(
  baseUrl: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<string[]> {
  const url = new URL("/list_files", baseUrl);
  return retry(
    async () => {
      const response = await request(url, options.signal);
      const body: unknown = await response.json().catch(() => undefined);
      const files = (body as { files?: unknown } | undefined)?.files;
      if (Array.isArray(files) && files.every((file) => typeof file === "string")) return files;
      throw new StreambookError(
        "STREAM_BROKEN",
        `${url.href} does not answer as a stream source does; is it the right address?`,
        { retriable: false },
      );
    },
    { attempts: 4, minimumDelay: 200, signal: options.signal },
  );
}

/**
 * Reads a text of a stream source, chunk by chunk. A connection that breaks is made again where it broke (`?from=`).
 * How it knows the end: the HTTP response is sent with `transfer-encoding: chunked`, whose last, empty piece shows a
 * complete body from one that was cut.
 *
 * @param baseUrl where the source answers: `http://127.0.0.1:8000`
 * @param file a name of {@link listFiles}
 * @throws NOT_FOUND; NOT_UTF8; UNREACHABLE; STREAM_BROKEN when it breaks again and again
 *
 * @example
 * ```ts
 * import { mkdtempSync, writeFileSync } from "node:fs";
 * import { startStreamSource, readChunks } from "streambook/stream";
 * const folder = mkdtempSync("texts-");
 * writeFileSync(`${folder}/hello.txt`, "Hello, world");
 * const source = await startStreamSource({ folder, chunkSize: 5, port: 0 });
 * const chunks = [];
 * for await (const chunk of readChunks(source.url, "hello.txt")) chunks.push(chunk);
 * console.assert(chunks.join("|") === "Hello|, wor|ld");
 * await source.close();
 * ```
 */
export async function* readChunks(
  baseUrl: string,
  file: string,
  options: ReadChunksOptions = {},
): AsyncGenerator<string> {
  for await (const chunks of readChunkGroups(baseUrl, file, options)) yield* chunks;
}

/** As {@link readChunks}, with the chunks that arrive together in one list: fewer turns of the event loop. */
export async function* readChunkGroups(
  baseUrl: string,
  file: string,
  options: ReadChunksOptions = {},
): AsyncGenerator<string[]> {
  const { attempts = 5, retryDelay = 200, onResume, onMalformed, signal } = options;
  let next = options.from ?? 0; // number of the next line wanted, malformed ones counted
  let failures = 0;
  const state: FileState = {};
  while (true) {
    try {
      for await (const lines of readLines(streamUrl(baseUrl, file, next, options.rate), state, options)) {
        const chunks = parseLines(lines, (line, index) => onMalformed?.({ file, line, index: next + index }));
        next += lines.length; // before the yield: a reader that has them must not get them again
        failures = 0;
        if (chunks.length > 0) yield chunks;
      }
      return;
    } catch (error) {
      signal?.throwIfAborted();
      if (!isRetriable(error)) throw error;
      if (++failures >= attempts) throw givenUp(error, baseUrl, file, next);
      await delay(backOff(failures, { minimumDelay: retryDelay }), signal);
      onResume?.({ file, from: next, error });
    }
  }
}

/** The state of the file that a reader has begun with, as the source names it. */
interface FileState {
  tag?: string;
}

function givenUp(error: unknown, baseUrl: string, file: string, next: number): StreambookError {
  if (isStreambookError(error, "UNREACHABLE") && next === 0) return error;
  return new StreambookError(
    "STREAM_BROKEN",
    `the stream of ${file} from ${baseUrl} broke at chunk ${next} and could not be taken up again (${messageOf(error)}); check that the stream source is still running`,
    { cause: error },
  );
}

function streamUrl(baseUrl: string, file: string, from: number, rate: number | undefined): URL {
  const url = new URL(`/stream/${encodeURIComponent(file)}`, baseUrl);
  if (from > 0) url.searchParams.set("from", String(from));
  if (rate !== undefined) url.searchParams.set("rate", String(rate));
  return url;
}

function parseLines(lines: readonly string[], onMalformed: (line: string, index: number) => void): string[] {
  const chunks: string[] = [];
  lines.forEach((line, index) => {
    const chunk = parseChunk(line);
    if (chunk === undefined) onMalformed(line, index);
    else chunks.push(chunk);
  });
  return chunks;
}

function parseChunk(line: string): string | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const chunk = typeof value === "object" && value !== null ? (value as { chunk?: unknown }).chunk : undefined;
    return typeof chunk === "string" ? chunk : undefined;
  } catch {
    return undefined;
  }
}

/** The whole lines of a response, in the groups in which they arrive; a last line that lacks its end is one too. */
async function* readLines(
  url: URL,
  state: FileState,
  { idleTimeout = 30_000, rate, signal }: ReadChunksOptions,
): AsyncGenerator<string[]> {
  let rest = "";
  const limit = Math.min(LONGEST_TIMER, Math.max(idleTimeout, rate === undefined ? 0 : 3000 / rate));
  for await (const piece of readText(url, state, limit, signal)) {
    const lines = piece.split("\n"); // only what is new is looked through, or a very long line would take the square of its length
    lines[0] = rest + (lines[0] as string);
    rest = lines.pop() as string;
    if (lines.length > 0) yield lines;
  }
  if (rest !== "") yield [rest];
}

const LONGEST_TIMER = 2 ** 31 - 1;

/** The text of a response in pieces; fails when nothing arrives for `limit` milliseconds while it is waited for. */
async function* readText(
  url: URL,
  state: FileState,
  limit: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<string> {
  const connection = new AbortController();
  const heard = <T>(waiting: Promise<T>): Promise<T> => orSilent(waiting, limit, url, connection);
  const stop = anySignal(signal, connection.signal);
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  try {
    const response = await heard(request(url, stop, state.tag === undefined ? {} : { "if-match": state.tag }));
    const tag = response.headers.get("etag");
    if (tag !== null) state.tag ??= tag;
    const pieces = response.body?.getReader();
    for (let read; (read = await heard(Promise.resolve(pieces?.read()))) !== undefined && !read.done;)
      yield decoder.decode(read.value as Uint8Array, { stream: true });
    yield decoder.decode();
  } catch (error) {
    throw error instanceof TypeError && error.message === "terminated" ? broken(url, error) : error;
  } finally {
    connection.abort();
  }
}

/**
 * Waits for what the source sends, and breaks the connection when that is nothing for long. What a slow reader does between two
 * waits is not the source's silence; nor is what arrived while this process was busy, so its input is looked at once more.
 */
async function orSilent<T>(waiting: Promise<T>, limit: number, url: URL, connection: AbortController): Promise<T> {
  let over = false;
  const silent = new StreambookError(
    "STREAM_BROKEN",
    `${url.origin} was silent for ${formatSeconds(limit / 1000)}; check that the stream source is still running`,
  );
  const timer = setTimeout(() => setImmediate(() => void (over || connection.abort(silent))), limit);
  try {
    return await waiting;
  } finally {
    over = true;
    clearTimeout(timer);
  }
}

function broken(url: URL, cause: Error): StreambookError {
  return new StreambookError(
    "STREAM_BROKEN",
    `the connection to ${url.origin} broke (${messageOf(cause.cause ?? cause)}); check that the stream source is still running`,
    { cause },
  );
}

async function request(
  url: URL,
  signal: AbortSignal | undefined,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  reachDirectly(url.origin);
  let response: Response;
  try {
    response = await fetch(url, { signal: signal ?? null, redirect: "error", headers });
  } catch (cause) {
    signal?.throwIfAborted();
    const reason = messageOf((cause as Error).cause ?? cause);
    if (reason === "bad port") {
      // https://fetch.spec.whatwg.org/#port-blocking
      throw new StreambookError(
        "USAGE",
        `port ${url.port} is one that HTTP clients refuse; start the stream source on another one, such as 8000`,
      );
    }
    throw new StreambookError("UNREACHABLE", `no stream source answers at ${url.origin} (${reason})`, {
      cause,
      hint: { run: { program: "source", port: Number(url.port || 80) } },
    });
  }
  if (response.ok) return response;
  const body = (await response.json().catch(() => ({}))) as { detail?: unknown };
  const detail = typeof body.detail === "string" ? body.detail : `status ${response.status}`;
  throw refusal(response.status, url, detail);
}

function refusal(status: number, url: URL, detail: string): StreambookError {
  if (status === 404)
    return new StreambookError(
      "NOT_FOUND",
      `${url.href}: ${detail}; ${url.origin}/list_files names the texts there are`,
    );
  if (status === 403) return new StreambookError("TEXT_UNREADABLE", `${detail}; give the source the right to read it`);
  if (status === 412)
    return new StreambookError("STREAM_BROKEN", `${detail}; read it again from its start`, { retriable: false });
  if (status === 422) return new StreambookError("NOT_UTF8", `${detail}; save the file as UTF-8`);
  return new StreambookError("STREAM_BROKEN", `${url.href} answered ${status}: ${detail}`, {
    retriable: status >= 500,
  });
}
