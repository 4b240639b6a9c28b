/**
 * One request of the WebHDFS REST API: sent, waited for with a time limit, its failure turned into a coded error.
 * Paths, retries and the meaning of answers are left to `webhdfs.ts`.
 *
 * https://hadoop.apache.org/docs/r3.4.3/hadoop-project-dist/hadoop-hdfs/WebHDFS.html
 */
import { once } from "node:events";
import { Agent, request as httpRequest, type ClientRequest, type IncomingMessage } from "node:http";
import { messageOf, StreambookError } from "../errors/index.ts";
import { formatSeconds } from "../format/index.ts";

/** What a request is about, for its messages. */
export interface RequestOptions {
  readonly method: "GET" | "PUT" | "POST" | "DELETE";
  /** What is being done, for messages: "create /streambook/x". */
  readonly what: string;
  /** Longest wait without progress, in milliseconds. */
  readonly timeout: number;
  readonly agent?: Agent | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The bytes to send. */
export type Body = Uint8Array | AsyncIterable<Uint8Array>;

const SLICE = 256 * 1024;

/** Connections to DataNodes, whose hosts only the NameNode knows. An agent of our own, unlike Node's, asks no proxy. */
const direct = new Agent({ keepAlive: true, timeout: 5000 });

/** Sends a request without a body, and gives its whole answer. */
export async function ask(url: URL, options: RequestOptions): Promise<Buffer> {
  const exchange = begin(url, options);
  try {
    exchange.request.end();
    return await wholeOf(await exchange.response, url, options);
  } catch (error) {
    throw exchange.translate(error);
  } finally {
    exchange.end();
  }
}

/**
 * Sends a request with a body, and gives the number of bytes sent.
 *
 * A refusal that comes before the end of the body ends the sending. The time limit counts only while HDFS is waited for,
 * not while `body` is.
 */
export async function upload(url: URL, body: Body, options: RequestOptions): Promise<number> {
  const headers: Record<string, string | number> = { "content-type": "application/octet-stream" };
  if (body instanceof Uint8Array) headers["content-length"] = body.length;
  const exchange = begin(url, options, headers);
  const { request, response } = exchange;
  let sent = 0;
  try {
    exchange.pause();
    for await (const chunk of body instanceof Uint8Array ? slices(body) : body) {
      sent += chunk.length;
      if (exchange.answered()) break;
      if (request.write(chunk)) continue;
      exchange.progress();
      await Promise.race([once(request, "drain"), response]);
      exchange.pause();
    }
    exchange.progress();
    request.end();
    await wholeOf(await response, url, options);
    return sent;
  } catch (error) {
    throw exchange.translate(error);
  } finally {
    exchange.end();
  }
}

/** Sends a request, and gives the body of its answer as it comes; a body that breaks off is an error. */
export async function* download(url: URL, options: RequestOptions): AsyncGenerator<Buffer, void, undefined> {
  const exchange = begin(url, options);
  try {
    exchange.request.end();
    const response = await exchange.response;
    if ((response.statusCode ?? 0) >= 300) await wholeOf(response, url, options);
    for await (const chunk of response as AsyncIterable<Buffer>) {
      exchange.pause(); // the reader may be slow
      yield chunk;
      exchange.progress();
    }
  } catch (error) {
    throw exchange.translate(error);
  } finally {
    exchange.end();
  }
}

interface Exchange {
  readonly request: ClientRequest;
  readonly response: Promise<IncomingMessage>;
  answered(): boolean;
  /** HDFS is waited for from now on. */
  progress(): void;
  /** HDFS is not waited for: the time limit rests. */
  pause(): void;
  translate(error: unknown): unknown;
  end(): void;
}

function begin(url: URL, options: RequestOptions, headers: Record<string, string | number> = {}): Exchange {
  const { method, agent = direct, signal, timeout } = options;
  signal?.throwIfAborted();
  const request = httpRequest(url, { method, headers, agent, ...(signal && { signal }) });
  let answer: IncomingMessage | undefined;
  let timedOut = false;
  const response = new Promise<IncomingMessage>((resolve, reject) => {
    request.once("response", (message) => {
      answer = message;
      resolve(message);
    });
    request.on("error", reject); // stays: a socket can fail more than once
  });
  response.catch(() => {}); // it may fail while only the body is looked at
  const expire = () => {
    timedOut = true;
    request.destroy();
  };
  let timer = setTimeout(expire, timeout);
  return {
    request,
    response,
    answered: () => answer !== undefined,
    progress: () => {
      clearTimeout(timer);
      timer = setTimeout(expire, timeout);
    },
    pause: () => clearTimeout(timer),
    translate: (error) => {
      if (signal?.aborted) return signal.reason as unknown;
      if (error instanceof StreambookError) return error;
      return timedOut ? timeoutError(url, options) : networkError(url, options, error);
    },
    end: () => {
      clearTimeout(timer);
      if (answer?.complete !== true) request.destroy(); // else the connection is kept for the next request
    },
  };
}

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += SLICE) yield bytes.subarray(start, start + SLICE);
}

async function wholeOf(response: IncomingMessage, url: URL, options: RequestOptions): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of response as AsyncIterable<Buffer>) parts.push(part);
  const body = Buffer.concat(parts);
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return body;
  throw refusal(url, options.what, status, body.toString("utf8"));
}

function timeoutError(url: URL, { what, timeout }: RequestOptions): StreambookError {
  return new StreambookError(
    "TIMEOUT",
    `HDFS at ${url.origin} did not answer for ${formatSeconds(timeout / 1000)} (${what})`,
    { hint: { inspect: "services" } },
  );
}

const ABSENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT"]);

function networkError(url: URL, { what }: RequestOptions, cause: unknown): unknown {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === undefined) return cause; // not of the network: of the caller's own body
  if (ABSENT.has(code))
    return new StreambookError("UNREACHABLE", `no HDFS answers at ${url.origin} (${code})`, {
      cause,
      hint: { start: ["hdfs"] },
    });
  return new StreambookError(
    "UNREACHABLE",
    `the connection to HDFS at ${url.origin} broke (${what}: ${messageOf(cause)})`,
    { cause, hint: { inspect: "services" } },
  );
}

/** Names of Java exceptions that say "not now": the NameNode is starting, or another one is active. */
const LATER = new Set([
  "StandbyException",
  "SafeModeException",
  "RetriableException",
  "ConnectException",
  "NoRouteToHostException",
]);
/** Names that say "no, because of what is there". */
const REFUSED = new Set([
  "FileAlreadyExistsException",
  "PathIsNotEmptyDirectoryException",
  "ParentNotDirectoryException",
  "AlreadyBeingCreatedException",
  "PathIsDirectoryException",
]);
/** Names that say "never". */
const NEVER = new Set([
  "AccessControlException",
  "SecurityException",
  "AuthorizationException",
  "IllegalArgumentException",
  "HadoopIllegalArgumentException",
  "InvalidPathException",
  "PathComponentTooLongException",
  "MaxDirectoryItemsExceededException",
  "NSQuotaExceededException",
  "DSQuotaExceededException",
  "UnsupportedOperationException",
  "InvalidToken",
]);

/** Refusals that come as a plain IOException, and say what they are only in the message. */
const IN_MESSAGE = /must both be directories|under itself|is a descendant|exceeded: limit/;

/** The error of an answer that is not a success; a RemoteException's own message is kept. */
export function refusal(url: URL, what: string, status: number, body: string): StreambookError {
  const remote = remoteException(body);
  if (remote === undefined) {
    const answer = `${url.origin} answered ${status} to WebHDFS (${what})`;
    if (status >= 500) return new StreambookError("HDFS_FAILED", answer, { retriable: true, hint: { log: "hdfs" } });
    return new StreambookError("HDFS_FAILED", `${answer}; check that this is the address of a NameNode's web page`, {
      retriable: false,
    });
  }
  const { exception, message } = remote;
  const said = message.length > 300 ? `${message.slice(0, 300)}…` : message;
  const says = `HDFS at ${url.origin} did not ${what}: ${said}`;
  if (IN_MESSAGE.test(message)) return new StreambookError("HDFS_REFUSED", `${says}; choose another path`);
  if (exception === "FileNotFoundException") return new StreambookError("NOT_FOUND", `${says}; check the path`);
  if (REFUSED.has(exception)) return new StreambookError("HDFS_REFUSED", `${says}; remove it, or choose another path`);
  if (NEVER.has(exception))
    return new StreambookError("HDFS_FAILED", `${says} (${exception}); check path and user`, { retriable: false });
  const later = LATER.has(exception) || /safe mode/i.test(message);
  if (remote.lowOnDisk)
    return new StreambookError(
      "HDFS_FAILED",
      `${says} (${exception}); the NameNode's disk is full; free some, and it recovers within seconds`,
    );
  if (later) return new StreambookError("HDFS_FAILED", `${says} (${exception}); try again in a few seconds`);
  return new StreambookError("HDFS_FAILED", `${says} (${exception})`, { hint: { log: "hdfs" } });
}

interface RemoteException {
  readonly exception: string;
  /** The first line of what it says. */
  readonly message: string;
  /** Safe mode for want of disk: its second line. */
  readonly lowOnDisk: boolean;
}

function remoteException(body: string): RemoteException | undefined {
  try {
    const { RemoteException: remote } = JSON.parse(body) as {
      RemoteException?: { exception?: string; message?: string };
    };
    if (remote === undefined) return undefined;
    const all = remote.message ?? "";
    const message = (all.split("\n", 1)[0] ?? "").replace(/[.;\s]+$/, "");
    return { exception: remote.exception ?? "unknown", message, lowOnDisk: /resources are low on/i.test(all) };
  } catch {
    return undefined;
  }
}
