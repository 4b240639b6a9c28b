/** The one generator of random numbers whose results must be repeatable: seeds of clusters, invented texts, samples. */

/**
 * A seeded generator of pseudo-random numbers: mulberry32 by Tommy Ettinger, 32 bits of state, period 2³². Quick and
 * evenly spread, good enough for sampling; not for secrets.
 * Source: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 *
 * @example
 * ```ts
 * import { Random } from "streambook/random";
 * const a = new Random(42), b = new Random(42);
 * console.assert(a.next() === b.next());
 * console.assert(new Random(1).below(10) < 10);
 * ```
 */
export class Random {
  #state: number;
  /** What {@link fork} was given, spread over 64 bits: of generators with 32 bits of state, two of 77,000 are the same. */
  #lineage: readonly [number, number] = [0, 0];

  /** @param seed a whole number; equal seeds give equal sequences */
  constructor(seed: number) {
    this.#state = mix(seed);
  }

  /** The next number, at least 0 and below 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from 0 to `limit` − 1. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  /** A number of the normal distribution with mean 0 and deviation 1, by the Box–Muller transform. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.next())) * Math.cos(2 * Math.PI * this.next());
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** The position of one weight, chosen with a chance in proportion to it; the last position when all are 0. */
  weighted(weights: ArrayLike<number>): number {
    let rest = 0;
    for (let i = 0; i < weights.length; i++) rest += weights[i] as number;
    rest *= this.next();
    for (let i = 0; i < weights.length - 1; i++) {
      rest -= weights[i] as number;
      if (rest < 0) return i;
    }
    return weights.length - 1;
  }

  /** Puts items in a random order, in place (Fisher–Yates). */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      [items[i], items[j]] = [items[j] as T, items[i] as T];
    }
    return items;
  }

  /**
   * A UUID of version 4 (RFC 9562), to name something that was made up. Generators that were forked from one by different numbers give
   * different ones.
   */
  uuid(): string {
    const part = (lineage = 0): string => ((this.below(2 ** 32) ^ lineage) >>> 0).toString(16).padStart(8, "0");
    const [one, other] = this.#lineage;
    const digits = part(one) + part() + part() + part(other);
    const variant = "89ab"[parseInt(digits[16] as string, 16) & 3] as string;
    return [
      digits.slice(0, 8),
      digits.slice(8, 12),
      `4${digits.slice(13, 16)}`,
      variant + digits.slice(17, 20),
      digits.slice(20),
    ].join("-");
  }

  /** A generator of its own for a part of the work, so that parts do not depend on each other's order. */
  fork(part: number): Random {
    const forked = new Random(mix(this.#state ^ mix(part)));
    const [one, other] = this.#lineage;
    forked.#lineage = [mix(one ^ mix(part ^ 0x2c1b3c6d)), mix(other ^ mix(part ^ 0x297a2d39))];
    return forked;
  }
}

/** Spreads neighbouring seeds apart (the finaliser of MurmurHash3), so that seeds 1 and 2 share nothing. */
function mix(value: number): number {
  // The upper half is spread too: that of -16 has all bits set, and would make it the seed 15.
  const upper = Math.imul(Math.floor(value / 2 ** 32), 0x27d4eb2f);
  let h = value ^ upper ^ 0x9e3779b9;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
