/** For tests: topics of their own on the running broker, and connections that can be cut. */
import { connect, Socket } from "node:net";
import { randomUUID } from "node:crypto";
import { addresses } from "../stack/index.ts";
import { deleteTopics, ensureTopic } from "./index.ts";

/** The broker of the running stack. */
export async function testBroker(): Promise<string> {
  return (await addresses()).kafka;
}

/** Makes a topic for the time of an operation. */
export async function withTopic<T>(
  options: { readonly partitions?: number; readonly config?: Readonly<Record<string, string>> },
  operation: (at: { readonly broker: string; readonly topic: string }) => Promise<T>,
): Promise<T> {
  const broker = await testBroker();
  const topic = `test-${randomUUID()}`;
  await ensureTopic({ broker, topic, ...options });
  try {
    return await operation({ broker, topic });
  } finally {
    await deleteTopics({ broker, topics: [topic, `${topic}-dead-letter`] });
  }
}

/** Connections that can be cut, and refused for a while. */
export class Wire {
  readonly #sockets = new Set<Socket>();
  #isCut = false;

  /** For the option `socketFactory`. */
  readonly socketFactory = ({
    host,
    port,
    onConnect,
  }: {
    host: string;
    port: number;
    onConnect: () => void;
  }): Socket => {
    if (this.#isCut) {
      const refused = new Socket();
      setImmediate(() => refused.destroy(failure("connect ECONNREFUSED")));
      return refused;
    }
    const socket = connect({ host, port }, onConnect);
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    return socket;
  };

  /** Cuts all connections and refuses new ones, as if the broker had died. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy(failure("read ECONNRESET"));
  }

  /** Lets connections through again. */
  restore(): void {
    this.#isCut = false;
  }
}

function failure(message: string): Error {
  return Object.assign(new Error(message), { code: message.split(" ")[1] });
}
