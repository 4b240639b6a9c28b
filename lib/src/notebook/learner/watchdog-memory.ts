/** What a process and the thread that watches it share: a few numbers in one memory. */

/** Places of the numbers. */
export const Slot = {
  /** The number of the watch that is on, or 0. */
  armed: 0,
  /** Grows whenever the process turns its loop. */
  beat: 1,
  /** Longest time without a turn, in milliseconds. */
  busy: 2,
  /** Most memory of the process, in units of {@link MEMORY}. */
  most: 3,
  /** 1: code that a signal ends; 0: code that only V8 can end. */
  bySignal: 4,
  /** Why the thread has ended what ran, or 0. */
  reason: 5,
} as const;
export const SLOTS = 6;

/** One unit of memory, in bytes: a megabyte, so that every size fits into 32 bits. */
export const MEMORY = 1e6;
/** Time between two looks, in milliseconds. */
export const LOOK = 100;
/** Why code was ended. */
export const TOO_LONG = 1;
export const TOO_MUCH = 2;
