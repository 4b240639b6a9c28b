/**
 * A run of the case: two halves of the events, each sent, kept and made clean, as if the job ran every now and then; then the questions,
 * asked of Spark and Hive, and compared with the plain answer.
 */
import { mapConcurrent } from "../../async/index.ts";
import { formatBytes, plural } from "../../format/index.ts";
import { Hdfs } from "../../hdfs/index.ts";
import { RateMeter } from "../../report/index.ts";
import type { CaseRunOptions } from "../case.ts";
import { shownOptions, take } from "../events/event.ts";
import { sendEvents } from "../events/send.ts";
import { CaseNames } from "../names/case-names.ts";
import { compareRows, type Comparison } from "../report/compare-rows.ts";
import type { CaseFindings } from "../report/report.ts";
import { type ClicksAnswers, askHive, askSpark, filesOfTable } from "./ask/ask.ts";
import { clicksQuestions } from "./ask/questions.ts";
import { clicks } from "./events/generate.ts";
import { type CleanHoursReport, cleanHours } from "./hours/batch.ts";
import { keepRaw } from "./hours/job.ts";
import { clicksAnswer, type ClicksAnswer } from "./plain/expected.ts";
import { findings, type RunFigures } from "./report/findings.ts";
import { clicksNames, clicksSchemas, PARTITIONS } from "./names.ts";

const NAMES = clicksNames();

/** Runs the case. @throws NOT_OURS when somebody else's messages stand in the topics; whatever sending, keeping and asking throw */
export async function runClicks(options: CaseRunOptions): Promise<CaseFindings> {
  const { addresses, replace, recorder, events, signal } = options;
  const names = { ...NAMES, name: "clicks", tables: [NAMES.table] };
  await using _names = await recorder.run(
    "Empty the case",
    () => CaseNames.take(names, { addresses, replace, signal }),
    () => ({ text: `${NAMES.topics.map(({ topic }) => topic).join(", ")} are empty` }),
  );
  const run = new ClicksRun(options);
  // The first half of the events says which hours are over; the second one ends, and brings what was late.
  await run.round("first", Math.ceil(events / 2), undefined);
  await run.round("second", events, 0);
  const plain = await run.clicksAnswer();
  const [spark, hive] = [await run.askSpark(), await run.askHive()];
  await run.measure();
  return findings(run.figures, plain, spark, [
    ...clicksComparisons("Spark", plain, spark),
    ...clicksComparisons("Hive", plain, hive),
  ]);
}

/** Each answer of an engine, compared with the plain one. */
export function clicksComparisons(engine: string, plain: ClicksAnswer, found: ClicksAnswers): Comparison[] {
  return clicksQuestions.map(({ name, title, key }) =>
    compareRows(`${engine}: ${title}`, plain.answers[name], found[name], key),
  );
}

/** The stages of a run, and what they find out. */
class ClicksRun {
  readonly #options: CaseRunOptions;
  readonly #sent: RateMeter;
  readonly #kept: RateMeter;
  readonly #sums = {
    sent: 0,
    rows: 0,
    deadLetters: 0,
    files: 0,
    rawBytes: 0,
    cleanBytes: 0,
    batchSeconds: 0,
    keepSeconds: 0,
  };
  readonly #batches: CleanHoursReport[] = [];

  constructor(options: CaseRunOptions) {
    this.#options = options;
    this.#sent = new RateMeter("sent", options.recorder);
    this.#kept = new RateMeter("kept", options.recorder);
  }

  get figures(): RunFigures {
    const { events, eventOptions, rate } = this.#options;
    return {
      ...this.#sums,
      batches: this.#batches,
      rates: [this.#sent.series(), this.#kept.series()],
      settings: {
        events,
        rate: rate ?? "as fast as they are taken",
        ...shownOptions(eventOptions),
      },
    };
  }

  /** Sends events up to so many, keeps them, and makes hours clean. */
  async round(name: string, upTo: number, timeLimit: number | undefined): Promise<void> {
    await this.#send(`Send the ${name} half`, upTo);
    await this.#keep("Keep raw events");
    await this.#batch("Make hours clean", timeLimit);
  }

  async #send(name: string, upTo: number): Promise<void> {
    const { addresses, eventOptions, rate, recorder, signal } = this.#options;
    const sent = await recorder.run(
      name,
      (stage) =>
        sendEvents({
          ...{ broker: addresses.kafka, topics: NAMES.topics, rate, signal },
          events: take(clicks(eventOptions), upTo),
          onProgress: ({ sent: now }) => {
            this.#sent.count(this.#sums.sent + now);
            stage.progress(plural(now, "event"));
          },
        }),
      (report) => ({ text: `${plural(report.sent, "event")}`, messages: report.sent }),
    );
    signal?.throwIfAborted();
    this.#sums.sent += sent.sent;
  }

  async #keep(name: string): Promise<void> {
    const { addresses, recorder, logger, signal } = this.#options;
    const report = await recorder.run(
      name,
      (stage) =>
        keepRaw({
          ...{ addresses, logger, signal },
          onKept: (rows) => {
            this.#kept.count(this.#sums.rows + rows);
            stage.progress(plural(rows, "row"));
          },
        }),
      ({ rows, files, deadLetters }) => ({
        text: `${plural(rows, "row")} in ${plural(files, "file")}, ${plural(deadLetters, "dead letter")}`,
        messages: rows,
      }),
    );
    signal?.throwIfAborted();
    this.#sums.rows += report.rows;
    this.#sums.deadLetters += report.deadLetters;
    this.#sums.files += report.files;
    this.#sums.rawBytes += report.bytes;
    this.#sums.keepSeconds += report.flowing;
  }

  async #batch(name: string, timeLimit: number | undefined): Promise<void> {
    const { addresses, recorder, logger, signal } = this.#options;
    const report = await recorder.run(
      name,
      (stage) =>
        cleanHours({
          ...{ addresses, logger, signal, timeLimit },
          onProgress: ({ done, of }) => stage.progress(`${done} of ${plural(of, "hour")}`),
        }),
      ({ done, waiting, bytes }) => {
        const again = done.filter((hour) => hour.again).length;
        const more = [
          again > 0 ? `, ${again} of them again` : "",
          waiting.length > 0 ? `; ${plural(waiting.length, "is", "are")} not complete` : "",
        ];
        return { text: `${plural(done.length, "hour")} of ${formatBytes(bytes)}${more.join("")}` };
      },
    );
    this.#batches.push(report);
    this.#sums.batchSeconds += report.seconds;
  }

  clicksAnswer(): Promise<ClicksAnswer> {
    const { events, eventOptions, recorder } = this.#options;
    return recorder.run(
      "Answer in TypeScript",
      async () => clicksAnswer(take(clicks(eventOptions), events), await clicksSchemas(NAMES), PARTITIONS),
      ({ counts }) => ({ text: `${plural(counts.clean, "event")}, one pass`, messages: counts.sent }),
    );
  }

  askSpark(): Promise<ClicksAnswers> {
    const { addresses, recorder, signal } = this.#options;
    return recorder.run(
      "Ask Spark",
      (stage) =>
        askSpark({
          address: addresses.spark ?? "",
          signal,
          onAnswer: (answered) => stage.progress(plural(answered, "answer")),
        }),
      (answers) => ({ text: plural(Object.keys(answers).length, "answer") }),
    );
  }

  /** How large the table is. */
  async measure(): Promise<void> {
    const { addresses, signal } = this.#options;
    await using hdfs = new Hdfs({ address: addresses.webhdfs, signal });
    const files = await filesOfTable({ address: addresses.spark ?? "", signal });
    const sizes = await mapConcurrent(files, 8, async (file) => (await hdfs.stat(file))?.length ?? 0);
    this.#sums.cleanBytes = sizes.reduce((sum, size) => sum + size, 0);
  }

  askHive(): Promise<ClicksAnswers> {
    const { addresses, recorder, signal } = this.#options;
    return recorder.run(
      "Ask Hive",
      (stage) =>
        askHive({
          address: addresses.hive,
          signal,
          onAnswer: (answered) => stage.progress(plural(answered, "answer")),
        }),
      (answers) => ({ text: plural(Object.keys(answers).length, "answer") }),
    );
  }
}
