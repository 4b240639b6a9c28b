/** What has come of it: as many rows as messages, each once, and every text that was sent whole rebuilt byte for byte. */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { retry } from "../../lib/src/async/index.ts";
import { isStreambookError } from "../../lib/src/errors/index.ts";
import { openHive } from "../../lib/src/hive/index.ts";
import { deadLetterTopic, topicOffsets } from "../../lib/src/kafka/index.ts";
import { plural } from "../../lib/src/format/index.ts";
import { addresses, hadoopClient } from "../../lib/src/stack/index.ts";
import { rebuild, type RebuildReport } from "../../lib/src/texts/index.ts";
import { countRows, type Pipeline, TEXTS } from "./pipeline.ts";

/** What was found at the end. */
export interface Finding {
  /** Messages of the topic, as Kafka says. */
  readonly messages: number;
  readonly rows: number;
  /** Distinct places in Kafka among the rows. */
  readonly distinct: number;
  /** Distinct chunks of streams among the rows. */
  readonly chunks: number;
  readonly deadLetters: number;
  /** Streams that are whole, and equal to their text. */
  readonly identical: number;
  /** Streams of a producer that was ended, and equal to the beginning of their text. */
  readonly begun: number;
  /** What is wrong. */
  readonly failures: readonly string[];
}

export interface VerifyOptions {
  /** Rebuilds in this process, not on YARN. */
  readonly local: boolean;
  /** Folder for the rebuilt texts. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

export async function verify(pipeline: Pipeline, { local, folder, signal }: VerifyOptions): Promise<Finding> {
  const at = await addresses();
  const { topic, table } = pipeline;
  const messages = await countMessages(at.kafka, topic);
  const deadLetters = await countMessages(at.kafka, deadLetterTopic(topic)).catch((error: unknown) => {
    if (isStreambookError(error, "NOT_FOUND")) return 0;
    throw error;
  });
  const { rows, distinct, chunks } = await retry(async () => {
    await using hive = await openHive({ address: at.hive, signal });
    const [counted] = await hive.query(countRows(table), { signal });
    return { rows: Number(counted?.["n"]), distinct: Number(counted?.["d"]), chunks: Number(counted?.["c"]) };
  });
  const report = await rebuild({
    ...{ input: `hive:${table}`, output: folder, addresses: at, local, replace: true, signal },
    hadoop: local ? undefined : await hadoopClient(),
  });
  const { identical, begun, wrong } = await compare(report, folder);
  const texts = (await readdir(TEXTS)).length;
  const failures = [
    rows !== messages && `${plural(messages, "message")}, but ${plural(rows, "row")}`,
    distinct !== rows && `${plural(rows, "row")}, but ${plural(distinct, "distinct offset")}`,
    chunks !== rows &&
      `${plural(rows, "row")}, but ${plural(chunks, "distinct chunk")}: the producer has sent some twice`,
    deadLetters > 0 && plural(deadLetters, "dead letter"),
    report.messages !== messages && `the rebuilding has seen ${plural(report.messages, "message")} of ${messages}`,
    identical < pipeline.rounds * texts &&
      `${plural(pipeline.rounds * texts, "text was", "texts were")} sent whole, and ${identical} came back identical`,
    begun > (pipeline.broken + 1) * texts &&
      `${plural(begun, "text is", "texts are")} not complete, more than were broken off`,
    ...wrong,
    ...pipeline.asked.doubled.map((what) => `Hive has once answered ${what}`),
  ].filter((failure) => failure !== false);
  return { messages, rows, distinct, chunks, deadLetters, identical, begun, failures };
}

async function countMessages(broker: string, topic: string): Promise<number> {
  const ranges = [...(await topicOffsets({ broker, topic })).values()];
  return ranges.reduce((total, { low, high }) => total + Number(high - low), 0);
}

/** Compares every stream with its text: a whole one with all of it, another with its beginning. */
async function compare(
  { texts, missing, duplicates, malformed }: RebuildReport,
  folder: string,
): Promise<{ identical: number; begun: number; wrong: string[] }> {
  const sources = await Promise.all((await readdir(TEXTS)).map((name) => readFile(join(TEXTS, name))));
  const whole = new Set(sources.map(sha256));
  const wrong: string[] = [];
  let [identical, begun] = [0, 0];
  for (const { uri, streamId, file, bytes, sha256: sum, problem } of texts) {
    if (file === undefined) {
      const isBeginning = sources.some((source) => sha256(source.subarray(0, bytes)) === sum);
      if (isBeginning) begun++;
      else wrong.push(`${uri} (${streamId}) is no beginning of any text: ${problem}`);
    } else if (whole.has(sum) && sha256(await readFile(join(folder, file))) === sum) identical++;
    else wrong.push(`${uri} (${streamId}) is not the text that was sent`);
  }
  if (missing > 0) wrong.push(`${plural(missing, "chunk")} missing between others`);
  if (duplicates > 0) wrong.push(`${plural(duplicates, "chunk")} there twice`);
  if (malformed > 0) wrong.push(`${plural(malformed, "row")} that no message can be made of`);
  return { identical, begun, wrong };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
