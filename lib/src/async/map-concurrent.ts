/**
 * Maps items by an asynchronous function, a bounded number at once, results in the order of the items.
 * The first failure is thrown after the operations under way have ended; no new one is begun.
 *
 * @param limit how many run at once, 1 or more
 */
export async function mapConcurrent<T, R>(
  items: Iterable<T>,
  limit: number,
  operation: (item: T, index: number) => Promise<R>,
): Promise<R[]> {
  const queue = [...items].entries();
  const results: R[] = [];
  const failures: unknown[] = [];
  async function work(): Promise<void> {
    for (const [index, item] of queue) {
      if (failures.length > 0) return;
      try {
        results[index] = await operation(item, index);
      } catch (error) {
        failures.push(error);
      }
    }
  }
  await Promise.all(Array.from({ length: Math.max(1, limit) }, work));
  if (failures.length > 0) throw failures[0];
  return results;
}
