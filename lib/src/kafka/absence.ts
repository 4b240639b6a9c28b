/** What to say when of several brokers only some are there: they answer, and can do nothing without the others. */
import { connect } from "node:net";
import { parseAddress } from "../address/index.ts";
import { retry } from "../async/index.ts";
import { isStreambookError, messageOf } from "../errors/index.ts";
import { isConnectionFailure, kafkaError, notEnoughReplicas, places, rootOf } from "./failures.ts";

/**
 * How long brokers that are away are waited for when others answer, in milliseconds: one that was killed counts as there until its
 * session has run out, and leads what it has led.
 */
const AWAY = 12_000;

/**
 * Tries something again for a while when it fails with NOT_ENOUGH_REPLICAS.
 *
 * @param limit how long, in milliseconds
 */
export async function awaitAbsent<T>(operation: () => Promise<T>, signal?: AbortSignal, limit = AWAY): Promise<T> {
  const end = performance.now() + Math.min(limit, AWAY);
  return retry(operation, {
    attempts: Number.POSITIVE_INFINITY,
    minimumDelay: 200,
    maximumDelay: 1000,
    isRetriable: (error) => isStreambookError(error, "NOT_ENOUGH_REPLICAS") && performance.now() < end,
    signal,
  });
}

/**
 * Our error for one of kafkajs, as {@link kafkaError}; NOT_ENOUGH_REPLICAS where some brokers answer and others are what is missing:
 * the leader of a partition or of the controllers, or replicas that have to have a batch.
 *
 * @param broker the addresses that were tried
 */
export async function explainAbsence(error: unknown, broker: string, doing: string): Promise<unknown> {
  const found = kafkaError(error, broker, doing);
  if (!isConnectionFailure(error) && !isTimeout(error) && !lacksSomebody(error)) return found;
  const all = broker.split(",");
  if (all.length === 1) return found;
  const answering = (await Promise.all(all.map(listens))).flatMap((is, index) => (is ? [all[index]] : []));
  const isAbsence = answering.length < all.length ? answering.length > 0 : isTimeout(error);
  if (!isAbsence) return found; // nobody is there, or all are, and a connection broke
  const there = `of ${places(broker)} only ${answering.join(", ")} ${answering.length === 1 ? "answers" : "answer"}`;
  return notEnoughReplicas(doing, answering.length < all.length ? there : messageOf(rootOf(error)), error);
}

/** Whether a leader has waited in vain for others. */
function isTimeout(error: unknown): boolean {
  return rootOf(error).type === "REQUEST_TIMED_OUT";
}

/** What a broker says that does not know a group yet. */
const LOADING_GROUP: readonly string[] = ["GROUP_LOAD_IN_PROGRESS", "GROUP_COORDINATOR_NOT_AVAILABLE"];
/** What a broker says that waits for others to lead, or to hand over what they have led. */
const WAITING = new Set(["LEADER_NOT_AVAILABLE", "NOT_LEADER_FOR_PARTITION", ...LOADING_GROUP]);

function lacksSomebody(error: unknown): boolean {
  return WAITING.has(rootOf(error).type ?? "");
}

/** Whether a broker says that it does not know the group yet: it has just started, or has just taken the group over from another. */
export function isLoadingGroup(error: unknown): boolean {
  return LOADING_GROUP.includes(rootOf(error).type ?? "");
}

/** Whether somebody accepts connections at `host:port`. */
function listens(address: string): Promise<boolean> {
  const { host = "127.0.0.1", port = 0 } = parseAddress(address) ?? {};
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1000 });
    for (const event of ["connect", "error", "timeout"])
      socket.once(event, () => {
        socket.destroy();
        resolve(event === "connect");
      });
  });
}
