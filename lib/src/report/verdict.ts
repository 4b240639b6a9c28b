/** What a run came to: the one judgement that the page, the terminal and the exit status share. */
import { shownName } from "../errors/index.ts";
import { formatCount, plural } from "../format/index.ts";
import type { RunReport } from "./types.ts";

/** How many things of a kind are named one by one before the rest is counted. */
const NAMED = 10;

/** The judgement on a run. */
export interface Verdict {
  /** Whether every text is identical and every count agrees. */
  readonly passed: boolean;
  /** One sentence. */
  readonly headline: string;
  /** What failed, one sentence each; empty when it passed. */
  readonly failures: readonly string[];
  /** What is worth a look but no failure: an empty cluster, say. */
  readonly notices: readonly string[];
}

/**
 * Judges a run by its report.
 *
 * A run passes only if every text came back byte for byte, no message became a dead letter, and the messages sent, those in the
 * topic, the rows in Hive and the distinct offsets are equally many.
 */
export function judge(run: RunReport): Verdict {
  const failures = [...textFailures(run), ...countFailures(run)];
  const passed = failures.length === 0;
  return { passed, headline: headline(run, passed), failures, notices: clusterNotices(run) };
}

function headline({ texts }: RunReport, passed: boolean): string {
  const different = texts.filter(({ identical }) => !identical).length;
  if (texts.length === 0) return "No text was streamed.";
  if (different > 0) {
    return texts.length === 1
      ? "The text did not come back identical."
      : `${formatCount(different)} of ${plural(texts.length, "text")} did not come back identical.`;
  }
  if (!passed) return "The texts came back identical, but the counts do not agree.";
  return texts.length === 1
    ? "The text came back identical."
    : `All ${plural(texts.length, "text")} came back identical.`;
}

function textFailures({ texts, identical }: RunReport): string[] {
  if (texts.length === 0) return ["There was no text to stream."];
  const failed = texts.filter((text) => !text.identical);
  const failures = failed.slice(0, NAMED).map(({ file, rebuiltSha256, problem }) => {
    const what = rebuiltSha256 === null ? "was not rebuilt" : "came back different from its source";
    return `${shownName(file)} ${what}${problem === undefined ? "" : `: ${problem}`}.`;
  });
  const more = failed.length - failures.length;
  if (more > 0)
    failures.push(
      `${plural(more, "more text is", "more texts are")} not identical either; texts.ndjson begins with all of them.`,
    );
  return failures.length === 0 && !identical ? ["The run says that a text differs, without saying which."] : failures;
}

function countFailures({ counts: { sent, rows, distinctOffsets }, messages, deadLetters }: RunReport): string[] {
  const failures: string[] = [];
  if (deadLetters > 0) {
    failures.push(
      `${plural(deadLetters, "message")} could not be read and went to the dead-letter topic, where ${deadLetters === 1 ? "it waits with its error" : "they wait with their errors"}.`,
    );
  }
  if (messages !== sent)
    failures.push(`The producer sent ${formatCount(sent)} messages, but the topic holds ${formatCount(messages)}.`);
  if (rows < sent)
    failures.push(`${plural(sent - rows, "message")} of ${formatCount(sent)} never became a row in Hive.`);
  if (rows > sent)
    failures.push(`Hive has ${plural(rows - sent, "row")} more than the ${formatCount(sent)} messages sent.`);
  if (distinctOffsets < rows)
    failures.push(
      `${plural(rows - distinctOffsets, "row")} in Hive ${rows - distinctOffsets === 1 ? "repeats" : "repeat"} an offset that another row already has.`,
    );
  if (distinctOffsets > rows)
    failures.push(`Hive counts ${formatCount(distinctOffsets)} offsets in ${formatCount(rows)} rows, which cannot be.`);
  return failures;
}

function clusterNotices({ clusters, counts: { rows } }: RunReport): string[] {
  const empty = clusters.filter(({ size }) => size === 0);
  const notices =
    empty.length > NAMED
      ? [
          `${formatCount(empty.length)} of ${formatCount(clusters.length)} clusters are empty: fewer clusters, or a longer warm-up, may suit these texts better.`,
        ]
      : empty.map(({ id }) => `Cluster ${id} is empty: fewer clusters, or another seed, may suit these texts better.`);
  const total = clusters.reduce((sum, { size }) => sum + size, 0);
  const large = clusters.length > 2 && rows > 0 ? clusters.find(({ size }) => size > total / 2) : undefined;
  if (large !== undefined) {
    notices.push(
      `Cluster ${large.id} holds ${Math.round((100 * large.size) / total)} % of all chunks: it swallows subjects that should be apart.`,
    );
  }
  return notices;
}
