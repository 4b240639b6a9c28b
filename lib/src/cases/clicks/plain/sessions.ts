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

/**
 * The last stage that a session reached: each stage has an event that is not before the first of the stage before. Undefined when it
 * saw no product.
 */
export function lastStage(session: Session): Stage | undefined {
  const times = stages.map((stage) =>
    session.filter(({ action, product }) => action === stage && product !== null).map(({ time }) => time),
  );
  const end = times.findIndex((own, stage) => {
    const since = stage === 0 ? -Infinity : (times[stage - 1]?.[0] ?? Infinity);
    return !own.some((time) => time >= since);
  });
  return stages[(end === -1 ? stages.length : end) - 1];
}

/** The first pages that a session viewed: `home > search > product`. */
export function pathOf(session: Session): string {
  return session
    .filter(({ action }) => action === "view")
    .slice(0, PATH_PAGES)
    .map(({ page }) => page)
    .join(" > ");
}

/** The last page of a session, of two at the same time the later by name; empty when it saw none. */
export function lastPage(session: Session): string {
  const seen = session.filter(({ page }) => page !== null);
  const last = seen.filter(({ time }) => time === seen.at(-1)?.time).map(({ page }) => page ?? "");
  return last.sort().at(-1) ?? "";
}

/** What is summed of the sessions that began in an hour. */
export function measures(session: Session): { hour: string; events: number; milliseconds: number } {
  const [first, last] = [session[0]?.time ?? 0, session.at(-1)?.time ?? 0];
  return { hour: hourOf(first).join("T"), events: session.length, milliseconds: last - first };
}
