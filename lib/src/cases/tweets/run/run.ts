/**
 * A run of the case: two halves of the messages, each sent, kept in bronze, merged into silver and summed up in gold; between them one SQL over
 * stream and table. Then the stores answer every table and chart, and each number is compared with the plain answer.
 */
import { together } from "../../../async/index.ts";
import { formatBytes, plural } from "../../../format/index.ts";
import { RateMeter } from "../../../report/index.ts";
import type { S3 } from "../../../s3/index.ts";
import type { SparkSession } from "../../../spark/index.ts";
import type { Trino } from "../../../trino/index.ts";
import type { CaseRunOptions } from "../../case.ts";
import { shownOptions, take } from "../../events/event.ts";
import { sendEvents } from "../../events/send.ts";
import { CaseNames } from "../../names/case-names.ts";
import { compareNumbers, type Comparison } from "../../report/compare-rows.ts";
import type { CaseFindings } from "../../report/report.ts";
import { ingestBronze } from "../bronze/ingest.ts";
import { bronzeSums } from "../bronze/read.ts";
import { removeLakeBuckets } from "../buckets.ts";
import { newestVersion, rowsAt } from "../delta.ts";
import { tweets } from "../generate/generate.ts";
import { refreshGold } from "../gold/refresh.ts";
import { type LiveState, liveState } from "../live/live.ts";
import { lakeNames, lakeTopics, silverPath, TWEETS_FOLDER, tweetSchema } from "../names.ts";
import { plainLake, type PlainLake } from "../plain/lake.ts";
import { askTrino } from "../serve/answers.ts";
import { lakeComparisons, type LakeFound } from "../serve/compare.ts";
import { forgetTables, makeViews } from "../serve/views.ts";
import { openLakeEngine, openLakeSql, openLakeStore } from "../services.ts";
import { refreshSilver } from "../silver/refresh.ts";
import { silverSums } from "../silver/sums.ts";
import { compactLake } from "../upkeep/upkeep.ts";
import { type ShownBoards, showBoards } from "./boards.ts";
import { findings, type RunFigures } from "./findings.ts";

const NAMES = lakeNames();

/** The services of a run, opened. */
interface Opened {
  readonly spark: SparkSession;
  readonly s3: S3;
  readonly trino: Trino;
}

/** Runs the case. @throws NOT_OURS when somebody else's messages or buckets are in the way; whatever sending, keeping and asking throw */
export async function runTweets(options: CaseRunOptions): Promise<CaseFindings> {
  const { addresses, recorder, events, signal } = options;
  await using spark = await openLakeEngine(addresses, signal);
  await using s3 = await openLakeStore(addresses, signal);
  const trino = await openLakeSql(addresses, signal);
  await using _names = await recorder.run(
    "Empty the case",
    () => emptyCase({ s3, trino }, options),
    () => ({ text: `${NAMES.topic}, ${NAMES.bronze}, ${NAMES.silver} and ${NAMES.gold} are empty` }),
  );
  const run = new TweetsRun(options, { spark, s3, trino });
  await run.send("first", Math.ceil(events / 2));
  await run.layers();
  const first = { version: await newestVersion(spark, silverPath(NAMES)), tweets: run.inserted };
  await run.send("second", events);
  const between = await run.askLive();
  await run.layers();
  await run.compact();
  const plain = await run.answerPlainly();
  const found = await run.askStores();
  const after = await run.askLive();
  const shown = await run.showBoards(plain);
  return findings(run.figures, plain, { ...found, ...shown }, [
    ...lakeComparisons(plain, found),
    ...shown.comparisons,
    ...liveComparisons(plain, between, after),
    await asItWas(spark, first),
  ]);
}

/** Takes the names of the case: its topic, its buckets, its tables and views. */
async function emptyCase(
  { s3, trino }: Pick<Opened, "s3" | "trino">,
  { addresses, replace, signal }: CaseRunOptions,
): Promise<CaseNames> {
  await using undo = new AsyncDisposableStack();
  const topicsOf = { name: "tweets", topics: lakeTopics(NAMES), tables: [], folder: TWEETS_FOLDER };
  const names = undo.use(await CaseNames.take(topicsOf, { addresses, replace, signal }));
  await removeLakeBuckets(s3, NAMES, { replace, signal });
  await forgetTables(trino, NAMES);
  undo.move();
  return names;
}

/** The stream by Trino, once before the second half has come into the layers, and once at the end. */
function liveComparisons(plain: PlainLake, between: LiveState, after: LiveState): Comparison[] {
  return [
    compareNumbers(
      "Live: stream joined with table",
      { "messages in silver": plain.readable, "tweets in gold": plain.tweets, "had to wait": 1 },
      {
        "messages in silver": after.kept,
        "tweets in gold": after.inGold,
        "had to wait": Number(between.waiting > 0),
      },
    ),
  ];
}

/** Time travel: silver as of the version that the first half has left. */
async function asItWas(
  spark: SparkSession,
  first: { readonly version: bigint; readonly tweets: number },
): Promise<Comparison> {
  const found = await rowsAt(spark, silverPath(NAMES), first.version).count();
  return compareNumbers("Silver as it was after the first half", { tweets: first.tweets }, { tweets: Number(found) });
}

/** The stages of a run, and what they find out. */
class TweetsRun {
  readonly #options: CaseRunOptions;
  readonly #opened: Opened;
  readonly #sent: RateMeter;
  readonly #kept: RateMeter;
  readonly #sums = {
    ...{ sent: 0, rows: 0, deadLetters: 0, objects: 0, bytes: 0, inserted: 0, changedHours: 0 },
    ...{ keepSeconds: 0, silverSeconds: 0, goldSeconds: 0 },
  };
  readonly #live: LiveState[] = [];
  #compaction: RunFigures["compaction"] = { before: [], after: [] };

  constructor(options: CaseRunOptions, opened: Opened) {
    this.#options = options;
    this.#opened = opened;
    this.#sent = new RateMeter("sent", options.recorder);
    this.#kept = new RateMeter("kept", options.recorder);
  }

  /** Tweets that silver has. */
  get inserted(): number {
    return this.#sums.inserted;
  }

  get figures(): RunFigures {
    const { events, eventOptions, rate } = this.#options;
    return {
      ...this.#sums,
      live: this.#live,
      compaction: this.#compaction,
      rates: [this.#sent.series(), this.#kept.series()],
      settings: { events, rate: rate ?? "as fast as they are taken", ...shownOptions(eventOptions) },
    };
  }

  /** Sends messages up to so many. */
  async send(name: string, upTo: number): Promise<void> {
    const { addresses, eventOptions, rate, recorder, signal } = this.#options;
    const { sent } = await recorder.run(
      `Send the ${name} half`,
      (stage) =>
        sendEvents({
          ...{ broker: addresses.kafka, topics: lakeTopics(NAMES), rate, signal },
          events: take(tweets(eventOptions), upTo),
          onProgress: ({ sent: now }) => {
            this.#sent.count(this.#sums.sent + now);
            stage.progress(plural(now, "message"));
          },
        }),
      (report) => ({ text: plural(report.sent, "message"), messages: report.sent }),
    );
    signal?.throwIfAborted();
    this.#sums.sent += sent;
  }

  /** What is in the topic comes through all layers. */
  async layers(): Promise<void> {
    await this.#bronze();
    await this.#silver();
    await this.#gold();
    await makeViews(this.#opened.trino, NAMES);
  }

  async #bronze(): Promise<void> {
    const { addresses, recorder, logger, signal } = this.#options;
    const report = await recorder.run(
      "Keep messages in bronze",
      (stage) =>
        ingestBronze({
          ...{ addresses, names: NAMES, logger, signal, once: true },
          onProgress: ({ rows }) => {
            this.#kept.count(this.#sums.rows + rows);
            stage.progress(plural(rows, "message"));
          },
        }),
      ({ rows, files, deadLetters, bytes }) => ({
        text: `${plural(rows, "message")} in ${plural(files, "object")} of ${formatBytes(bytes)}, ${plural(deadLetters, "dead letter")}`,
        messages: rows,
      }),
    );
    signal?.throwIfAborted();
    this.#sums.rows += report.rows;
    this.#sums.deadLetters += report.deadLetters;
    this.#sums.objects += report.files;
    this.#sums.bytes += report.bytes;
    this.#sums.keepSeconds += report.flowing;
  }

  async #silver(): Promise<void> {
    const { recorder, logger, signal } = this.#options;
    const began = recorder.seconds;
    let merged = 0;
    const batch = await recorder.run(
      "Merge into silver",
      (stage) =>
        refreshSilver({
          ...{ ...this.#opened, names: NAMES, logger, signal },
          onBatch: ({ messages }) => stage.progress(plural((merged += messages), "message")),
        }),
      ({ messages, inserted }) => ({
        text: `${plural(inserted, "tweet")} of ${plural(messages, "message")}`,
        messages,
      }),
    );
    this.#sums.inserted += batch.inserted;
    this.#sums.silverSeconds += recorder.seconds - began;
  }

  async #gold(): Promise<void> {
    const { recorder, logger, signal } = this.#options;
    const began = recorder.seconds;
    const { changed } = await recorder.run(
      "Sum up in gold",
      () => refreshGold({ ...this.#opened, names: NAMES, logger, signal }),
      (refresh) => ({ text: `5 tables, ${refresh.changed} of ${plural(refresh.hours, "hour")}` }),
    );
    this.#sums.changedHours += changed;
    this.#sums.goldSeconds += recorder.seconds - began;
  }

  /** One SQL over the topic and the table. */
  async askLive(): Promise<LiveState> {
    const { recorder, signal } = this.#options;
    const state = await recorder.run(
      "Ask stream and table at once",
      () => liveState(this.#opened.trino, NAMES, signal),
      ({ messages, waiting }) => ({
        text: `${plural(messages, "message")} in the stream, ${plural(waiting, "tweet")} not in silver`,
      }),
    );
    this.#live.push(state);
    return state;
  }

  /** Writes small files as large ones. */
  async compact(): Promise<void> {
    const { recorder, signal } = this.#options;
    const files = (sizes: RunFigures["compaction"]["before"]): number => sizes.reduce((sum, one) => sum + one.files, 0);
    this.#compaction = await recorder.run(
      "Compact the tables",
      () => compactLake({ spark: this.#opened.spark, names: NAMES, signal }),
      ({ before, after }) => ({ text: `${plural(files(before), "file")} are ${files(after)} now` }),
    );
  }

  showBoards(plain: PlainLake): Promise<ShownBoards> {
    return this.#options.recorder.run(
      "Show dashboards",
      () => showBoards(this.#options, plain),
      ({ comparisons, pictures }) => ({
        text: `3 dashboards, ${plural(comparisons.length, "answer")}, ${plural(pictures.length, "picture")}`,
      }),
    );
  }

  answerPlainly(): Promise<PlainLake> {
    const { events, eventOptions, recorder } = this.#options;
    return recorder.run(
      "Answer in TypeScript",
      async () => plainLake(take(tweets(eventOptions), events), await tweetSchema()),
      (lake) => ({ text: `${plural(lake.tweets, "tweet")}, one pass`, messages: lake.messages }),
    );
  }

  askStores(): Promise<LakeFound> {
    const { recorder, signal } = this.#options;
    const { spark, s3, trino } = this.#opened;
    return recorder.run(
      "Ask every layer",
      async (stage) => {
        const [sums, answers] = await together(
          signal,
          async (stop) => {
            const bronze = await bronzeSums({ spark, s3 }, NAMES, stop);
            stage.progress("bronze");
            const silver = await silverSums(spark, NAMES, stop);
            stage.progress("silver");
            return { bronze, silver };
          },
          (stop) => askTrino(trino, NAMES, { signal: stop }),
        );
        return { ...sums, ...answers };
      },
      ({ charts }) => ({ text: `bronze, silver, 5 tables, ${plural(Object.keys(charts).length, "chart")}` }),
    );
  }
}
