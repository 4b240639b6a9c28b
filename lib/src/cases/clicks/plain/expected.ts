/**
 * The plain answer: every question of the case, answered in one pass of plain TypeScript over the events as they were sent. Some hours
 * of events are held, however many there are.
 */
import { partitionForKey } from "../../../kafka/index.ts";
import type { Schema } from "../../../schema/index.ts";
import { type CleanEvent, eventReader, hourOf } from "./clean-event.ts";
import type { CaseEvent } from "../../events/event.ts";
import { LONGEST_DELAY } from "../events/generate.ts";
import { InOrder } from "./in-order.ts";
import { agreementOf, byGap, given, lastPage, lastStage, measures, pathOf, type Session, stages } from "./sessions.ts";
import { type AnswerRow, Tally } from "./tally.ts";

/** Room for the sending again of a late event, and for the minute that is being filled. */
const HELD = LONGEST_DELAY + 5 * 60_000;
/** No session has a pause that is longer, in milliseconds: then all its events are known. */
const SESSION_OVER = 3 * 60 * 60_000;

/** How many events there were of each kind. */
export interface ClicksCounts {
  sent: number;
  malformed: number;
  doubled: number;
  clean: number;
}

/** The names of the answers. */
export type ClicksAnswerName =
  | "by_category"
  | "by_product"
  | "trend"
  | "arrivals"
  | "sessions_given"
  | "sessions_by_gap"
  | "agreement"
  | "paths"
  | "funnel"
  | "funnel_by_category"
  | "drop_offs";

/** What the store should answer. */
export interface ClicksAnswer {
  readonly counts: ClicksCounts;
  readonly answers: Readonly<Record<ClicksAnswerName, readonly AnswerRow[]>>;
}

/**
 * ClicksAnswers all questions.
 *
 * @param schemas those of the topics, which say what is malformed
 * @param partitions of each topic: within a partition, an event that comes after one of a later hour is late
 */
export function clicksAnswer(
  events: Iterable<CaseEvent>,
  schemas: readonly Schema[],
  partitions: number,
): ClicksAnswer {
  const pass = new Pass(schemas, partitions);
  for (const event of events) pass.add(event);
  return pass.end();
}

class Pass {
  readonly #counts: ClicksCounts = { sent: 0, malformed: 0, doubled: 0, clean: 0 };
  readonly #read: (event: CaseEvent) => CleanEvent | undefined;
  readonly #partitions: number;
  readonly #inOrder = new InOrder(HELD);
  readonly #events = new EventTallies();
  readonly #sessions = new SessionTallies();
  /** The newest hour of each partition, in the order in which events came. */
  readonly #newest = new Map<string, string>();
  /** The events of users who may go on with a session, in the order of the last events. */
  readonly #present = new Map<string, CleanEvent[]>();

  constructor(schemas: readonly Schema[], partitions: number) {
    this.#read = eventReader(schemas);
    this.#partitions = partitions;
  }

  add(sent: CaseEvent): void {
    this.#counts.sent++;
    const event = this.#read(sent);
    if (event === undefined) this.#counts.malformed++;
    else if (!this.#inOrder.add(event)) this.#copy(event);
    else this.#clean(event, `${sent.topic}[${partitionForKey(sent.key, this.#partitions)}]`);
    for (const next of this.#inOrder.take()) this.#follow(next);
  }

  end(): ClicksAnswer {
    for (const next of this.#inOrder.take(true)) this.#follow(next);
    for (const [user, events] of this.#present) this.#leave(user, events);
    return { counts: this.#counts, answers: { ...this.#events.rows(), ...this.#sessions.rows() } };
  }

  #copy(event: CleanEvent): void {
    this.#counts.doubled++;
    this.#events.addCopy(event);
  }

  #clean(event: CleanEvent, partition: string): void {
    this.#counts.clean++;
    const hour = hourOf(event.time).join("T");
    const newest = this.#newest.get(partition) ?? "";
    this.#events.add(event, hour < newest);
    if (hour > newest) this.#newest.set(partition, hour);
  }

  /** Adds an event to those of its user; users who have been away for long have left. */
  #follow(event: CleanEvent): void {
    this.#events.see(event);
    for (const [user, events] of this.#present) {
      if (event.time - (events.at(-1)?.time ?? 0) < SESSION_OVER) break;
      this.#leave(user, events);
    }
    const events = this.#present.get(event.user) ?? [];
    this.#present.delete(event.user); // set again, it is the last
    this.#present.set(event.user, events);
    events.push(event);
  }

  #leave(user: string, events: readonly CleanEvent[]): void {
    this.#present.delete(user);
    this.#sessions.add(given(events), byGap(events));
  }
}

/** ClicksAnswers for which each event counts for itself. */
class EventTallies {
  readonly #byCategory = new Tally("category");
  readonly #byProduct = new Tally("category", "product");
  readonly #trend = new Tally("hour");
  readonly #arrivals = new Tally("topic", "hour");
  readonly #users = new UsersByHour();

  /** Adds an event, in the order in which events came. */
  add({ topic, action, category, product, quantity, cents, time }: CleanEvent, isLate: boolean): void {
    const one = (name: string): number => (action === name ? 1 : 0);
    const actions = { views: one("view"), clicks: one("click"), purchases: one("purchase") };
    const sold = { quantity, revenue_cents: cents };
    if (category !== null) this.#byCategory.add({ category }, { ...actions, ...sold });
    if (category !== null && product !== null) this.#byProduct.add({ category, product }, { ...actions, ...sold });
    const hour = hourOf(time).join("T");
    this.#trend.add({ hour }, { events: 1, ...actions, ...sold });
    this.#arrivals.add({ topic, hour }, { events: 1, doubled: 0, late: isLate ? 1 : 0 });
  }

  /** Counts a copy of an event. */
  addCopy({ topic, time }: CleanEvent): void {
    this.#arrivals.add({ topic, hour: hourOf(time).join("T") }, { events: 0, doubled: 1, late: 0 });
  }

  /** Sees who was there, in the order of the events' times. */
  see(event: CleanEvent): void {
    this.#users.see(event);
  }

  rows(): Pick<ClicksAnswer["answers"], "by_category" | "by_product" | "trend" | "arrivals"> {
    const users = this.#users.counts();
    return {
      by_category: this.#byCategory.rows(),
      by_product: this.#byProduct.rows(),
      trend: this.#trend.rows().map((row) => ({ ...row, users: users.get(row["hour"]) ?? 0 })),
      arrivals: this.#arrivals.rows(),
    };
  }
}

/** How many different users there were in each hour; only those of the hour that goes on are kept. */
class UsersByHour {
  readonly #counts = new Map<string | number | undefined, number>();
  #hour = "";
  readonly #users = new Set<string>();

  see({ time, user }: CleanEvent): void {
    const hour = hourOf(time).join("T");
    if (hour !== this.#hour) this.#users.clear();
    this.#hour = hour;
    this.#counts.set(hour, this.#users.add(user).size);
  }

  counts(): ReadonlyMap<string | number | undefined, number> {
    return this.#counts;
  }
}

/** ClicksAnswers for which the events of a session count together. */
class SessionTallies {
  readonly #given = new Tally("hour");
  readonly #byGap = new Tally("hour");
  readonly #agreement = new Tally("agreement");
  readonly #paths = new Tally("path");
  readonly #funnel = new Tally("stage");
  readonly #byCategory = new Tally("category", "stage");
  readonly #dropOffs = new Tally("last_stage", "last_page");

  /** Adds the sessions of a user, cut in both ways. */
  add(sessions: readonly Session[], gaps: readonly Session[]): void {
    for (const gap of gaps) this.#addTo(this.#byGap, gap);
    for (const session of sessions) {
      this.#addTo(this.#given, session);
      this.#agreement.add({ agreement: agreementOf(session, gaps) }, { sessions: 1 });
      const stage = lastStage(session);
      const buys = session.some(({ action }) => action === "purchase");
      if (buys || session.some(({ action }) => action === "view"))
        this.#paths.add({ path: pathOf(session) }, { sessions: 1, buying: buys ? 1 : 0 });
      this.#dropOffs.add({ last_stage: stage ?? "none", last_page: lastPage(session) }, { sessions: 1 });
      for (const reached of upTo(stage)) this.#funnel.add({ stage: reached }, { sessions: 1 });
      for (const [category, events] of Map.groupBy(session, (event) => event.category))
        if (category !== null)
          for (const reached of upTo(lastStage(events)))
            this.#byCategory.add({ category, stage: reached }, { sessions: 1 });
    }
  }

  #addTo(tally: Tally<"hour", "sessions" | "events" | "milliseconds">, session: Session): void {
    const { hour, events, milliseconds } = measures(session);
    tally.add({ hour }, { sessions: 1, events, milliseconds });
  }

  rows(): Omit<ClicksAnswer["answers"], "by_category" | "by_product" | "trend" | "arrivals"> {
    return {
      sessions_given: this.#given.rows(),
      sessions_by_gap: this.#byGap.rows(),
      agreement: this.#agreement.rows(),
      paths: this.#paths.rows(),
      funnel: this.#funnel.rows(),
      funnel_by_category: this.#byCategory.rows(),
      drop_offs: this.#dropOffs.rows(),
    };
  }
}

/** The stages that a session has gone through. */
function upTo(last: (typeof stages)[number] | undefined): readonly (typeof stages)[number][] {
  return last === undefined ? [] : stages.slice(0, stages.indexOf(last) + 1);
}
