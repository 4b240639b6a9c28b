/** The commit protocol: a gathered file is encoded, staged, renamed and committed, one after the other in each partition. */
import { messageOf } from "../errors/index.ts";
import type { PartitionConsumer } from "../kafka/index.ts";
import type { Logger } from "../log/index.ts";
import type { Assignments, Flow } from "./assignments.ts";
import type { Labelling } from "./enrichment.ts";
import type { GatheredFile, Gathering } from "./gathering.ts";
import type { DataFile } from "./files/data-folder.ts";
import type { Destination } from "./files/destination.ts";
import type { TopicRows } from "./rows/row-workers.ts";
import type { Run } from "./run.ts";
import type { CommitStep, TopicState } from "./topic-state.ts";

/** Files of one partition that may wait to be published. */
const FILES_AHEAD = 2;

/** What a {@link Publisher} works with. */
export interface PublisherOptions {
  readonly topic: string;
  readonly consumer: Pick<PartitionConsumer, "ensureOwned" | "whileOwned" | "commit">;
  readonly assignments: Assignments;
  readonly destination: Pick<Destination, "stage" | "publish" | "addPeriod" | "compactSoon">;
  readonly labelling: Labelling;
  readonly workers: Pick<TopicRows, "encode">;
  readonly run: Run;
  readonly state: TopicState;
  /** Files of all partitions together that may wait: they are memory too, however many partitions there are. */
  readonly filesWaiting: number;
  readonly logger: Logger;
}

/** Publishes files, beside the reading. */
export class Publisher {
  readonly #options: PublisherOptions;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** Takes a file over, and waits only if too much is on its way already. A failure ends the run. */
  async handOver(flow: Flow, file: GatheredFile): Promise<void> {
    flow.waiting++;
    const turn = flow.published;
    flow.published = this.#publishInTurn(turn, flow, file);
    const { assignments, filesWaiting } = this.#options;
    assignments.track(flow.published);
    if (flow.waiting > FILES_AHEAD) await turn;
    await assignments.atMost(filesWaiting);
  }

  /** Waits for the files of the current assignment, and saves what the labelling has learned. */
  async drain(): Promise<void> {
    const { assignments, run, state, labelling } = this.#options;
    await Promise.all(assignments.flows.map(({ published }) => published));
    if (!run.hasFailed) await run.retry("saving the model", () => labelling.save({ final: true }));
    state.changed();
  }

  async #publishInTurn(turn: Promise<void>, flow: Flow, file: GatheredFile): Promise<void> {
    const { assignments, run } = this.#options;
    await turn;
    if (run.hasFailed || assignments.find(flow.gathering) !== flow) return;
    try {
      await this.#publish(flow.gathering, file);
    } catch (error) {
      // Its new owner reads these messages again; the staged file is left for it to remove.
      if (this.#owns(flow.gathering)) run.fail(error);
    } finally {
      flow.waiting--;
    }
  }

  /** The commit protocol of one file. */
  async #publish({ partition, generation }: Gathering, gathered: GatheredFile): Promise<void> {
    const { topic, consumer, destination, labelling, workers, run, state } = this.#options;
    const { first, last, period, rows, segments } = gathered;
    const step = (name: CommitStep): Promise<void> => state.step(name, partition, first, last);
    const bytes = await state.timed("encode", () => workers.encode(partition, segments));
    const file: DataFile = { topic, partition, first, last, period, bytes };
    await step("encoded");
    const staged = await state.timed("stage", () => run.retry("writing a file", () => destination.stage(file)));
    await step("staged");
    // Saved before the rename, so that what published rows refer to can be found again after a crash.
    await state.timed("model", () => run.retry("saving the model", () => labelling.save()));
    await step("model-saved");
    await state.timed("publish", () =>
      consumer.whileOwned(partition, generation, async () => {
        await run.retry("publishing a file", () => {
          consumer.ensureOwned(partition, generation); // the NameNode may have been away for longer than the group waits
          return destination.publish(staged, file);
        });
        await step("renamed");
        await this.#commit(partition, last + 1n);
        await step("committed");
      }),
    );
    await run.retry("adding a partition to the table", () => destination.addPeriod(period));
    await step("partition-added");
    state.published(rows, bytes.length);
    destination.compactSoon(file);
  }

  /** The committed offset only shows people how far the group is: the file's name is what counts. */
  async #commit(partition: number, next: bigint): Promise<void> {
    try {
      await this.#options.consumer.commit(partition, next);
    } catch (error) {
      this.#options.logger.warn(
        `offset ${next} of partition ${partition} was not committed to Kafka (${messageOf(error)}); the files say where to go on`,
      );
    }
  }

  #owns({ partition, generation }: Gathering): boolean {
    try {
      this.#options.consumer.ensureOwned(partition, generation);
      return true;
    } catch {
      return false;
    }
  }
}
