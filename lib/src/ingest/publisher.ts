/** The commit protocol: a gathered file is encoded, staged, renamed and committed, one after the other in each partition. */
import { messageOf } from "../errors/index.ts";
import type { PartitionConsumer } from "../kafka/index.ts";
import type { Logger } from "../log/index.ts";
import type { Assignments, Flow } from "./assignments.ts";
import type { Labelling } from "./enrichment.ts";
import type { GatheredFile, Gathering } from "./gathering.ts";
import type { RowWorkers } from "./row-workers.ts";
import type { CommitStep, RunState } from "./run-state.ts";
import type { DataFile, Table } from "./table.ts";

/** Files of one partition that may wait to be published. */
const FILES_AHEAD = 2;
/** Files of all partitions together that may wait: they are memory too, however many partitions there are. */
const FILES_WAITING = 6;

/** What a {@link Publisher} works with. */
export interface PublisherOptions {
  readonly topic: string;
  readonly consumer: Pick<PartitionConsumer, "ensureOwned" | "whileOwned" | "commit">;
  readonly assignments: Assignments;
  readonly table: Pick<Table, "stage" | "publish" | "addDate">;
  readonly labelling: Labelling;
  readonly workers: Pick<RowWorkers, "encode">;
  readonly state: RunState;
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
    const { assignments } = this.#options;
    assignments.track(flow.published);
    if (flow.waiting > FILES_AHEAD) await turn;
    await assignments.atMost(FILES_WAITING);
  }

  /** Waits for the files of the current assignment, and saves what the labelling has learned. */
  async drain(): Promise<void> {
    const { assignments, state, labelling } = this.#options;
    await Promise.all(assignments.flows.map(({ published }) => published));
    if (!state.hasFailed) await state.patiently("saving the model", () => labelling.save({ final: true }));
    state.progress();
  }

  async #publishInTurn(turn: Promise<void>, flow: Flow, file: GatheredFile): Promise<void> {
    const { assignments, state } = this.#options;
    await turn;
    if (state.hasFailed || assignments.find(flow.gathering) !== flow) return;
    try {
      await this.#publish(flow.gathering, file);
    } catch (error) {
      // Its new owner reads these messages again; the staged file is left for it to remove.
      if (this.#owns(flow.gathering)) state.fail(error);
    } finally {
      flow.waiting--;
    }
  }

  /** The commit protocol of one file. */
  async #publish({ partition, generation }: Gathering, gathered: GatheredFile): Promise<void> {
    const { topic, consumer, table, labelling, workers, state } = this.#options;
    const { first, last, date, rows, segments } = gathered;
    const step = (name: CommitStep): Promise<void> => state.step(name, partition, first, last);
    const bytes = await state.timed("encode", () => workers.encode(partition, segments));
    const file: DataFile = { topic, partition, first, last, date, bytes };
    await step("encoded");
    const staged = await state.timed("stage", () => state.patiently("writing a file", () => table.stage(file)));
    await step("staged");
    // Saved before the rename, so that what published rows refer to can be found again after a crash.
    await state.timed("model", () => state.patiently("saving the model", () => labelling.save()));
    await step("model-saved");
    await state.timed("publish", () =>
      consumer.whileOwned(partition, generation, async () => {
        await state.patiently("publishing a file", () => {
          consumer.ensureOwned(partition, generation); // the NameNode may have been away for longer than the group waits
          return table.publish(staged, file);
        });
        await step("renamed");
        await this.#commit(partition, last + 1n);
        await step("committed");
      }),
    );
    await state.patiently("adding a date to the table", () => table.addDate(date));
    await step("partition-added");
    state.published(rows, bytes.length);
  }

  /** The committed offset only tells people how far the group is: the file's name is what counts. */
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
