/** A hash table from words to numbers whose keys are pieces of a text, so that looking up makes no string. */

/** Words longer than this are not remembered: they are rarely words, and rarely come again. */
const LONGEST = 64;
/** Numbers of one slot: the hash, where the word's characters begin in the pool, how many there are, the value. */
const STRIDE = 4;
const FIRST_SLOTS = 2 ** 12;
const FIRST_POOL = 2 ** 15;

/**
 * Remembers a number for each word. Open addressing with linear probing; the characters of all words lie in one pool, and
 * a word is found only if every character is the same, so two words with one hash are never confused.
 *
 * Memory is bounded: when the table is full it forgets everything. The words in use come back within a few texts, while
 * a table that only stopped learning would keep the words of long ago for ever.
 */
export class WordTable {
  readonly #capacity: number;
  #slots = new Int32Array(FIRST_SLOTS * STRIDE);
  #pool = new Uint16Array(FIRST_POOL);
  #mask = FIRST_SLOTS - 1;
  #size = 0;
  #used = 0;

  /** @param capacity how many words are remembered */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** How many words are remembered now. */
  get size(): number {
    return this.#size;
  }

  /**
   * The number of the word that stands in a text (its UTF-16 units) from `start` to `end`; undefined when it is not known.
   *
   * @param hash of the word's characters, 32 bits; always the same for the same word
   */
  find(units: Uint16Array, start: number, end: number, hash: number): number | undefined {
    const slots = this.#slots;
    const pool = this.#pool;
    const length = end - start;
    for (let slot = spread(hash) & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * STRIDE;
      const known = slots[at + 2] as number;
      if (known === 0) return undefined;
      if (known !== length || slots[at] !== hash) continue;
      const from = slots[at + 1] as number;
      let i = 0;
      while (i < length && pool[from + i] === units[start + i]) i++;
      if (i === length) return slots[at + 3];
    }
  }

  /** Remembers a word that is not known. */
  add(units: Uint16Array, start: number, end: number, hash: number, value: number): void {
    const length = end - start;
    if (length > LONGEST) return;
    if (this.#size >= this.#capacity) this.#forget();
    if (this.#size * 2 >= this.#mask) this.#growSlots();
    if (this.#used + length > this.#pool.length) this.#growPool();
    const from = this.#used;
    this.#pool.set(units.subarray(start, end), from);
    this.#used += length;
    this.#size++;
    this.#place(hash, from, length, value);
  }

  #place(hash: number, from: number, length: number, value: number): void {
    let slot = spread(hash) & this.#mask;
    while (this.#slots[slot * STRIDE + 2] !== 0) slot = (slot + 1) & this.#mask;
    const at = slot * STRIDE;
    this.#slots[at] = hash;
    this.#slots[at + 1] = from;
    this.#slots[at + 2] = length;
    this.#slots[at + 3] = value;
  }

  #growSlots(): void {
    const old = this.#slots;
    this.#slots = new Int32Array(old.length * 2);
    this.#mask = this.#slots.length / STRIDE - 1;
    for (let at = 0; at < old.length; at += STRIDE) {
      const length = old[at + 2] as number;
      if (length > 0) this.#place(old[at] as number, old[at + 1] as number, length, old[at + 3] as number);
    }
  }

  #growPool(): void {
    const pool = new Uint16Array(this.#pool.length * 2);
    pool.set(this.#pool);
    this.#pool = pool;
  }

  #forget(): void {
    this.#slots.fill(0);
    this.#size = 0;
    this.#used = 0;
  }
}

/** Brings the high bits of a hash down to where the mask looks. */
function spread(hash: number): number {
  return hash ^ (hash >>> 15);
}
