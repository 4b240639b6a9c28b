/**
 * What other members of the group have to read, for a run that ends when everything is read. A member that was killed a moment ago keeps
 * its share of the partitions until its session is over: a run that ended with its own share would leave the rest to nobody.
 */
import { delay } from "../async/index.ts";
import { SESSION_TIMEOUT } from "../kafka/index.ts";
import type { Logger } from "../log/index.ts";
import type { TopicStream } from "./topic-stream.ts";

/** How often the others' files are looked at, in milliseconds. */
const INTERVAL = 500;

/** A member that is gone is known to be gone after its session; then its partitions are given to others, in milliseconds. */
const TIMEOUT = SESSION_TIMEOUT * 1.5;

/** Options of {@link OtherMembers}. */
export interface OtherMembersOptions {
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
  /** How long a member may show nothing until it is taken for one that works, in milliseconds. @default 15000 */
  readonly timeout?: number;
}

/** What is asked of a topic's stream. */
type Share = Pick<TopicStream, "isDone" | "unreadElsewhere"> & { readonly state: Pick<TopicStream["state"], "topic"> };

/** The other members of the group. */
export class OtherMembers {
  readonly #streams: readonly Share[];
  readonly #options: OtherMembersOptions;
  #since: number | undefined;

  constructor(streams: readonly Share[], options: OtherMembersOptions) {
    this.#streams = streams;
    this.#options = options;
  }

  /**
   * Whether all is read, here and by the others. Waits a moment when it is not: what the others leave may be given to this member, which is
   * to read it then. Those that still have theirs after a session do work: they are left to it, with a warning.
   */
  async haveRead(): Promise<boolean> {
    const { logger, signal, timeout = TIMEOUT } = this.#options;
    if (!this.#areDone) {
      this.#since = undefined;
      return false;
    }
    const unread = await Promise.all(this.#streams.map((stream) => stream.unreadElsewhere()));
    if (!this.#areDone) return false; // given to this member meanwhile
    const waiting = this.#streams.flatMap(
      ({ state }, index) => unread[index]?.map((one) => `${state.topic}[${one}]`) ?? [],
    );
    if (waiting.length === 0) return true;
    this.#since ??= performance.now();
    if (performance.now() - this.#since > timeout) {
      logger.warn(`another consumer of the group still reads ${waiting.join(", ")}; this one has read its own share`);
      return true;
    }
    await delay(INTERVAL, signal).catch(() => undefined); // aborted: the caller sees it
    return false;
  }

  get #areDone(): boolean {
    return this.#streams.every(({ isDone }) => isDone);
  }
}
