/**
 * The connections to one NameNode, and which namespace it serves. An address says where a NameNode is, not whose files it
 * keeps: when one has died, that of another HDFS may answer at its port. So each new connection asks for the namespace's id
 * first, and another one is refused before anything else is said.
 */
import { once } from "node:events";
import { Agent, type ClientRequestArgs } from "node:http";
import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { isRetriable, isStreambookError, StreambookError } from "../errors/index.ts";
import { ask } from "./rest.ts";

/** The one attribute of NameNode's JMX that no two formatted storages share: the id of the pool of its blocks. */
const QUESTION = "/jmx?get=Hadoop:service=NameNode,name=NameNodeInfo::BlockPoolId";

type Created = (error: Error | null, stream?: Duplex) => void;

/** Connections that are kept, and belong to one HDFS: the first that answers. */
export class Connections extends Agent {
  readonly #address: string;
  readonly #timeout: number;
  readonly #opening = new Set<Agent>();
  #namespace: string | undefined;

  /**
   * @param address of the NameNode, `http://host:port`
   * @param timeout longest wait for it to say which namespace it serves, in milliseconds
   */
  constructor(address: string, timeout: number) {
    super({ keepAlive: true, maxSockets: 16 });
    this.#address = address;
    this.#timeout = timeout;
  }

  override createConnection(options: ClientRequestArgs, created: Created): undefined {
    this.#open(options).then(
      (socket) => created(null, socket),
      (error: unknown) => created(error as Error),
    );
  }

  override destroy(): void {
    for (const agent of this.#opening) agent.destroy();
    super.destroy();
  }

  /**
   * A connection whose other end has said who it is.
   *
   * @throws WRONG_CLUSTER when it is another HDFS; UNREACHABLE; TIMEOUT
   */
  async #open(options: ClientRequestArgs): Promise<Socket> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    agent.removeAllListeners("free"); // it would keep the connection for itself
    const freed = new Promise<Socket>((resolve) => agent.once("free", resolve));
    this.#opening.add(agent);
    try {
      const url = new URL(QUESTION, this.#address);
      const request = { method: "GET", what: "ask which namespace it serves", agent, timeout: this.#timeout } as const;
      this.#meet(namespaceOf(await ask(url, request).catch(unknown)));
      const [socket] = Object.values(agent.sockets).flat() as Socket[];
      const kept = socket === undefined ? undefined : await Promise.race([freed, once(socket, "close")]);
      if (kept === undefined || Array.isArray(kept)) return connect(options as { host: string; port: number }); // not one that keeps connections
      kept.emit("agentRemove"); // it is this agent's from now on
      return kept;
    } catch (error) {
      agent.destroy();
      throw error;
    } finally {
      this.#opening.delete(agent);
    }
  }

  #meet(namespace: string | undefined): void {
    if (namespace === this.#namespace) return;
    if (namespace === undefined) {
      throw new StreambookError(
        "HDFS_FAILED",
        `HDFS at ${this.#address} does not say which namespace it serves, and ${this.#namespace} was there before; it may be starting, try again in some seconds`,
      );
    }
    this.#namespace ??= namespace;
    if (namespace === this.#namespace) return;
    throw new StreambookError(
      "WRONG_CLUSTER",
      `the HDFS that answers at ${this.#address} now has the namespace ${namespace}, but this began with the namespace ${this.#namespace}; nothing was read from it or written to it; start the HDFS of before there again, or begin anew with the other one`,
    );
  }
}

/** A server that speaks WebHDFS and has no such page cannot be recognised. */
function unknown(error: unknown): undefined {
  if (!isStreambookError(error, "HDFS_FAILED") || isRetriable(error)) throw error;
}

/** The id in an answer; undefined while the NameNode only begins to start, and of what is no NameNode. */
function namespaceOf(body: Buffer | undefined): string | undefined {
  try {
    const { beans } = JSON.parse(body?.toString("utf8") ?? "") as { beans?: { BlockPoolId?: unknown }[] };
    const id = beans?.[0]?.BlockPoolId;
    return typeof id === "string" && id !== "" ? id : undefined;
  } catch {
    return undefined;
  }
}
