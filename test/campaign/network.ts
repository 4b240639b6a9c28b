/** The network between the programs of the pipeline and the services is slow, breaks, falls silent, is parted, and refuses connections. */
import { setTimeout as sleep } from "node:timers/promises";
import { type HdfsProxy, startHdfsProxy } from "../../lib/src/challenge/hdfs-proxy.ts";
import { type KafkaProxy, startKafkaProxy } from "../../lib/src/challenge/kafka-proxy.ts";
import { FaultyLink } from "../../lib/src/faults/index.ts";
import type { Random } from "../../lib/src/random/index.ts";
import type { Adversary, Category, FaultLog } from "./faults.ts";
import type { Ways } from "./pipeline.ts";

/** What happens to a network, how often in relation to the others, and how long it lasts at least and at most, in seconds. */
const ACTS = [
  { name: "reset", weight: 4, lasts: [0, 0] },
  { name: "slow", weight: 2, lasts: [2, 8] },
  { name: "mute", weight: 2, lasts: [2, 10] },
  { name: "part", weight: 2, lasts: [1, 14] }, // longer than a session, too
  { name: "refuse", weight: 2, lasts: [1, 14] },
] as const;
type Act = (typeof ACTS)[number]["name"];

/** Strikes of a volley; some find nothing to strike at. */
const AT_ONCE = { least: 4, most: 9 };
/** A slow network holds up each piece so long, in milliseconds. */
const SLOWNESS = { least: 50, more: 400 };

/** A worker's own way to a service. Kafka and HDFS say where to go on, so behind the link somebody puts the link in their answers. */
interface Way {
  readonly worker: string;
  readonly service: string;
  readonly link: FaultyLink;
  readonly behind: KafkaProxy | HdfsProxy | undefined;
  isBusy: boolean;
}

export class Network implements Adversary, AsyncDisposable {
  readonly #random: Random;
  readonly #log: FaultLog;
  readonly #ways = new Map<string, Way>();
  readonly #lasting = new Set<Promise<void>>();
  readonly #end = new AbortController();

  constructor(random: Random, log: FaultLog) {
    [this.#random, this.#log] = [random, log];
  }

  /** Puts a link before each service that a worker calls; the same ones at each of its starts. */
  readonly ways = async (worker: string, direct: Ways): Promise<Ways> => {
    const kafka = await this.#way(worker, "Kafka", direct.kafka);
    if (worker === "producer") {
      const source = await this.#way(worker, "the source", new URL(direct.source).host);
      return { ...direct, source: `http://${source.link.address}`, kafka: kafka.link.address };
    }
    const hdfs = await this.#way(worker, "HDFS", direct.webhdfs);
    const hive = await this.#way(worker, "Hive", direct.hive);
    return {
      ...direct,
      kafka: kafka.link.address,
      webhdfs: `http://${hdfs.link.address}`,
      hive: hive.link.address,
    };
  };

  async #way(worker: string, service: string, target: string): Promise<Way> {
    const key = `${worker} ${service}`;
    const there = this.#ways.get(key);
    if (there !== undefined) return there;
    const link = await FaultyLink.open(target.replace(/^http:\/\//, ""));
    const [pass, always] = [async () => "pass" as const, () => true];
    const behind =
      service === "Kafka"
        ? await startKafkaProxy(target, 1, pass, always, link.address)
        : service === "HDFS"
          ? await startHdfsProxy(target, 1, pass, always)
          : undefined;
    if (behind !== undefined) link.leadTo(behind.address.replace(/^http:\/\//, ""));
    const way = { worker, service, link, behind, isBusy: false };
    this.#ways.set(key, way);
    return way;
  }

  async volley(): Promise<void> {
    const random = this.#random;
    for (let left = AT_ONCE.least + random.below(AT_ONCE.most - AT_ONCE.least + 1); left > 0; left--) {
      this.#strike();
      await sleep(random.next() * 700);
    }
  }

  /** Strikes at the way of one worker to one service, or at all of its ways. */
  #strike(): void {
    const random = this.#random;
    const act = ACTS[random.weighted(ACTS.map(({ weight }) => weight))] ?? ACTS[0];
    const seconds = act.lasts[0] + random.next() * (act.lasts[1] - act.lasts[0]);
    const milliseconds = SLOWNESS.least + random.next() * SLOWNESS.more;
    const inUse = [...this.#ways.values()].filter(({ link }) => link.connections > 0);
    if (inUse.length === 0) return;
    const [chosen, isAll] = [random.pick(inUse), random.next() < 0.25];
    const struck = [...this.#ways.values()].filter((way) => way === chosen || (isAll && way.worker === chosen.worker));
    if (struck.some(({ isBusy }) => isBusy)) return; // one thing at a time
    const lasting = this.#last(act.name, struck, seconds, milliseconds).finally(() => this.#lasting.delete(lasting));
    this.#lasting.add(lasting);
  }

  async #last(act: Act, ways: readonly Way[], seconds: number, milliseconds: number): Promise<void> {
    const [from, before] = [this.#log.second, struckOn(ways)];
    for (const way of ways) {
      way.isBusy = seconds > 0;
      if (act === "slow") way.link.slow(milliseconds);
      else way.link[act]();
    }
    if (seconds > 0) await sleep(seconds * 1000, undefined, { signal: this.#end.signal }).catch(() => undefined);
    // What waits for an end of a parting counts when it begins to wait.
    const hits = struckOn(ways) - before;
    for (const way of ways) {
      if (seconds > 0) await way.link.heal();
      way.isBusy = false;
    }
    if (hits === 0) return void this.#log.missed++;
    const [first] = ways;
    const services = ways.map(({ service }) => service).join(", ");
    const until = seconds > 0 ? this.#log.second : undefined;
    this.#log.note(CATEGORIES[act], `${first?.worker} and ${services}`, from, until);
  }

  async heal(): Promise<void> {
    await Promise.all(this.#lasting);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.heal();
    for (const { link, behind } of this.#ways.values()) {
      await link[Symbol.asyncDispose]();
      await behind?.close();
    }
  }
}

const CATEGORIES: Readonly<Record<Act, Category>> = {
  reset: { one: "reset of connections", many: "resets of connections" },
  slow: { one: "slow network", many: "slow networks" },
  mute: { one: "half-open connection", many: "half-open connections" },
  part: { one: "partition", many: "partitions" },
  refuse: { one: "refusal of connections", many: "refusals of connections" },
};

function struckOn(ways: readonly Way[]): number {
  return ways.reduce((sum, { link }) => sum + link.struck, 0);
}
