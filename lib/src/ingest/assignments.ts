/**
 * What a consumer owns of its topic, assignment by assignment: where each partition goes on, and its flow of rows into files. A
 * batch of an assignment that is over finds no flow: its new owner reads the messages again.
 */
import { type KafkaCluster, type PartitionBatch, topicOffsets } from "../kafka/index.ts";
import type { Labelling } from "./enrichment.ts";
import { type FileLimits, Gathering } from "./gathering.ts";
import type { Destination } from "./files/destination.ts";
import type { TopicRows } from "./rows/row-workers.ts";
import type { Run } from "./run.ts";

/** A partition that is owned: what is gathered of it, and its files on their way. */
export interface Flow {
  readonly gathering: Gathering;
  /** Files of one partition are published one after the other. */
  published: Promise<void>;
  /** Files that wait to be published, or are being published. */
  waiting: number;
}

/** What {@link Assignments} are kept with. */
export interface AssignmentsOptions {
  readonly broker: string;
  /** The cluster that must answer. */
  readonly cluster: KafkaCluster;
  readonly topic: string;
  readonly limits: FileLimits;
  readonly destination: Pick<Destination, "positions">;
  readonly labelling: Pick<Labelling, "assign" | "waitFor" | "drop">;
  readonly workers: Pick<TopicRows, "drop">;
  readonly run: Run;
}

/** The flows of the partitions that are owned now. */
export class Assignments {
  readonly #options: AssignmentsOptions;
  readonly #flows = new Map<number, Flow>();
  /** Files on their way, those of former assignments too. */
  readonly #publishing = new Set<Promise<void>>();
  /** Batches of assignments up to this one are another's to read. */
  #over = 0;

  constructor(options: AssignmentsOptions) {
    this.#options = options;
  }

  get flows(): readonly Flow[] {
    return [...this.#flows.values()];
  }

  /**
   * Begins an assignment: ends the one before, and finds where each partition goes on.
   *
   * @param over aborts when the assignment is over before the positions are known
   */
  async begin(partitions: readonly number[], over: AbortSignal): Promise<ReadonlyMap<number, bigint>> {
    const { destination, labelling, run, broker, cluster, topic } = this.#options;
    // Files of the former assignment that are still on their way are waited for, so that the listing is complete.
    await this.settled();
    this.end(Math.max(this.#over, ...this.flows.map(({ gathering }) => gathering.generation)));
    return run.retry(
      "reading the names of the files",
      async () => {
        const positions = await destination.positions(partitions);
        await labelling.assign?.(partitions);
        const offsets = await topicOffsets({ broker, cluster, topic, signal: over });
        labelling.waitFor(
          partitions.filter((partition) => {
            const { low = 0n, high = 0n } = offsets.get(partition) ?? {};
            return high > low && high > (positions.get(partition) ?? 0n);
          }),
        );
        return positions;
      },
      over,
    );
  }

  /** Ends an assignment: forgets all that was read in it and not handed to the publishing. */
  end(generation: number): void {
    this.#over = generation;
    this.#options.labelling.drop(new Set(this.#flows.keys()));
    for (const partition of this.#flows.keys()) this.drop(partition);
    this.#flows.clear();
  }

  /** The flow that a batch belongs to, begun if it is the first; undefined when its partition is another consumer's now. */
  open(batch: PartitionBatch): Flow | undefined {
    const { partition, generation } = batch;
    if (generation <= this.#over) return undefined;
    const known = this.#flows.get(partition);
    if (known !== undefined && known.gathering.generation >= generation)
      return known.gathering.generation === generation ? known : undefined;
    const share = ((this.#flows.size % 4) + 1) / 4; // so that partitions do not all write at once
    const flow: Flow = {
      gathering: new Gathering(batch, this.#options.limits, share),
      published: known?.published ?? Promise.resolve(),
      waiting: 0,
    };
    this.#flows.set(partition, flow);
    return flow;
  }

  /** The flow of a partition in an assignment; undefined when that is over. */
  find({ partition, generation }: { readonly partition: number; readonly generation: number }): Flow | undefined {
    const flow = this.#flows.get(partition);
    return flow?.gathering.generation === generation ? flow : undefined;
  }

  /** Lets the threads forget the rows of a partition. @param last the last batch to forget @default all that were read */
  drop(partition: number, last = Infinity): void {
    const { workers, run } = this.#options;
    workers.drop(partition, last).catch((error: unknown) => run.fail(error));
  }

  /** Keeps a file in mind until it is published, or given up. */
  track(publishing: Promise<void>): void {
    this.#publishing.add(publishing);
    void publishing.then(() => this.#publishing.delete(publishing));
  }

  /** Waits until at most so many files are on their way. */
  async atMost(files: number): Promise<void> {
    while (this.#publishing.size > files) await Promise.race(this.#publishing);
  }

  /** Waits for the files on their way. */
  async settled(): Promise<void> {
    await Promise.all(this.#publishing);
  }
}
