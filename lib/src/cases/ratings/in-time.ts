/** What comes, or that nothing has come in time. */

/**
 * Gives what comes; nothing (undefined) when the time is over before, and then goes on.
 *
 * @param remaining how long to wait for the next, in milliseconds
 */
export async function* inTime<T>(
  items: AsyncIterable<T>,
  remaining: () => number,
): AsyncGenerator<T | undefined, void, undefined> {
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (let next = iterator.next(); ;) {
      const first = await orTimeout(next, remaining());
      if (first === undefined) {
        yield undefined;
        continue;
      }
      if (first.done === true) return;
      yield first.value;
      next = iterator.next();
    }
  } finally {
    // Not waited for: one that is pulled ends only when something comes, and whoever made it closes it.
    iterator.return?.().catch(() => undefined);
  }
}

/** The value of a promise, or nothing after so many milliseconds. */
async function orTimeout<T>(promise: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, milliseconds), undefined);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
