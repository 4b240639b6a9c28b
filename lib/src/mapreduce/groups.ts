/** Sorted records cut into groups, each handed to `reduce` while it is read: a group of any size needs no memory. */
import type { Job, ReduceContext } from "./job.ts";
import { decodeKey, decodeValue, fieldsOf } from "./record.ts";

/** Calls a job's reduce for every group of sorted records, as they travel. */
export function reduceSorted<Value, Output>(
  job: Job<Value, Output>,
  lines: Iterator<string>,
  context: ReduceContext<Output>,
): void {
  let next = lines.next();
  while (next.done !== true) {
    const group = fieldsOf(next.value, job.groupFields);
    const prefix = `${group}\t`;
    const values: IterableIterator<Value> = {
      [Symbol.iterator]: () => values,
      next: () => {
        if (next.done === true || !next.value.startsWith(prefix)) return { done: true, value: undefined };
        const value = decodeValue(next.value) as Value;
        next = lines.next();
        return { done: false, value };
      },
    };
    job.reduce(decodeKey(group), values, context);
    while (next.done !== true && next.value.startsWith(prefix)) next = lines.next(); // what reduce left unread
  }
}
