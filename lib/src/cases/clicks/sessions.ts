/** Sessions in plain TypeScript: by the shop's own ids, and by gaps; how far each went, and by which pages. */
import { type CleanEvent, hourOf } from "./clean-event.ts";

/** Half an hour in which a user does nothing ends a session. */
export const SESSION_GAP = 30 * 60_000;

/** Events of one session, in the order of their times. */
export type Session = readonly CleanEvent[];

/** What became of a session: how far it went. */
export const stages = ["view", "click", "purchase"] as const;
export type Stage = (typeof stages)[number];

/** Pages that the path of a session has at most. */
export const PATH_PAGES = 5;

/** Cuts events of one user where a gap is. @param events in the order of their times */
export function byGap(events: readonly CleanEvent[]): Session[] {
  const sessions: CleanEvent[][] = [];
  let before = -Infinity;
  for (const event of events) {
    if (event.time - before >= SESSION_GAP) sessions.push([]);
    sessions.at(-1)?.push(event);
    before = event.time;
  }
  return sessions;
}

/** The sessions that the shop has counted. */
export function given(events: readonly CleanEvent[]): Session[] {
  return [...Map.groupBy(events, ({ session }) => session).values()];
}

/** Whether the gaps find the same session as the shop, or two of one, or one of two. */
export function agreementOf(session: Session, gaps: readonly Session[]): "same" | "divided" | "joined" {
  const ids = new Set(session.map(({ id }) => id));
  const found = gaps.filter((gap) => gap.some(({ id }) => ids.has(id)));
  if (found.length > 1) return "divided";
  return found[0]?.length === session.length ? "same" : "joined";
}

/** How far a session went: it saw a product, then put one in the cart, then bought; undefined when it saw none. */
export function lastStage(session: Session): Stage | undefined {
  let reached = 0;
  // Those of one time are one step: which of them was first, nobody knows.
  const at = (stage: number, since: number): number =>
    session.find(({ time, action, product }) => time >= since && action === stages[stage] && product !== null)?.time ??
    Infinity;
  for (let since = -Infinity; reached < stages.length; reached++) {
    since = at(reached, since);
    if (since === Infinity) break;
  }
  return stages[reached - 1];
}

/** The pages of a session, one after the other: `home > search > product`. */
export function pathOf(session: Session): string {
  const pages = session.flatMap(({ page }) => page ?? []);
  return pages
    .filter((page, index) => page !== pages[index - 1])
    .slice(0, PATH_PAGES)
    .join(" > ");
}

/** The last page of a session; empty when it saw none. */
export function lastPage(session: Session): string {
  return session.findLast(({ page }) => page !== null)?.page ?? "";
}

/** What is summed of the sessions that began in an hour. */
export function measures(session: Session): { hour: string; events: number; milliseconds: number } {
  const [first, last] = [session[0]?.time ?? 0, session.at(-1)?.time ?? 0];
  return { hour: hourOf(first).join("T"), events: session.length, milliseconds: last - first };
}
