/**
 * Files on HDFS, over WebHDFS, with the checks that make a write safe.
 *
 * The course shows the `webhdfs` package (see `package.ts`), because its calls read like Node's own `fs`. This class speaks the
 * same REST calls by `node:http`, because the package cannot be made safe from outside: it throws the answer's
 * `{"boolean": false}` away, reports a failed upload by `error` and then `finish`, does not percent-encode paths, keeps no name
 * of a Java exception (so nobody can tell "try later" from "never"), and its second request, the one that carries the
 * data to the DataNode, can be neither aborted nor given a time limit. `fetch` is no way out: the DataNode answers an
 * upload with `100 Continue`, which it takes for an error.
 */
import { randomBytes } from "node:crypto";
import { backOff, delay, retry, type RetryOptions } from "../async/index.ts";
import { isRetriable, isStreambookError, messageOf, StreambookError } from "../errors/index.ts";
import { hadoopUser } from "../user/index.ts";
import { Connections } from "./connections.ts";
import { checkPath, encodePath, joinPath, nameOf, parentOf } from "./path.ts";
import { ask, download, upload, type Body } from "./rest.ts";

/** Options of {@link Hdfs}. */
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

/** Options of {@link Hdfs.write}. */
export interface WriteOptions {
  /** Whether a file of that name is replaced (at once: readers see the old or the new one). @default false */
  readonly overwrite?: boolean;
}

/** Options of {@link Hdfs.readStream}. */
export interface ReadOptions {
  /** First byte. @default 0 */
  readonly offset?: number;
  /** Number of bytes. @default to the end of the file */
  readonly length?: number;
}

type Parameters = Readonly<Record<string, string | number | boolean>>;
type Method = "GET" | "PUT" | "POST" | "DELETE";

interface RawStatus {
  readonly pathSuffix: string;
  readonly type: "FILE" | "DIRECTORY" | "SYMLINK";
  readonly length: number;
  readonly modificationTime: number;
}

/**
 * A client of HDFS. Paths are absolute; failures that may pass (a NameNode that starts, a connection that breaks) are tried
 * again; idle connections are kept, and do not keep the process alive. A client belongs to the HDFS that answered it first:
 * when another one's NameNode answers at its address, its calls end with WRONG_CLUSTER.
 *
 * @example
 * ```ts
 * import { Hdfs } from "streambook/hdfs";
 * import { addresses } from "streambook/stack";
 * const hdfs = new Hdfs({ address: (await addresses()).webhdfs });
 * await hdfs.write("/tmp/hello.txt", Buffer.from("hello"), { overwrite: true });
 * console.assert((await hdfs.read("/tmp/hello.txt")).toString() === "hello");
 * await hdfs.remove("/tmp/hello.txt");
 * ```
 */
export class Hdfs {
  readonly address: string;
  readonly user: string;
  readonly #options: HdfsOptions;
  readonly #connections: Connections;

  /**
   * @param connections to share with another client
   * @throws USAGE when the address is not `http://host:port`
   */
  constructor(options: HdfsOptions, connections?: Connections) {
    this.address = checkAddress(options.address);
    this.user = options.user ?? hadoopUser();
    this.#options = options;
    this.#connections = connections ?? new Connections(this.address, options.timeout ?? 30_000);
  }

  /** The same client, whose calls end when `signal` aborts. */
  withSignal(signal: AbortSignal): Hdfs {
    const both = this.#options.signal === undefined ? signal : AbortSignal.any([this.#options.signal, signal]);
    return new Hdfs({ ...this.#options, signal: both }, this.#connections);
  }

  /** Makes a folder, and those above it; one that is there already is fine. */
  async mkdirs(path: string): Promise<void> {
    const what = `make the folder ${path}`;
    const answer = await this.#call("PUT", path, "MKDIRS", {}, what);
    if (!booleanOf(answer, what)) throw notDone(`did not ${what}`, "a file may stand in the way");
  }

  /**
   * Writes a file: all of it or nothing.
   *
   * The bytes go to a hidden name in the same folder (`.….uploading`, which Hive and MapReduce skip), because a DataNode
   * keeps what it has when a connection breaks and calls it a file. When the length there is right, it gets its name.
   *
   * @param data the bytes; an async iterable is read once, so its failures in the middle are not tried again
   * @returns the length, as HDFS knows it
   * @throws HDFS_REFUSED when a file of that name is there and `overwrite` is not set
   */
  async write(path: string, data: Body, options: WriteOptions = {}): Promise<number> {
    const { overwrite = false } = options;
    const target = checkPath(path);
    if (!overwrite && (await this.stat(target)) !== undefined) {
      throw notDone(`did not write ${target}: it is there already`, "choose another path, or ask to overwrite");
    }
    const temporary = joinPath(parentOf(target), `.${randomBytes(8).toString("hex")}.uploading`);
    try {
      const length = await this.#upload(temporary, data);
      await this.#move(temporary, target, overwrite, length);
      return length;
    } catch (error) {
      await this.#forget(temporary, error);
      throw error;
    }
  }

  /**
   * Renames a file or folder. Nothing is ever overwritten, and a folder at `to` is not entered.
   *
   * @throws HDFS_REFUSED when it was not done, with the reason
   */
  async rename(from: string, to: string): Promise<void> {
    await this.#move(checkPath(from), checkPath(to), false);
  }

  /**
   * Renames a file that an earlier try may have renamed already. A refusal is resolved by looking: a file of the same length
   * at `to`, or of any length when `from` is gone, means that it was done before. `from` is left where it is then.
   *
   * @throws HDFS_REFUSED when what stands at `to` is something else
   */
  async renameOnce(from: string, to: string): Promise<"renamed" | "already-there"> {
    try {
      await this.rename(from, to);
      return "renamed";
    } catch (error) {
      if (!isStreambookError(error, "HDFS_REFUSED")) throw error;
      const [source, target] = await Promise.all([this.stat(from), this.stat(to)]);
      if (target?.type === "file" && (source === undefined || source.length === target.length)) return "already-there";
      if (target === undefined || source === undefined) throw error;
      throw notDone(
        `did not rename ${from} to ${to}: a ${target.type} of ${target.length} bytes is there, and the source has ${source.length}`,
        "look at both, and remove the wrong one",
        error,
      );
    }
  }

  /**
   * What is in a folder, by name; of a file, the file itself.
   *
   * @throws NOT_FOUND when nothing is there
   */
  async list(path: string): Promise<FileStatus[]> {
    const folder = checkPath(path);
    const answer = await this.#call("GET", folder, "LISTSTATUS", {}, `list ${folder}`);
    const statuses = (answer as { FileStatuses?: { FileStatus?: RawStatus[] } }).FileStatuses?.FileStatus;
    if (statuses === undefined) throw strange(`list ${folder}`, answer);
    return statuses
      .map((raw) => statusOf(raw, raw.pathSuffix === "" ? folder : joinPath(folder, raw.pathSuffix)))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /**
   * The files under a folder, at any depth, folder by folder. A folder that vanishes meanwhile (Hive has such) is passed over.
   *
   * @throws NOT_FOUND when nothing is at `path`
   */
  async *walk(path: string): AsyncGenerator<FileStatus, void, undefined> {
    for (const status of await this.list(path)) {
      if (status.type === "file") yield status;
      else yield* this.#walkIfThere(status.path);
    }
  }

  async *#walkIfThere(path: string): AsyncGenerator<FileStatus, void, undefined> {
    try {
      yield* this.walk(path);
    } catch (error) {
      if (!isStreambookError(error, "NOT_FOUND") || (await this.exists(path))) throw error;
    }
  }

  /** What HDFS knows of a path; undefined when nothing is there. */
  async stat(path: string): Promise<FileStatus | undefined> {
    const plain = checkPath(path);
    try {
      const answer = await this.#call("GET", plain, "GETFILESTATUS", {}, `look at ${plain}`);
      const raw = (answer as { FileStatus?: RawStatus }).FileStatus;
      if (raw === undefined) throw strange(`look at ${plain}`, answer);
      return statusOf(raw, plain);
    } catch (error) {
      if (isStreambookError(error, "NOT_FOUND")) return undefined;
      throw error;
    }
  }

  /** Whether a file or folder is there. */
  async exists(path: string): Promise<boolean> {
    return (await this.stat(path)) !== undefined;
  }

  /** The bytes of a file. */
  async read(path: string, options: ReadOptions = {}): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const part of this.readStream(path, options)) parts.push(part);
    return Buffer.concat(parts);
  }

  /**
   * The bytes of a file as they come. A connection that breaks is taken up where it broke, and the length is checked, so
   * that a file is never short without an error.
   *
   * @throws NOT_FOUND when nothing is there; HDFS_REFUSED when it is a folder
   */
  async *readStream(path: string, options: ReadOptions = {}): AsyncGenerator<Uint8Array, void, undefined> {
    const plain = checkPath(path);
    const status = await this.stat(plain);
    if (status === undefined)
      throw new StreambookError("NOT_FOUND", `no file ${plain} on HDFS at ${this.address}; check the path`);
    if (status.type === "folder") throw notDone(`cannot read ${plain}: it is a folder`, "give the path of a file");
    let at = Math.min(options.offset ?? 0, status.length);
    const end = Math.min(status.length, at + (options.length ?? Infinity));
    const { signal, timeout } = this.#request();
    const { attempts = 5, onRetry } = this.#options.retry ?? {};
    for (let failures = 0; at < end;) {
      try {
        const url = await this.#dataNode("GET", plain, "OPEN", { offset: at, length: end - at }, `read ${plain}`);
        for await (const part of download(url, { method: "GET", what: `read ${plain}`, signal, timeout })) {
          at += part.length;
          yield part;
          failures = 0;
        }
        if (at < end)
          throw new StreambookError(
            "HDFS_FAILED",
            `${plain} ended at byte ${at} of ${end}; it may have been replaced, try again`,
          );
      } catch (error) {
        signal?.throwIfAborted();
        if (!isRetriable(error) || ++failures >= attempts) throw error;
        const wait = backOff(failures, this.#options.retry);
        onRetry?.(error, failures, wait);
        await delay(wait, signal);
      }
    }
  }

  /**
   * Removes a file, or with `recursive` a folder and all that is in it.
   *
   * @returns false when nothing was there
   * @throws HDFS_REFUSED for a folder that is not empty, without `recursive`
   */
  async remove(path: string, options: { readonly recursive?: boolean } = {}): Promise<boolean> {
    const plain = checkPath(path);
    if (plain === "/") throw new StreambookError("USAGE", "will not remove /, the root of HDFS; name a folder in it");
    const what = `remove ${plain}`;
    return booleanOf(
      await this.#call("DELETE", plain, "DELETE", { recursive: options.recursive ?? false }, what),
      what,
    );
  }

  /** Closes the connections that are kept. */
  close(): void {
    this.#connections.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  async #upload(path: string, data: Body): Promise<number> {
    const what = `write ${path}`;
    const once = async (): Promise<number> => {
      const url = await this.#dataNode("PUT", path, "CREATE", { overwrite: true }, what);
      const sent = await upload(url, data, { method: "PUT", what, ...this.#request() });
      const length = (await this.stat(path))?.length;
      if (length === sent) return length;
      throw new StreambookError(
        "HDFS_FAILED",
        `HDFS at ${this.address} has ${length ?? "none"} of ${sent} bytes of ${path}; try again`,
      );
    };
    return data instanceof Uint8Array ? this.#retry(once) : once();
  }

  /** Gives a file another name; a failure whose answer was lost is resolved by looking. */
  async #move(from: string, to: string, overwrite: boolean, length?: number): Promise<void> {
    const what = `rename ${from} to ${to}`;
    const parameters = { destination: to, renameoptions: overwrite ? "OVERWRITE" : "NONE" };
    let lost = false;
    await this.#retry(async () => {
      try {
        const answer = await this.#ask("PUT", from, "RENAME", parameters, what);
        if (answer.length > 0 && !booleanOf(parse(answer, what), what))
          throw notDone(`did not ${what}`, "look at both paths");
      } catch (error) {
        if (lost && (await this.#isMoved(from, to, length))) return;
        lost ||= isStreambookError(error, "UNREACHABLE") || isStreambookError(error, "TIMEOUT");
        if (isStreambookError(error, "NOT_FOUND")) {
          const reason = messageOf(error).replace("; check the path", "");
          throw notDone(reason, "look whether the source is there, and the target's folder", error);
        }
        throw error;
      }
    });
  }

  async #isMoved(from: string, to: string, length: number | undefined): Promise<boolean> {
    const [source, target] = await Promise.all([this.stat(from), this.stat(to)]);
    return source === undefined && target !== undefined && (length === undefined || target.length === length);
  }

  /**
   * Removes what an interrupted write has left, even after an abort; what cannot be removed stays hidden. A DataNode may make the
   * file only after the connection has ended, so a file that is not there yet is looked for again.
   */
  async #forget(path: string, error: unknown): Promise<void> {
    const signal = AbortSignal.timeout(5000);
    const rescue = new Hdfs({ ...this.#options, signal, timeout: 5000, retry: { attempts: 2 } }, this.#connections);
    const said =
      isStreambookError(error, "HDFS_REFUSED") ||
      isStreambookError(error, "HDFS_FAILED") ||
      isStreambookError(error, "NOT_FOUND");
    try {
      for (const wait of said ? [0] : [0, 50, 200, 500]) {
        await delay(wait, signal);
        if (await rescue.remove(path)) return;
      }
    } catch {
      // the error of the write is the one to tell
    }
  }

  /** Asks the NameNode for the address of a DataNode that takes or gives the bytes. */
  async #dataNode(method: Method, path: string, operation: string, parameters: Parameters, what: string): Promise<URL> {
    const answer = await this.#call(method, path, operation, { ...parameters, noredirect: true }, what);
    const location = (answer as { Location?: unknown }).Location;
    if (typeof location !== "string" || !URL.canParse(location)) throw strange(what, answer);
    return new URL(location);
  }

  async #call(method: Method, path: string, operation: string, parameters: Parameters, what: string): Promise<unknown> {
    return parse(await this.#retry(() => this.#ask(method, path, operation, parameters, what)), what);
  }

  #ask(method: Method, path: string, operation: string, parameters: Parameters, what: string): Promise<Buffer> {
    const url = new URL(`${this.address}/webhdfs/v1${encodePath(path)}`);
    url.searchParams.set("op", operation);
    url.searchParams.set("user.name", this.user);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, String(value));
    return ask(url, { method, what, agent: this.#connections, ...this.#request() });
  }

  #retry<T>(operation: () => Promise<T>): Promise<T> {
    return retry(operation, { ...this.#options.retry, signal: this.#options.signal });
  }

  #request(): { signal: AbortSignal | undefined; timeout: number } {
    return { signal: this.#options.signal, timeout: this.#options.timeout ?? 30_000 };
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

function statusOf(raw: RawStatus, path: string): FileStatus {
  const type = raw.type === "DIRECTORY" ? "folder" : "file";
  return { name: nameOf(path), path, type, length: raw.length, modified: new Date(raw.modificationTime) };
}

function parse(body: Buffer, what: string): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw strange(what, body.toString("utf8"));
  }
}

/** The trap that gives this file its reason: a "no" that comes with status 200. */
function booleanOf(answer: unknown, what: string): boolean {
  const value = (answer as { boolean?: unknown } | null)?.boolean;
  if (typeof value !== "boolean") throw strange(what, answer);
  return value;
}

function notDone(what: string, hint: string, cause?: unknown): StreambookError {
  return new StreambookError("HDFS_REFUSED", `HDFS ${what.replace(/^HDFS /, "")}; ${hint}`, { cause });
}

function strange(what: string, answer: unknown): StreambookError {
  const text = (typeof answer === "string" ? answer : JSON.stringify(answer)).slice(0, 80);
  return new StreambookError(
    "HDFS_FAILED",
    `an answer that is not WebHDFS came when asked to ${what}: ${text}; is that the address of a NameNode?`,
    { retriable: false },
  );
}
