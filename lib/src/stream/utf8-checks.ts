/** Whether texts are UTF-8, found out once for each state of a file, however many ask. */
import type { OpenText } from "./texts.ts";
import { findBadUtf8 } from "./utf8.ts";

/** Files of more bytes are checked two at a time: each is read at the speed of the disk. */
const LARGE = 4 << 20;
const LARGE_AT_ONCE = 2;

/** Whether a text takes so long to check that its readers may begin before it is done. */
export function isLarge({ size }: OpenText): boolean {
  return size > LARGE;
}

interface Check {
  readonly stamp: string;
  readonly bad: Promise<number | undefined>;
}

/** The checks of a folder's texts. They go on when those who asked have left, until {@link stop}. */
export class Utf8Checks {
  readonly #checks = new Map<string, Check>();
  readonly #stopped = new AbortController();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** The position of the first bytes that are not UTF-8; undefined when all of the text is. */
  of(text: OpenText): Promise<number | undefined> {
    const known = this.#checks.get(text.name);
    if (known?.stamp === text.stamp) return known.bad;
    const check = { stamp: text.stamp, bad: this.#look(text) };
    this.#checks.set(text.name, check);
    check.bad.catch(() => {
      if (this.#checks.get(text.name) === check) this.#checks.delete(text.name); // the disk failed: the next who asks looks again
    });
    return check.bad;
  }

  /** Remembers what a reader has found before the check came there. */
  found({ name, stamp }: OpenText, position: number): void {
    this.#checks.set(name, { stamp, bad: Promise.resolve(position) });
  }

  /** Ends the checks that are running. */
  stop(): void {
    this.#stopped.abort();
  }

  async #look(text: OpenText): Promise<number | undefined> {
    text.hold();
    try {
      if (!isLarge(text)) return await findBadUtf8(text.file, this.#stopped.signal, text.size);
      return await this.#inTurn(() => findBadUtf8(text.file, this.#stopped.signal));
    } finally {
      await text.close();
    }
  }

  async #inTurn<T>(look: () => Promise<T>): Promise<T> {
    if (this.#running >= LARGE_AT_ONCE) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await look();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else next(); // which takes this one's place
    }
  }
}
