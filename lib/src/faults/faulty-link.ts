/** A TCP connection with a stranger in the middle, who can do to it what networks do. It knows nothing of what is said on it. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { parseAddress } from "../address/index.ts";
import { until } from "../async/index.ts";
import { StreambookError } from "../errors/index.ts";

/** A connection of a client, and its other half, to the server. */
interface Pair {
  readonly client: Socket;
  upstream?: Socket;
  /** Whether what is said on it gets lost, and neither end learns of it. */
  isSilent: boolean;
}

/**
 * A way from clients to one server. Each fault lasts until {@link heal}, except {@link reset}, which is over at once.
 *
 * A client that connects while the network is parted is connected, and hears nothing; one that is refused learns of it.
 *
 * @example
 * ```ts
 * import { createServer } from "node:http";
 * import { once } from "node:events";
 * import { FaultyLink } from "streambook/faults";
 * const server = createServer((_, response) => response.end("hello")).listen(0, "127.0.0.1");
 * await once(server, "listening");
 * const link = await FaultyLink.open(`127.0.0.1:${server.address().port}`);
 * link.slow(50);
 * console.assert((await (await fetch(`http://${link.address}`)).text()) === "hello");
 * await link[Symbol.asyncDispose]();
 * server.close();
 * ```
 */
export class FaultyLink implements AsyncDisposable {
  readonly #port: number;
  /** Undefined while connections are refused. */
  #server: Server | undefined;
  readonly #pairs = new Set<Pair>();
  #target: { readonly host: string; readonly port: number };
  #delay = 0;
  #parted: PromiseWithResolvers<void> | undefined;
  #struck = 0;

  private constructor(server: Server, target: string) {
    this.#target = placeOf(target);
    this.#port = (server.address() as AddressInfo).port;
    this.#serve(server);
  }

  /**
   * Opens a way to a server, at a port of its own on this machine.
   *
   * @param target where the server is, `host:port`
   * @throws USAGE for what is no address
   */
  static async open(target: string): Promise<FaultyLink> {
    return new FaultyLink(await listen(0), target);
  }

  /** Where clients connect, `127.0.0.1:port`. */
  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#pairs.size;
  }

  /** How often faults have struck: connections that were broken or muted, connections and pieces that had to wait or were lost. */
  get struck(): number {
    return this.#struck;
  }

  /** Leads connections that are made from now on to another server. */
  leadTo(target: string): void {
    this.#target = placeOf(target);
  }

  /** Holds up every piece of what is said, both ways, one after the other. @param milliseconds for up to 64 KiB */
  slow(milliseconds: number): void {
    this.#delay = milliseconds;
  }

  /** Breaks all connections, as a router that forgets them does: both ends get a reset. New ones can be made. */
  reset(): void {
    this.#struck += this.#pairs.size;
    for (const pair of this.#pairs) this.#break(pair);
  }

  /** Loses what is said on the connections of now, and tells neither end. New ones can be made. */
  mute(): void {
    this.#struck += this.#pairs.size;
    for (const pair of this.#pairs) pair.isSilent = true;
  }

  /** Lets nothing through. What is said waits, as TCP keeps it, and goes on its way later. */
  part(): void {
    this.#parted ??= Promise.withResolvers<void>();
  }

  /** Breaks all connections, and takes no new ones, as a machine on which no server runs. */
  refuse(): void {
    this.#server?.close();
    this.#server = undefined;
    this.reset();
  }

  /**
   * Ends all faults. What was muted is broken: what was lost there does not come back.
   *
   * @throws TIMEOUT when connections were refused, and somebody else has the port now
   */
  async heal(): Promise<void> {
    this.#delay = 0;
    this.#parted?.resolve();
    this.#parted = undefined;
    for (const pair of this.#pairs) if (pair.isSilent) this.#break(pair);
    if (this.#server !== undefined) return;
    const server = (): Promise<Server | undefined> => listen(this.#port).catch(isTaken);
    this.#serve(await until(`the port ${this.#port} to be free again`, server));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parted?.resolve();
    this.#parted = undefined;
    for (const pair of this.#pairs) this.#break(pair);
    if (this.#server !== undefined) await once(this.#server.close(), "close");
    this.#server = undefined;
  }

  #serve(server: Server): void {
    this.#server = server;
    server.on("connection", (client) => void this.#join(client));
  }

  async #join(client: Socket): Promise<void> {
    const pair: Pair = { client, isSilent: false };
    this.#pairs.add(pair);
    const forget = (): void =>
      void (client.destroyed && (pair.upstream?.destroyed ?? true) && this.#pairs.delete(pair));
    client.on("error", () => this.#fail(pair)).on("close", forget);
    await this.#passage();
    if (client.destroyed) return;
    const upstream = connect({ ...this.#target, allowHalfOpen: true, noDelay: true });
    pair.upstream = upstream;
    upstream.on("error", () => this.#fail(pair)).on("close", forget);
    void this.#carry(client, upstream, pair);
    void this.#carry(upstream, client, pair);
  }

  /** Carries what one end says to the other, until it has said all. */
  async #carry(from: Socket, to: Socket, pair: Pair): Promise<void> {
    try {
      for await (const piece of from as AsyncIterable<Buffer>) {
        await this.#passage();
        if (this.#delay > 0) {
          this.#struck++;
          await sleep(this.#delay);
        }
        if (pair.isSilent) this.#struck++;
        else if (!to.write(piece)) await once(to, "drain");
      }
      await this.#passage();
      if (!pair.isSilent) to.end();
    } catch {
      this.#fail(pair); // an end that is gone
    }
  }

  /** Resolves as soon as the network is whole. */
  async #passage(): Promise<void> {
    if (this.#parted !== undefined) this.#struck++;
    while (this.#parted !== undefined) await this.#parted.promise;
  }

  /** One end is gone: the other learns of it, unless nothing reaches it. */
  #fail(pair: Pair): void {
    if (!pair.isSilent) this.#break(pair);
  }

  #break(pair: Pair): void {
    this.#pairs.delete(pair);
    pair.client.resetAndDestroy();
    pair.upstream?.resetAndDestroy();
  }
}

function placeOf(target: string): { readonly host: string; readonly port: number } {
  const place = parseAddress(target);
  if (place === undefined) throw new StreambookError("USAGE", `${JSON.stringify(target)} is not host:port`);
  return { host: place.host ?? "127.0.0.1", port: place.port };
}

/** @param port 0 for any that is free */
async function listen(port: number): Promise<Server> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }).listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

/** Nothing, for a port that somebody has; any other error stays one. */
function isTaken(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "EADDRINUSE") throw error;
}
