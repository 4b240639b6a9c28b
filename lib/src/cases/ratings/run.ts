/** A whole run of the case: ratings are sent and written as they come, and every number of every table is compared with the plain answer. */
import type { CassandraSession } from "../../cassandra/index.ts";
import { formatCount, plural } from "../../format/index.ts";
import { deadLetterTopic, topicOffsets } from "../../kafka/index.ts";
import { RateMeter } from "../../report/index.ts";
import type { CaseRunOptions } from "../case.ts";
import { take } from "../events/event.ts";
import { sendEvents } from "../events/send.ts";
import type { CaseFindings } from "../report/report.ts";
import { PlainAnswer } from "./expected.ts";
import { findingsOf, type Proven } from "./findings.ts";
import { AverageLines } from "./figures.ts";
import { movieRatings } from "./generate.ts";
import { type JobProgress, runRatingsJob } from "./job.ts";
import { PARTITIONS, ratingSchema, TOPIC } from "./names.ts";
import { Proof } from "./proof.ts";
import { RatingNames } from "./run-names.ts";
import { openReviews } from "./session.ts";
import { KEYSPACE, ratingTables } from "./tables.ts";

/** Seconds from one write to the next while ratings are sent. */
const INTERVAL = 5;

/** Runs the case. @throws NOT_OURS when what stands under its names is not an earlier run's; as the job */
export async function runRatings(options: CaseRunOptions): Promise<CaseFindings> {
  const { addresses, replace, signal, recorder } = options;
  const broker = addresses.kafka;
  await using cassandra = await openReviews(addresses, signal);
  const tables = await ratingTables(await ratingSchema());
  await using _names = await recorder.run(
    "Empty the case",
    () => RatingNames.take({ broker, cassandra, tables, replace, signal }),
    () => ({ text: `${TOPIC} and ${KEYSPACE} are empty` }),
  );
  const rates = [new RateMeter("sent", recorder), new RateMeter("written", recorder)] as const;
  await sendAndWrite(options, cassandra, rates);
  const job = await writeRest(options, cassandra, rates[1]);
  const proven = await prove(options, cassandra, job);
  return findingsOf(options, job, proven, rates.map((rate) => rate.series())); // prettier-ignore
}

/** Sends, while the job writes what has come. */
async function sendAndWrite(
  { addresses, recorder, rate, logger, signal, events, eventOptions }: CaseRunOptions,
  cassandra: CassandraSession,
  [sentRate, writtenRate]: readonly [RateMeter, RateMeter],
): Promise<void> {
  const broker = addresses.kafka;
  const sending = new AbortController();
  const job = runRatingsJob({
    ...{ broker, cassandra, interval: INTERVAL, logger },
    signal: signal === undefined ? sending.signal : AbortSignal.any([signal, sending.signal]),
    onProgress: ({ ratings }) => writtenRate.count(ratings),
  });
  const ended = job.then(() => undefined);
  ended.catch(() => sending.abort()); // a job that fails ends the sending
  await recorder.run(
    "Send the ratings",
    async (stage) => {
      try {
        return await sendEvents({
          ...{ broker, topics: [{ topic: TOPIC, partitions: PARTITIONS }], rate, logger, signal: sending.signal },
          events: take(movieRatings(eventOptions), events),
          onProgress: ({ sent }) => {
            sentRate.count(sent);
            stage.progress(`${formatCount(sent)} of ${formatCount(events)}`);
          },
        });
      } finally {
        sending.abort();
        await ended;
      }
    },
    ({ sent }) => ({ text: plural(sent, "message"), messages: sent }),
  );
}

/** Another job writes what is left: it goes on where the first has stopped. */
function writeRest(
  { addresses, recorder, logger, signal }: CaseRunOptions,
  cassandra: CassandraSession,
  meter: RateMeter,
): Promise<JobProgress> {
  return recorder.run(
    "Write the rest",
    (stage) =>
      runRatingsJob({
        ...{ broker: addresses.kafka, cassandra, once: true, logger, signal },
        onProgress: ({ ratings }) => {
          meter.count(ratings);
          stage.progress(`${formatCount(ratings)} written`);
        },
      }),
    ({ ratings }) => ({ text: `${plural(ratings, "rating")} in all`, messages: ratings }),
  );
}

/** Answers in plain TypeScript, an hour after the other, and compares each with what Cassandra says. */
function prove(
  { addresses, recorder, events, eventOptions, signal }: CaseRunOptions,
  cassandra: CassandraSession,
  job: JobProgress,
): Promise<Proven> {
  return recorder.run(
    "Answer and compare",
    async (stage) => {
      const plain = new PlainAnswer(await ratingSchema(), PARTITIONS);
      const proof = new Proof(cassandra, eventOptions.seed ?? 42);
      const lines = new AverageLines();
      let top: Proven["top"] = [];
      for (const hour of plain.hours(take(movieRatings(eventOptions), events))) {
        signal?.throwIfAborted();
        const found = await proof.add(hour);
        lines.add(found.runs);
        if (found.top.length > 0) top = found.top;
        stage.progress(`the hour of ${new Date(hour.hour).toISOString().slice(0, 16)}`);
      }
      await proof.finish();
      const { counts } = plain;
      const letters = await deadLetters(addresses.kafka, signal);
      proof.counts(
        "what the job has counted",
        {
          ratings: counts.ratings + counts.doubled,
          late: counts.late,
          malformed: counts.malformed,
          letters: counts.malformed,
        },
        { ratings: job.ratings, late: job.late, malformed: job.malformed, letters },
      );
      return { counts, comparisons: proof.comparisons, cache: proof.cache, lines, top, letters };
    },
    ({ comparisons }) => ({
      text: `${plural(
        comparisons.reduce((sum, { compared }) => sum + compared, 0),
        "number",
      )} compared`,
      messages: events,
    }),
  );
}

async function deadLetters(broker: string, signal: AbortSignal | undefined): Promise<number> {
  const topic = deadLetterTopic(TOPIC);
  const offsets = await topicOffsets({ broker, topic, signal }).catch(
    () => new Map<number, { low: bigint; high: bigint }>(),
  );
  return [...offsets.values()].reduce((sum, { low, high }) => sum + Number(high - low), 0);
}
