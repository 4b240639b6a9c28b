/** Requests to Superset: logged in once, and again when the session has ended. */
import { retry } from "../async/index.ts";
import { parseExact } from "../json/index.ts";
import { denied, refused, unreachable } from "./errors.ts";

/** Who asks whom. */
export interface WireOptions {
  readonly address: string;
  readonly user: string;
  readonly password: string;
  /** Milliseconds without an answer after which a request has failed. */
  readonly timeout: number;
}

/** One request. */
export interface Ask {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/api/v1/`: `chart/7`. */
  readonly path: string;
  readonly body?: object;
  /** What it is for, for messages: `to make the chart "Languages"`. */
  readonly what: string;
  readonly signal?: AbortSignal | undefined;
}

/** What shows who asks. A request that changes something needs all three: the token, and what shows that no other page has sent it. */
interface Session {
  readonly token: string;
  readonly csrf: string;
  readonly cookie: string;
}

/** An answer, read. */
interface Answer {
  readonly status: number;
  readonly ok: boolean;
  readonly body: Buffer;
  readonly cookies: readonly string[];
}

/** The requests of one client. */
export class SupersetWire {
  readonly address: string;
  readonly #options: WireOptions;
  #session: Session | undefined;

  constructor(options: WireOptions) {
    this.address = options.address;
    this.#options = options;
  }

  /** Logs in. @throws SUPERSET_DENIED; UNREACHABLE */
  async login(signal?: AbortSignal): Promise<Session> {
    const { user: username, password } = this.#options;
    const what = "a login";
    const body = { username, password, provider: "db", refresh: false };
    const login: Ask = { method: "POST", path: "security/login", body, what, signal };
    const answer = await this.#repeated(login, {});
    if (answer.status === 401) throw denied(this.address, username);
    const { access_token: token } = this.#read(login, answer) as { access_token?: unknown };
    if (typeof token !== "string") throw this.#noSuperset();
    const ask: Ask = { method: "GET", path: "security/csrf_token/", what, signal };
    const second = await this.#repeated(ask, { authorization: `Bearer ${token}` });
    const { result: csrf } = this.#read(ask, second) as { result?: unknown };
    if (typeof csrf !== "string") throw this.#noSuperset();
    const cookie = second.cookies.map((one) => one.split(";", 1)[0]).join("; ");
    return (this.#session = { token, csrf, cookie });
  }

  /** The answer to a request. @throws SupersetError with Superset's reasons; SUPERSET_DENIED; UNREACHABLE */
  async json(ask: Ask): Promise<unknown> {
    return this.#read(ask, await this.#answer(ask));
  }

  /** The answer, or undefined where Superset has no such thing. @throws as {@link json} */
  async jsonIfThere(ask: Ask): Promise<unknown> {
    const answer = await this.#answer(ask);
    return answer.status === 404 ? undefined : this.#read(ask, answer);
  }

  /** The bytes of a file. @throws as {@link json} */
  async bytes(ask: Ask): Promise<Buffer> {
    const answer = await this.#answer(ask);
    if (!answer.ok) throw refused(this.address, ask.what, answer.status, answer.body.toString());
    return answer.body;
  }

  /** Asks, and once more with a new session when the one there was has ended: a token is good for a quarter of an hour. */
  async #answer(ask: Ask): Promise<Answer> {
    const answer = await this.#asked(ask, this.#session ?? (await this.login(ask.signal)));
    return hasEnded(answer) ? this.#asked(ask, await this.login(ask.signal)) : answer;
  }

  #asked(ask: Ask, { token, csrf, cookie }: Session): Promise<Answer> {
    const headers = { authorization: `Bearer ${token}`, "x-csrftoken": csrf, referer: this.address, cookie };
    return ask.method === "GET" ? this.#repeated(ask, headers) : this.#once(ask, headers);
  }

  /** Asks again while nobody answers: for what changes nothing. */
  #repeated(ask: Ask, headers: Readonly<Record<string, string>>): Promise<Answer> {
    return retry(() => this.#once(ask, headers), { attempts: 3, signal: ask.signal });
  }

  async #once({ method, path, body, signal }: Ask, headers: Readonly<Record<string, string>>): Promise<Answer> {
    const { timeout } = this.#options;
    const silence = AbortSignal.timeout(timeout);
    try {
      const response = await fetch(`${this.address}/api/v1/${path}`, {
        method,
        ...(body !== undefined && { body: JSON.stringify(body) }),
        headers: {
          accept: "application/json",
          ...(body !== undefined && { "content-type": "application/json" }), // Superset looks for the body that it announces
          ...headers,
        },
        redirect: "error", // an interface for programs sends nobody elsewhere
        signal: signal === undefined ? silence : AbortSignal.any([signal, silence]),
      });
      const bytes = Buffer.from(await response.arrayBuffer());
      if (BUSY.has(response.status)) throw new Error(`HTTP status ${response.status}`);
      const { status, ok } = response;
      return { status, ok, body: bytes, cookies: response.headers.getSetCookie() };
    } catch (cause) {
      signal?.throwIfAborted();
      throw unreachable(this.address, silence.aborted ? new Error(`no answer for ${timeout / 1000} s`) : cause);
    }
  }

  #read({ what }: Ask, { status, ok, body }: Answer): object {
    const text = body.toString();
    if (!ok) throw refused(this.address, what, status, text);
    try {
      const answer = parseExact(text);
      if (typeof answer === "object" && answer !== null) return answer;
    } catch {
      // no JSON
    }
    throw this.#noSuperset();
  }

  #noSuperset(): Error {
    return unreachable(this.address, new Error("something else answers there"));
  }
}

/** What stands before Superset asks to come again. */
const BUSY = new Set([429, 502, 503, 504]);

/** Whether an answer says that the session is none any more. */
function hasEnded({ status, body }: Answer): boolean {
  return status === 401 || (status === 400 && /CSRF/.test(body.toString()));
}
