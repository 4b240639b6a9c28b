/**
 * Which Kafka cluster a client talks to. An address says where a broker is, not whose: when one has died, another cluster's
 * may answer at its port, and offsets of the one mean nothing in the other. So each new connection asks for the cluster's
 * id first, and another cluster is refused before anything else is said.
 */
import { createRequire } from "node:module";
import type { ISocketFactory } from "kafkajs";
import { StreambookError } from "../errors/index.ts";

/** The cluster that some clients belong to: the one that it was made for, or else the first that answers one of them. */
export class KafkaCluster {
  #id: string | undefined;
  #brokers = 1;
  readonly #refusal = new AbortController();
  /** Aborts when another cluster has answered; its reason is the WRONG_CLUSTER that every call ends with from then on. */
  readonly refused: AbortSignal = this.#refusal.signal;

  /** @param id the cluster's id. @default that of the first cluster that answers */
  constructor(id?: string) {
    this.#id = id;
  }

  /** The cluster's id; undefined until a broker has said it. */
  get id(): string | undefined {
    return this.#id;
  }

  /** How many brokers it has had at most, as one said that was asked; 1 until then. One that is away may be back at any moment. */
  get brokers(): number {
    return this.#brokers;
  }

  /**
   * Notes what a broker says of itself. One without an id cannot be recognised, and is accepted.
   *
   * @throws WRONG_CLUSTER when it belongs to another cluster
   */
  meet(id: string | null, address: string, brokers = 1): void {
    this.#brokers = Math.max(this.#brokers, brokers);
    if (id === null || id === "") return;
    this.#id ??= id;
    if (id === this.#id) return;
    this.#refusal.abort(
      new StreambookError(
        "WRONG_CLUSTER",
        `the Kafka that answers at ${address} now is the cluster ${id}, but this began with the cluster ${this.#id}; nothing was read from it or written to it; start the Kafka of before there again, or begin anew with the other one`,
      ),
    );
    this.refused.throwIfAborted();
  }

  /** What a failed call ends with: that another cluster has answered, if one has. kafkajs hides it behind errors of its own. */
  causeOf(error: unknown): unknown {
    return this.refused.aborted ? this.refused.reason : error;
  }
}

/** The parts of kafkajs' connection that matter here. */
interface Connection {
  readonly broker: string;
  readonly socketFactory: ISocketFactory;
  readonly socket: object | undefined;
  /** What the broker understands, by the number of the request; null until it was asked. */
  readonly versions: Readonly<Record<number, { readonly maxVersion: number }>> | null;
  send: (this: Connection, exchange: Exchange) => Promise<unknown>;
}

interface Request {
  readonly apiKey: number;
  encode(): Promise<unknown>;
}

interface Exchange {
  readonly request: Request;
  readonly response: unknown;
}

interface Encoder {
  writeArray(values: readonly unknown[]): Encoder;
  writeBoolean(value: boolean): Encoder;
}

type Metadata = (options: { topics: readonly string[] }) => Exchange;

const kafkajs = createRequire(import.meta.url);
const METADATA = 3;
/** Allowed on any connection: it says what the other side understands, and nothing of ours. */
const API_VERSIONS = 18;
/** The newest form of the request that kafkajs knows; from the fourth on it says whether topics are made. */
const [NEWEST, WITH_CREATION] = [6, 4];

const clusters = new WeakMap<ISocketFactory, KafkaCluster>();
/** Sockets whose other side was asked, and the answer. */
const asked = new WeakMap<object, Promise<void>>();
let patched = false;

/**
 * Lets every connection of a client ask for the cluster's id before its first request.
 *
 * @param factory makes the client's sockets
 * @returns the factory to give to kafkajs: connections are known by it
 */
export function identified(factory: ISocketFactory | undefined, cluster: KafkaCluster): ISocketFactory {
  patchConnections();
  const make = factory ?? (kafkajs("kafkajs/src/network/socketFactory") as () => ISocketFactory)();
  const own: ISocketFactory = (options) => make(options);
  clusters.set(own, cluster);
  return own;
}

/** kafkajs 2.2.4 connects again by itself, and has no event for it; so its connection is where the asking must be. */
function patchConnections(): void {
  if (patched) return;
  patched = true;
  const { prototype } = kafkajs("kafkajs/src/network/connection") as { prototype: Connection };
  const send = prototype.send;
  prototype.send = async function (this: Connection, exchange: Exchange): Promise<unknown> {
    const { request } = exchange;
    const cluster = clusters.get(this.socketFactory);
    if (cluster === undefined || request.apiKey === API_VERSIONS) return send.call(this, exchange);
    // Encoding is the last thing before the bytes go to the socket: there is no other socket in between.
    const encode = async (): Promise<unknown> => {
      const bytes = await request.encode();
      await identify(this, cluster, (question) => send.call(this, question));
      return bytes;
    };
    return send.call(this, { ...exchange, request: { ...request, encode } });
  };
}

async function identify(
  connection: Connection,
  cluster: KafkaCluster,
  send: (question: Exchange) => Promise<unknown>,
): Promise<void> {
  for (let socket = connection.socket; socket !== undefined;) {
    cluster.refused.throwIfAborted();
    let answer = asked.get(socket);
    if (answer === undefined) {
      answer = send(question(connection)).then((said) => {
        const { clusterId, brokers } = said as { clusterId?: string | null; brokers?: readonly unknown[] };
        cluster.meet(clusterId ?? null, connection.broker, brokers?.length);
      });
      asked.set(socket, answer);
      const unanswered = socket;
      answer.catch(() => asked.delete(unanswered)); // the next request asks again
    }
    await answer;
    if (socket === connection.socket) return;
    socket = connection.socket; // it was replaced meanwhile
  }
}

/** A request for metadata of no topic at all: brokers, and the cluster's id. */
function question({ versions }: Connection): Exchange {
  const version = Math.min(NEWEST, versions?.[METADATA]?.maxVersion ?? NEWEST);
  const { protocol } = kafkajs("kafkajs/src/protocol/requests/metadata") as {
    readonly protocol: (options: { version: number }) => Metadata;
  };
  const exchange = protocol({ version })({ topics: [] });
  const Encoder = kafkajs("kafkajs/src/protocol/encoder") as new () => Encoder;
  // kafkajs itself writes an empty list as null, which means all topics.
  const encode = async (): Promise<Encoder> => {
    const topics = new Encoder().writeArray([]);
    return version >= WITH_CREATION ? topics.writeBoolean(false) : topics;
  };
  return { ...exchange, request: { ...exchange.request, encode } };
}
