/**
 * Calls of WebHDFS: addressed, made in the user's name, tried again, and their answers checked.
 *
 * The course shows the `webhdfs` package (see `package.ts`), because its calls read like Node's own `fs`. Here are the
 * same REST calls by `node:http`, because the package cannot be made safe from outside: it throws the answer's
 * `{"boolean": false}` away, reports a failed upload by `error` and then `finish`, does not percent-encode paths, keeps no name
 * of a Java exception (so no caller can distinguish "try later" from "never"), and its second request, the one that carries the
 * data to the DataNode, can be neither aborted nor given a time limit. `fetch` is no way out: the DataNode answers an
 * upload with `100 Continue`, which it takes for an error.
 */
import { retry, type RetryOptions } from "../async/index.ts";
import { isStreambookError, StreambookError } from "../errors/index.ts";
import { hadoopUser } from "../user/index.ts";
import { Connections } from "./connections.ts";
import { encodePath, nameOf } from "./path.ts";
import { ask, type RequestOptions } from "./rest.ts";

/** Options of `Hdfs`. */
export interface HdfsOptions {
  /** The NameNode's web address, `http://host:port`. */
  readonly address: string;
  /** The user whose files they are. @default the user of this process, or HADOOP_USER_NAME */
  readonly user?: string | undefined;
  /** Longest wait without progress of one request, in milliseconds. @default 30000 */
  readonly timeout?: number;
  /** How failures that may pass are tried again. @default 5 attempts in about 2 s */
  readonly retry?: Pick<RetryOptions, "attempts" | "minimumDelay" | "maximumDelay" | "onRetry">;
  /** Ends every call under way. */
  readonly signal?: AbortSignal | undefined;
}

/** What HDFS knows of a file or folder. */
export interface FileStatus {
  /** The last name of the path. */
  readonly name: string;
  readonly path: string;
  readonly type: "file" | "folder";
  /** Bytes; 0 of a folder. */
  readonly length: number;
  readonly modified: Date;
}

/** One operation of WebHDFS. */
export interface Call {
  readonly method: RequestOptions["method"];
  /** An absolute path. */
  readonly path: string;
  /** Its name in the REST API: `GETFILESTATUS`. */
  readonly operation: string;
  readonly parameters?: Readonly<Record<string, string | number | boolean>>;
  /** What is being done, for messages: "list /streambook". */
  readonly what: string;
}

/** A `FileStatus` as WebHDFS writes it. */
export interface RawStatus {
  readonly pathSuffix: string;
  readonly type: "FILE" | "DIRECTORY" | "SYMLINK";
  readonly length: number;
  readonly modificationTime: number;
}

/** Speaks WebHDFS with one NameNode. */
export class WebHdfs {
  readonly address: string;
  readonly user: string;
  readonly options: HdfsOptions;
  readonly connections: Connections;

  /**
   * @param connections to share with another client
   * @throws USAGE when the address is not `http://host:port`
   */
  constructor(options: HdfsOptions, connections?: Connections) {
    this.address = checkAddress(options.address);
    this.user = options.user ?? hadoopUser();
    this.options = options;
    this.connections = connections ?? new Connections(this.address, options.timeout ?? 30_000);
  }

  /** The same NameNode, over the same connections, spoken with in another way. */
  with(changes: Partial<HdfsOptions>): WebHdfs {
    return new WebHdfs({ ...this.options, ...changes }, this.connections);
  }

  /** Makes a call once, and gives the bytes of its answer. */
  ask({ method, path, operation, parameters = {}, what }: Call): Promise<Buffer> {
    const url = new URL(`${this.address}/webhdfs/v1${encodePath(path)}`);
    url.searchParams.set("op", operation);
    url.searchParams.set("user.name", this.user);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
    return ask(url, { method, what, agent: this.connections, ...this.limits });
  }

  /** Makes a call, again if need be, and gives its answer. */
  async call(call: Call): Promise<unknown> {
    return parse(await this.retry(() => this.ask(call)), call.what);
  }

  /** The answer of a call that says yes or no. */
  async decide(call: Call): Promise<boolean> {
    return booleanOf(await this.call(call), call.what);
  }

  /** Asks the NameNode for the address of a DataNode that takes or gives the bytes. */
  async dataNode(call: Call): Promise<URL> {
    const answer = await this.call({ ...call, parameters: { ...call.parameters, noredirect: true } });
    const location = (answer as { Location?: unknown }).Location;
    if (typeof location !== "string" || !URL.canParse(location)) throw strange(call.what, answer);
    return new URL(location);
  }

  /** What HDFS knows of a path; undefined when nothing is there. */
  async stat(path: string): Promise<FileStatus | undefined> {
    const what = `look at ${path}`;
    try {
      const answer = await this.call({ method: "GET", path, operation: "GETFILESTATUS", what });
      const raw = (answer as { FileStatus?: RawStatus }).FileStatus;
      if (raw === undefined) throw strange(what, answer);
      return statusOf(raw, path);
    } catch (error) {
      if (isStreambookError(error, "NOT_FOUND")) return undefined;
      throw error;
    }
  }

  /** Does something again while its failures may pass. */
  retry<T>(operation: () => Promise<T>): Promise<T> {
    return retry(operation, { ...this.options.retry, signal: this.options.signal });
  }

  /** What ends a request, other than its answer. */
  get limits(): Pick<RequestOptions, "timeout"> & { readonly signal: AbortSignal | undefined } {
    return { signal: this.options.signal, timeout: this.options.timeout ?? 30_000 };
  }
}

function checkAddress(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url?.protocol === "http:" && url.pathname === "/" && url.search === "") return url.origin;
  throw new StreambookError(
    "USAGE",
    `the NameNode's address must be of the form http://host:port, and is ${JSON.stringify(address)}`,
  );
}

/** What is at a path, from what WebHDFS says of it. */
export function statusOf(raw: RawStatus, path: string): FileStatus {
  const type = raw.type === "DIRECTORY" ? "folder" : "file";
  return { name: nameOf(path), path, type, length: raw.length, modified: new Date(raw.modificationTime) };
}

/** The value of an answer. @throws HDFS_FAILED when it is not JSON */
export function parse(body: Buffer, what: string): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw strange(what, body.toString("utf8"));
  }
}

/** The trap that gives this file its reason: a "no" that comes with status 200. */
export function booleanOf(answer: unknown, what: string): boolean {
  const value = (answer as { boolean?: unknown } | null)?.boolean;
  if (typeof value !== "boolean") throw strange(what, answer);
  return value;
}

/** The error for what HDFS did not do, because of what is there. */
export function notDone(what: string, hint: string, cause?: unknown): StreambookError {
  return new StreambookError("HDFS_REFUSED", `HDFS ${what.replace(/^HDFS /, "")}; ${hint}`, { cause });
}

/** The error for an answer that no NameNode gives. */
export function strange(what: string, answer: unknown): StreambookError {
  const text = (typeof answer === "string" ? answer : JSON.stringify(answer)).slice(0, 80);
  return new StreambookError(
    "HDFS_FAILED",
    `an answer that is not WebHDFS came when asked to ${what}: ${text}; is that the address of a NameNode?`,
    { retriable: false },
  );
}
