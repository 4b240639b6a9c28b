/**
 * The way to Cassandra: a client of the driver, and a new one after all nodes were away at once. The driver comes back by itself, too, but
 * then it listens twice for the next loss, comes back twice, and ends the process when the two meet
 * (https://github.com/apache/cassandra-nodejs-driver/pull/462).
 */
import type { Client } from "cassandra-driver";
import { StreambookError } from "../errors/index.ts";

/** A connected client, whenever it is asked for. */
export class Connection {
  readonly #make: () => Client;
  #client: Promise<Client> | undefined;
  #isClosed = false;

  /** @param make makes a client that is not connected yet */
  constructor(make: () => Client) {
    this.#make = make;
  }

  /** The client; several may ask at once. @throws what the driver throws when it cannot connect; the next one who asks has it try again */
  client(): Promise<Client> {
    if (this.#isClosed) throw new StreambookError("USAGE", "the session with Cassandra is closed; open another one");
    if (this.#client === undefined) {
      const opened = this.#open(() => this.#forget(opened));
      opened.catch(() => this.#forget(opened));
      this.#client = opened;
    }
    return this.#client;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const client = await this.#client?.catch(() => undefined);
    await client?.shutdown().catch(() => undefined);
  }

  async #open(onLost: () => void): Promise<Client> {
    const client = this.#make();
    const shutDown = (): Promise<void> => client.shutdown().catch(() => undefined);
    try {
      await client.connect();
    } catch (error) {
      await shutDown();
      throw error;
    }
    client.on("hostDown", () => {
      if (client.hosts.values().some((host) => host.isUp())) return;
      onLost();
      void shutDown();
    });
    return client;
  }

  #forget(client: Promise<Client>): void {
    if (this.#client === client) this.#client = undefined;
  }
}
