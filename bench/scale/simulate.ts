/**
 * A consumer group of any size, second by second: how far it is behind, and when it stands because partitions change hands. What this
 * machine cannot run, 10,000 partitions on a thousand consumers, can at least be computed.
 *
 * The group is as the course's is: one rebalance at a time, at which every member stops (Kafka's classic protocol with eager
 * assignment); a member that dies is missed after its session, and joins again when it has been started.
 */
import { Random } from "../../lib/src/random/index.ts";

/** A group, its work, and what happens to it. */
export interface Scenario {
  readonly partitions: number;
  readonly consumers: number;
  /** Messages a second that come into each partition. */
  readonly arrivals: number;
  /** Messages a second that one consumer takes from Kafka to rows in Hive. */
  readonly rate: number;
  /** How often each consumer dies, a day. */
  readonly deaths: number;
  /** Seconds until a consumer that has died is back: a supervisor's pause and the start of the program. */
  readonly restart: number;
  /** Seconds after which the group misses a member that is silent. */
  readonly session: number;
  /**
   * Seconds in which a member gives up what it has: it ends the file that it is writing. Half of the times are below the median;
   * the spread is the standard deviation of the logarithm. The group waits for the slowest.
   */
  readonly revoke: { readonly median: number; readonly spread: number };
  /** Seconds that a member takes for each of its partitions, to find out where to go on. */
  readonly position: number;
  /**
   * Static members keep their partitions when they come back within their session, and nobody else stops.
   * @default false
   */
  readonly isStatic?: boolean;
  readonly seconds: number;
  readonly seed: number;
}

/** A second of a group. */
export interface Moment {
  readonly second: number;
  /** Messages that have come and are not stored yet. */
  readonly lag: number;
  /** How many of them are in the partition that has most. */
  readonly fullest: number;
  /** Whether the whole group stands. */
  readonly stands: boolean;
}

export interface Simulation {
  readonly moments: readonly Moment[];
  readonly deaths: number;
  readonly rebalances: number;
  /** Part of the time in which the group stood, 0 to 1. */
  readonly standing: number;
  /** How far behind the group was, in seconds of arrivals: the median of all moments. */
  readonly median: number;
  /** How far behind any partition ever was. */
  readonly worst: number;
}

const DAY = 86_400;

/**
 * Plays a scenario. Each consumer takes of its partitions what it can, and of each in proportion to what waits there.
 *
 * @example
 * ```ts
 * import { simulate } from "./bench/scale/simulate.ts";
 * const { worst } = simulate({ partitions: 10, consumers: 1, arrivals: 100, rate: 2000, deaths: 0, restart: 20, session: 10,
 *   revoke: { median: 0.2, spread: 0.8 }, position: 0.01, seconds: 600, seed: 1 });
 * console.assert(worst === 0);
 * ```
 */
export function simulate(scenario: Scenario): Simulation {
  const { partitions, consumers, arrivals, rate, session, isStatic = false, seconds } = scenario;
  const random = new Random(scenario.seed);
  const group = new Group(scenario);
  const lag = new Float64Array(partitions);
  const moments: Moment[] = [];
  let deaths = 0;
  for (let second = 0; second < seconds; second++) {
    for (let consumer = 0; consumer < consumers; consumer++)
      if (group.isUp(consumer, second) && random.next() < scenario.deaths / DAY) {
        deaths++;
        group.die(consumer, second);
      }
    if (isStatic) group.forgetAfter(second, session);
    else group.missAfter(second, session);
    const part = 1 - group.standingIn(second, random); // of this second
    let total = 0;
    for (let partition = 0; partition < partitions; partition++) total += lag[partition]! += arrivals;
    if (part > 0)
      for (const [consumer, owned] of group.shares.entries()) {
        if (!group.isUp(consumer, second)) continue;
        let waiting = 0;
        for (const partition of owned) waiting += lag[partition]!;
        const left = Math.max(0, 1 - (rate * part) / Math.max(waiting, 1e-9));
        for (const partition of owned) lag[partition]! *= left;
        total -= waiting * (1 - left);
      }
    moments.push({ second, lag: total, fullest: lag.reduce((most, one) => Math.max(most, one), 0), stands: part < 1 });
  }
  const behind = moments.map((moment) => moment.lag / (partitions * arrivals)).sort((a, b) => a - b);
  return {
    ...{ moments, deaths, rebalances: group.rebalances },
    standing: group.stood / seconds,
    median: behind[Math.floor(behind.length / 2)] ?? 0,
    worst: moments.reduce((most, { fullest }) => Math.max(most, fullest), 0) / arrivals,
  };
}

/** Who is a member, and who has which partitions. */
class Group {
  /** The partitions of each consumer. */
  shares: number[][] = [];
  rebalances = 0;
  /** Seconds in which all stood. */
  stood = 0;
  readonly #scenario: Scenario;
  /** When each consumer is back; 0 for one that is there. */
  readonly #back: Float64Array;
  readonly #died: Float64Array;
  readonly #members: Set<number>;
  #asked = false;
  #standsUntil = 0;

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#back = new Float64Array(scenario.consumers);
    this.#died = new Float64Array(scenario.consumers).fill(Infinity);
    this.#members = new Set(Array.from({ length: scenario.consumers }, (_, consumer) => consumer));
    this.#share();
  }

  isUp(consumer: number, second: number): boolean {
    return second >= this.#back[consumer]!;
  }

  die(consumer: number, second: number): void {
    this.#back[consumer] = second + this.#scenario.restart;
    this.#died[consumer] = second;
  }

  /** Members that died are missed after their session; whoever is back joins. Either begins a rebalance. */
  missAfter(second: number, session: number): void {
    for (let consumer = 0; consumer < this.#back.length; consumer++) {
      const died = this.#died[consumer]!;
      if (died === Infinity) continue;
      if (this.#members.has(consumer) && second >= died + session && !this.isUp(consumer, second)) {
        this.#members.delete(consumer);
        this.#asked = true;
      }
      if (this.isUp(consumer, second)) {
        this.#members.add(consumer); // under a new name: its old one is given up with it
        this.#died[consumer] = Infinity;
        this.#asked = true;
      }
    }
  }

  /** A static member that is back in time has what it had. */
  forgetAfter(second: number, session: number): void {
    for (let consumer = 0; consumer < this.#back.length; consumer++) {
      const died = this.#died[consumer]!;
      if (died === Infinity) continue;
      const isBack = this.isUp(consumer, second);
      if (this.#members.has(consumer) && second >= died + session && !isBack) {
        this.#members.delete(consumer);
        this.#asked = true;
      }
      if (!isBack) continue;
      if (!this.#members.has(consumer)) this.#asked = true;
      this.#members.add(consumer);
      this.#died[consumer] = Infinity;
    }
  }

  /** The part of a second in which all stand. A rebalance that is asked for during one begins after it. */
  standingIn(second: number, random: Random): number {
    if (this.#asked && this.#standsUntil <= second) {
      this.#asked = false;
      this.rebalances++;
      this.#share();
      this.#standsUntil = second + this.#length(random);
    }
    const part = Math.min(1, Math.max(0, this.#standsUntil - second));
    this.stood += part;
    return part;
  }

  /** Seconds of a rebalance: the slowest member's last file, then the places of the most that one member has. */
  #length(random: Random): number {
    const { revoke, position } = this.#scenario;
    let slowest = 0;
    for (let member = 0; member < this.#members.size; member++)
      slowest = Math.max(slowest, revoke.median * Math.exp(revoke.spread * random.normal()));
    return slowest + position * Math.max(0, ...this.shares.map(({ length }) => length));
  }

  #share(): void {
    const members = [...this.#members].sort((a, b) => a - b);
    this.shares = Array.from({ length: this.#back.length }, (): number[] => []);
    if (members.length === 0) return;
    for (let partition = 0; partition < this.#scenario.partitions; partition++)
      this.shares[members[Math.floor((partition * members.length) / this.#scenario.partitions)]!]!.push(partition);
  }
}
