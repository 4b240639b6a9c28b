/** Follows the job for the live page: what its batches say, and what Spark answers about minutes that are open and minutes that were closed. */
import { messageOf } from "../../../errors/index.ts";
import type { Logger } from "../../../log/index.ts";
import type { SparkSession } from "../../../spark/index.ts";
import type { CampaignAddresses, JobOptions } from "../job.ts";
import { campaignNames, type CampaignNames } from "../names.ts";
import { openMinutes } from "../open-minutes.ts";
import { openSession } from "../session.ts";
import { LiveReport } from "./live-report.ts";
import { type LiveServer, serveLive } from "./serve.ts";

/** Options of {@link followLive}. */
export interface FollowOptions {
  readonly addresses: CampaignAddresses;
  readonly names?: CampaignNames;
  readonly logger: Logger;
  readonly signal?: AbortSignal | undefined;
}

/** The live page of a job. */
export interface LivePage extends AsyncDisposable {
  readonly url: string;
  /** What the job has to call. */
  readonly hooks: Required<Pick<JobOptions, "onBatch" | "onMinutes">>;
}

/** Closed minutes that are asked for at once: no more are shown. */
const MOST = 30;

/** Serves the page of a job. Whatever fails for the page is a warning: the job goes on. */
export async function followLive(options: FollowOptions): Promise<LivePage> {
  const report = new LiveReport();
  const server = await serveLive(() => report.snapshot());
  const follower = new Follower(options, report, server);
  return {
    url: server.url,
    hooks: {
      onBatch: (batch, tally) => {
        report.addBatch(tally, { numInputRows: batch.numInputRows, rate: batch.processedRowsPerSecond });
        follower.ask([]);
      },
      onMinutes: (minutes) => follower.ask(minutes.slice(-MOST)),
    },
    [Symbol.asyncDispose]: async () => {
      await follower.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Asks Spark, one question at a time; what comes meanwhile is asked together. */
class Follower {
  readonly #options: FollowOptions;
  readonly #report: LiveReport;
  readonly #server: LiveServer;
  readonly #minutes = new Set<string>();
  #spark: SparkSession | undefined;
  #isAsked = false;
  #asking: Promise<void> | undefined;

  constructor(options: FollowOptions, report: LiveReport, server: LiveServer) {
    this.#options = options;
    this.#report = report;
    this.#server = server;
  }

  /** Asks for what is open, and for closed minutes. */
  ask(minutes: readonly string[]): void {
    for (const minute of minutes) this.#minutes.add(minute);
    this.#isAsked = true;
    this.#asking ??= this.#run().finally(() => (this.#asking = undefined));
  }

  async close(): Promise<void> {
    this.#isAsked = false;
    await this.#asking;
    await this.#spark?.close().catch(() => undefined);
  }

  async #run(): Promise<void> {
    while (this.#isAsked) {
      this.#isAsked = false;
      try {
        await this.#update();
      } catch (error) {
        if (this.#options.signal?.aborted !== true)
          this.#options.logger.warn(`the live page does not know what is new: ${messageOf(error)}`);
        await this.#spark?.close().catch(() => undefined);
        this.#spark = undefined; // Spark was started again, perhaps: the next question has a new session
      }
      this.#server.update();
    }
  }

  async #update(): Promise<void> {
    const { addresses, names = campaignNames, signal } = this.#options;
    this.#spark ??= await openSession(addresses, signal);
    this.#report.setOpen(await openMinutes(this.#spark, addresses, names, signal));
    const minutes = [...this.#minutes];
    if (minutes.length === 0) return;
    const closed = await this.#spark.query`
      SELECT network_id, minute, sum(total_count) AS views FROM ${this.#spark.table(names.report)}
      WHERE array_contains(${minutes}, minute) GROUP BY network_id, minute`
      .as({ network_id: "string", minute: "string", views: "bigint" })
      .collect({ signal });
    this.#report.addClosed(closed.map(({ views, ...partition }) => ({ ...partition, views: Number(views) })));
    for (const minute of minutes) this.#minutes.delete(minute);
  }
}
