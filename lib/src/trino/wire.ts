/** Trino's protocol for clients: a statement is posted, and each answer says where the next one is. */
import { retry } from "../async/index.ts";
import { StreambookError } from "../errors/index.ts";
import { parseExact } from "../json/index.ts";
import { type ErrorDescription, forgotten, unreachable } from "./errors.ts";
import type { Stats } from "./progress.ts";
import type { ColumnDescription } from "./rows.ts";

/** One answer of a statement. */
export interface Answer {
  readonly id: string;
  readonly nextUri?: string;
  readonly columns?: readonly ColumnDescription[];
  readonly data?: readonly (readonly unknown[])[];
  readonly stats: Stats;
  readonly error?: ErrorDescription;
  /** What a statement without rows has done: `INSERT`, `CREATE TABLE`. */
  readonly updateType?: string;
  readonly updateCount?: number;
  readonly warnings?: readonly { readonly message: string }[];
}

/** What goes with every statement. */
export interface WireOptions {
  readonly address: string;
  readonly user: string;
  readonly source: string;
  readonly catalog: string | undefined;
  readonly schema: string | undefined;
  readonly session: Readonly<Record<string, string>>;
  /** Milliseconds without an answer after which a request has failed. */
  readonly timeout: number;
}

/** Headers in which Trino returns what a statement has changed for those that follow. */
const SET = { catalog: "x-trino-set-catalog", schema: "x-trino-set-schema" } as const;

/** The statements of one client. What `USE` and `SET SESSION` change is kept here: Trino itself remembers nothing between statements. */
export class TrinoWire {
  readonly address: string;
  readonly #options: WireOptions;
  readonly #session: Map<string, string>;
  #place: { readonly catalog: string | undefined; readonly schema: string | undefined };

  constructor(options: WireOptions) {
    this.address = options.address;
    this.#options = options;
    this.#place = { catalog: options.catalog, schema: options.schema };
    this.#session = new Map(Object.entries(options.session));
  }

  /** Posts a statement: it may begin to run at once, so it is sent again only where Trino has certainly not taken it. */
  async begin(statement: string, signal?: AbortSignal): Promise<Answer> {
    return this.#answered("", () => this.#request("POST", `${this.address}/v1/statement`, signal, statement), {
      signal,
      attempts: 3,
      isRetriable: isBusy,
    });
  }

  /** The next answer. Asked for again, it is the same one. */
  async next(uri: string, id: string, signal?: AbortSignal): Promise<Answer> {
    return this.#answered(id, () => this.#request("GET", uri, signal), { signal });
  }

  /** Ends a statement. Trino may be away, or have ended it already. */
  async cancel(uri: string): Promise<void> {
    await this.#request("DELETE", uri, AbortSignal.timeout(5000)).catch(() => undefined);
  }

  async #answered(id: string, ask: () => Promise<Response>, options: Parameters<typeof retry>[1]): Promise<Answer> {
    return retry(async () => {
      const response = await ask();
      const text = await response.text().catch((cause: unknown) => {
        throw unreachable(this.address, cause);
      });
      if (response.status === 404 && id !== "") throw forgotten(this.address, id);
      if (BUSY.has(response.status)) throw busy(this.address, response.status);
      if (!response.ok) throw refusal(this.address, response.status, text);
      this.#remember(response.headers);
      return parseAnswer(text, this.address);
    }, options);
  }

  async #request(method: string, url: string, signal: AbortSignal | undefined, body?: string): Promise<Response> {
    const { user, source, timeout } = this.#options;
    const { catalog, schema } = this.#place;
    const session = [...this.#session].map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join(",");
    const silence = AbortSignal.timeout(timeout);
    try {
      return await fetch(url, {
        method,
        ...(body !== undefined && { body }),
        headers: {
          "x-trino-user": encodeURIComponent(user),
          "x-trino-source": source,
          "x-trino-time-zone": "UTC",
          // without it times are cut to milliseconds, whatever their columns say
          "x-trino-client-capabilities": "PARAMETRIC_DATETIME",
          ...(catalog !== undefined && { "x-trino-catalog": catalog }),
          ...(schema !== undefined && { "x-trino-schema": schema }),
          ...(session !== "" && { "x-trino-session": session }),
        },
        signal: signal === undefined ? silence : AbortSignal.any([signal, silence]),
      });
    } catch (cause) {
      signal?.throwIfAborted();
      throw unreachable(this.address, silence.aborted ? new Error(`no answer for ${timeout / 1000} s`) : cause);
    }
  }

  /** Keeps what a statement has changed for those that follow. */
  #remember(headers: Headers): void {
    const [catalog, schema] = [headers.get(SET.catalog), headers.get(SET.schema)];
    if (catalog !== null || schema !== null)
      this.#place = { catalog: catalog ?? this.#place.catalog, schema: schema ?? this.#place.schema };
    for (const pair of (headers.get("x-trino-set-session") ?? "").split(",")) {
      const [name = "", value = ""] = pair.trim().split("=");
      if (name !== "") this.#session.set(name, decodeURIComponent(value));
    }
    const cleared = headers.get("x-trino-clear-session");
    if (cleared !== null) this.#session.delete(cleared);
    if (headers.get("x-trino-started-transaction-id") !== null)
      throw new StreambookError(
        "USAGE",
        "transactions of several statements are not kept by this client: each statement is one of its own",
      );
  }
}

/** Trino, or what stands before it, asks to come again. */
const BUSY = new Set([429, 502, 503, 504]);

function busy(address: string, status: number): StreambookError {
  return new StreambookError("UNREACHABLE", `Trino at ${address} is busy or starting (HTTP status ${status})`, {
    cause: new Error(`HTTP status ${status}`, { cause: BUSY_MARK }),
    hint: { log: "trino" },
  });
}

const BUSY_MARK = Symbol("busy");

/** Whether a statement was certainly not taken. */
function isBusy(error: unknown): boolean {
  return ((error as Error).cause as Error | undefined)?.cause === BUSY_MARK;
}

function refusal(address: string, status: number, text: string): StreambookError {
  const said = text.trim().split("\n", 1)[0]?.slice(0, 200) ?? "";
  return new StreambookError(
    "TRINO_FAILED",
    `Trino at ${address} refuses a request: ${said === "" ? "no reason given" : said} (HTTP status ${status})`,
  );
}

/** @throws UNREACHABLE for what is no answer of Trino */
function parseAnswer(text: string, address: string): Answer {
  try {
    const answer = parseExact(text) as Answer;
    if (typeof answer.id === "string" && typeof answer.stats === "object") return answer;
  } catch {
    // no JSON
  }
  throw unreachable(address, new Error("something else answers there"));
}
