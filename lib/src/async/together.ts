import { anySignal } from "./any-signal.ts";

/**
 * Does several things at the same time. When one fails, the others are asked to end, and are waited for: nothing goes on behind the
 * caller's back. The first failure is thrown.
 *
 * @param signal ends them all
 *
 * @example
 * ```ts
 * import { together } from "streambook/async";
 * const [one, two] = await together(undefined, async () => 1, async () => "two");
 * console.assert(one === 1 && two === "two");
 * ```
 */
export async function together<T extends readonly unknown[]>(
  signal: AbortSignal | undefined,
  ...operations: { readonly [K in keyof T]: (signal: AbortSignal) => Promise<T[K]> }
): Promise<T> {
  const failed = new AbortController();
  const common = anySignal(signal, failed.signal);
  const failures: unknown[] = [];
  const results = await Promise.all(
    operations.map(async (operation) => {
      try {
        return await operation(common);
      } catch (error) {
        failures.push(error);
        failed.abort(error);
        return undefined;
      }
    }),
  );
  if (failures.length > 0) throw failures[0];
  return results as unknown as T;
}
