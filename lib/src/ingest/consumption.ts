/** The reading: batches are parsed ahead in the threads, labelled in order, and gathered to files, which the publisher takes. */
import { Gate } from "../async/index.ts";
import type { ConsumedMessage, PartitionBatch, PartitionConsumer } from "../kafka/index.ts";
import type { Assignments, Flow } from "./assignments.ts";
import type { LabelledBatch, ParsedBatch } from "./batches.ts";
import type { DeadLetters } from "./dead-letters.ts";
import type { Labelling } from "./enrichment.ts";
import type { FileLimits } from "./gathering.ts";
import type { Publisher } from "./publisher.ts";
import type { ParseRequest } from "./rows/row-store.ts";
import type { TopicRows } from "./rows/row-workers.ts";
import type { Run } from "./run.ts";
import type { TopicState } from "./topic-state.ts";

/** Batches that are parsed ahead of the labelling: more would only fill the memory. */
const PARSED_AHEAD = 4;

/** What a {@link Consumption} works with. */
export interface ConsumptionOptions {
  readonly consumer: PartitionConsumer;
  readonly assignments: Assignments;
  readonly publisher: Publisher;
  readonly labelling: Labelling;
  readonly workers: Pick<TopicRows, "parse" | "memory">;
  readonly deadLetters: DeadLetters;
  readonly run: Run;
  readonly state: TopicState;
  /** What fills a file. */
  readonly limits: FileLimits;
  /** Files that may be gathered at once; with more partitions than that, the largest is written before it is full. */
  readonly filesGathered: number;
  readonly flushSeconds: number;
  readonly signal?: AbortSignal | undefined;
}

/** The reading of one topic. */
export class Consumption {
  readonly #options: ConsumptionOptions;
  readonly #flushMilliseconds: number;
  #batches = 0;
  /** The assignment that was read to its end. */
  #done: number | undefined;
  /** The labelling of all batches so far, one after the other. */
  #labelled: Promise<void> = Promise.resolve();

  constructor(options: ConsumptionOptions) {
    this.#options = options;
    this.#flushMilliseconds = options.flushSeconds * 1000;
  }

  /**
   * Whether what was read is all there is to read. In an assignment that ended meanwhile (0: there was none), what was not
   * published was given up: it is to be read again.
   */
  get isDone(): boolean {
    return this.#done !== undefined && this.#done !== 0 && this.#done === this.#options.consumer.generation;
  }

  /** Reads until the consumer ends; what was read is published then. */
  async read(): Promise<void> {
    const { consumer, run, state } = this.#options;
    const onTime = (): void => {
      this.#heldDue();
      this.#flushDue();
    };
    const timer = setInterval(onTime, Math.min(1000, this.#flushMilliseconds / 2));
    state.changed();
    try {
      const { generation } = consumer;
      await this.#take();
      if (!run.hasFailed) await this.#drain();
      run.throwIfFailed();
      this.#done = generation;
    } finally {
      clearInterval(timer);
    }
  }

  /** Takes batches as they come; parsing runs ahead in the threads, labelling follows in order. */
  async #take(): Promise<void> {
    const { consumer, workers, run, state, signal } = this.#options;
    const ahead = new Gate(PARSED_AHEAD);
    try {
      for await (const batch of consumer) {
        if (run.hasFailed) break;
        state.received(batch.messages.length);
        await state.step("read", batch.partition, batch.firstOffset, batch.nextOffset - 1n);
        const number = this.#batches++;
        const parsing = state.timed("parse", () => workers.parse(parseRequest(number, batch, workers)));
        parsing.catch(() => undefined); // awaited below, in order
        ahead.enter();
        this.#inOrder(async () => {
          if (!run.hasFailed) await this.#label(batch, await parsing);
        }, ahead);
        await ahead.room();
      }
    } catch (error) {
      if (!signal?.aborted && !run.hasFailed) throw error;
    } finally {
      await this.#labelled;
    }
  }

  /** Does something after the labelling of all batches so far. A failure ends the run. */
  #inOrder(work: () => Promise<void>, gate?: Gate): void {
    this.#labelled = this.#labelled.then(async () => {
      try {
        await work();
      } catch (error) {
        this.#options.run.fail(error);
      } finally {
        gate?.leave();
      }
    });
  }

  async #label(batch: PartitionBatch, parsed: ParsedBatch): Promise<void> {
    const { assignments, labelling, deadLetters, run, state } = this.#options;
    const { partition, generation, firstOffset, nextOffset } = batch;
    for (const { index, reason } of parsed.malformed) {
      if (assignments.open(batch) === undefined) break;
      const message = batch.messages[index] as ConsumedMessage;
      await deadLetters.send({ partition, ...message }, reason, run.stop);
      state.counts.deadLetters++;
    }
    if (assignments.open(batch) === undefined) return assignments.drop(partition, parsed.batch);
    const begin = performance.now();
    const labelled = await labelling.push({ partition, generation, firstOffset, nextOffset, parsed });
    state.spent.label += (performance.now() - begin) / 1000;
    for (const one of labelled) await this.#gather(one);
    state.changed();
  }

  /** Adds labelled rows to their partition's next file, and publishes what is full. */
  async #gather(batch: LabelledBatch): Promise<void> {
    const { assignments, publisher, state, limits, filesGathered } = this.#options;
    const flow = assignments.find(batch);
    if (flow === undefined) return assignments.drop(batch.partition, batch.parsed.batch);
    await state.step("labelled", batch.partition, batch.firstOffset, batch.nextOffset - 1n);
    for (const file of flow.gathering.add(batch)) await publisher.handOver(flow, file);
    const all = assignments.flows;
    if (all.reduce((sum, { gathering }) => sum + gathering.bytes, 0) >= filesGathered * limits.bytes)
      await this.#flush(all.reduce((largest, one) => (one.gathering.bytes > largest.gathering.bytes ? one : largest)));
  }

  /** Hands over what is gathered, full or not. */
  async #flush(flow: Flow): Promise<void> {
    const file = flow.gathering.take();
    if (file !== undefined) await this.#options.publisher.handOver(flow, file);
  }

  /** Everything read is labelled; flush it, and wait for the last file. */
  async #drain(): Promise<void> {
    const { assignments, publisher, labelling, signal } = this.#options;
    // Interrupted while it warms up, nothing is labelled and nothing is committed: the next run reads it again.
    if (!labelling.warmingUp || !signal?.aborted) await this.#gatherHeld();
    for (const flow of assignments.flows) await this.#flush(flow);
    await publisher.drain();
  }

  async #gatherHeld(): Promise<void> {
    for (const batch of await this.#options.labelling.finishWarmUp()) await this.#gather(batch);
  }

  /** A topic that pauses while the labelling warms up is not waited for: what is held becomes rows. */
  #heldDue(): void {
    const { labelling, run, state, signal } = this.#options;
    if (labelling.held === 0 || signal?.aborted || performance.now() - state.heard < this.#flushMilliseconds) return;
    this.#inOrder(async () => {
      if (!run.hasFailed && labelling.warmingUp) await this.#gatherHeld();
    });
  }

  #flushDue(): void {
    const { assignments, run } = this.#options;
    for (const flow of assignments.flows) {
      if (performance.now() - flow.gathering.since < this.#flushMilliseconds || flow.waiting > 0) continue;
      this.#flush(flow).catch((error: unknown) => run.fail(error));
    }
  }
}

/** The messages of a batch in one buffer, which can move to another thread without a copy for each. */
function parseRequest(
  batch: number,
  { partition, firstOffset, messages }: PartitionBatch,
  workers: Pick<TopicRows, "memory">,
): ParseRequest {
  const size = messages.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
  const bytes = new Uint8Array(workers.memory(size), 0, size);
  const ends = new Uint32Array(messages.length);
  const offsets = new Uint32Array(messages.length);
  let end = 0;
  messages.forEach(({ value, offset }, index) => {
    if (value !== null) bytes.set(value, end);
    end += value?.length ?? 0;
    ends[index] = end;
    offsets[index] = Number(offset - firstOffset);
  });
  return { batch, partition, firstOffset, offsets, bytes, ends };
}
