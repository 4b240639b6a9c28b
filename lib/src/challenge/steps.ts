/** What a program does with the services, as somebody sees it who stands between them: that is all that is known of it. */

export type ServiceName = "Kafka" | "HDFS";

/** A request of the program, or the answer to one. */
export interface Step {
  readonly service: ServiceName;
  /** `Fetch`, `OffsetCommit`, …; `CREATE`, `CREATE bytes`, `RENAME`, … */
  readonly kind: string;
  /** What it is about: positions, a path. */
  readonly detail: string;
  readonly phase: "request" | "answer";
  /** Which start of the program, from 1. */
  readonly run: number;
  /** How many messages the answer to a Fetch brings. @default 0 */
  readonly messages?: number;
}

/**
 * Decides on a step before it goes on its way. `cut`: it does not, and its connection breaks. A request that is cut was never seen by the
 * service; an answer that is cut was for something that is done.
 */
export type Watch = (step: Step) => Promise<"pass" | "cut">;

/** Whether a service can be reached now. */
export type Reachable = (service: ServiceName) => boolean;

/** What belongs to membership and addresses, and not to the work that a program does. */
const HOUSEKEEPING = new Set([
  "ApiVersions",
  "Metadata",
  "FindCoordinator",
  "JoinGroup",
  "SyncGroup",
  "Heartbeat",
  "LeaveGroup",
  "ListOffsets",
  "Status",
]);

/** Whether a step is part of the work. */
export function isWork({ kind }: Step): boolean {
  return !HOUSEKEEPING.has(kind);
}

/** Whether a step gives the program messages: from here on it has something to lose. */
export function bringsMessages({ phase, messages = 0 }: Step): boolean {
  return phase === "answer" && messages > 0;
}

/** The steps of starts that had been given messages before: a fault at any other step proves nothing. */
export function stepsWithMessages(steps: readonly Step[]): Step[] {
  const given = new Set<number>();
  return steps.filter((step) => {
    const had = given.has(step.run);
    if (bringsMessages(step)) given.add(step.run);
    return had;
  });
}
