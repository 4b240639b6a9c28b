/**
 * After a change of tables: the nodes hear of it one after the other, and one that has not yet refuses rows of a table that it does not know.
 * The driver waits, too, but it tells nodes apart by their hosts alone, and so takes those of one machine for one.
 */
import { delay } from "../async/index.ts";

const CHANGE = /^\s*(?:CREATE|ALTER|DROP)\s/i;
/** The longest wait, in milliseconds: a node that is down never hears of it, and learns when it is back. */
const LONGEST = 3000;
const INTERVAL = 50;

/** Whether a statement changes keyspaces or tables. */
export function changesTables(cql: string): boolean {
  return CHANGE.test(cql);
}

/**
 * Waits until all nodes say the same, or so long that the rest must be down.
 *
 * @param versions asks for the version of the tables that each node has, as one of them knows
 */
export async function tablesAgreed(versions: () => Promise<readonly string[]>, longest = LONGEST): Promise<void> {
  const end = performance.now() + longest;
  while (new Set(await versions()).size > 1 && performance.now() < end) await delay(INTERVAL);
}
