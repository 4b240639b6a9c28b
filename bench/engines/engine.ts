/** What the benchmark knows of an engine: how it is run, and how one sees what it has made. */
import type { Addresses } from "../../lib/src/stack/index.ts";
import type { EngineName } from "./options.ts";
import type { Command } from "./process-tree.ts";

/** One way to bring a topic into rows with clusters. */
export interface Engine {
  readonly name: EngineName;
  /** What it does and what it leaves out: printed under the table. */
  readonly note: string;
  /**
   * Makes it ready; what it needs and is missing is fetched.
   *
   * @throws SETUP_MISSING, UNREACHABLE, STACK_DOWN when it cannot be had
   */
  readonly prepare: (where: Where) => Promise<ReadyEngine>;
}

/** What all engines are given. */
export interface Where {
  readonly addresses: Addresses;
  /** Topic with the messages. */
  readonly topic: string;
  /** A folder of this machine for their files. */
  readonly folder: string;
  readonly report: (message: string) => void;
  readonly signal?: AbortSignal | undefined;
}

/** An engine that can be run. */
export interface ReadyEngine {
  /** @param run name of the run: a table's, or a folder's. Each is used once */
  readonly command: (run: string) => Promise<Command>;
  /** The content of each Parquet file of a run. */
  readonly files: (run: string) => AsyncIterable<Uint8Array>;
  /** Removes what a run has left, also one that failed. */
  readonly remove: (run: string) => Promise<void>;
}
