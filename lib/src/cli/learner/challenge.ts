/** `streambook challenge`: a learner's program against the adversary. */
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { Command } from "commander";
import { failurePage, HINTS, runChallenge, type ScenarioResult, verdict } from "../../challenge/index.ts";
import { StreambookError } from "../../errors/index.ts";
import { plural } from "../../format/index.ts";
import { addresses, useStack } from "../../stack/index.ts";
import { NODE_FLAGS } from "../../../bin/find-node.mjs";
import { prepareWork, workFolder } from "../../../../setup/learner/work.mjs";
import { action, usage } from "../command.ts";
import { path, wholeNumber } from "../option-values.ts";

interface Options {
  readonly program?: string;
  readonly command?: string;
  readonly seed: number;
  readonly only?: string;
  readonly hint?: boolean;
}

const MISSED = "no points: in three tries the fault found no step to strike at, so nothing is proved";

/** Where the count of hints and the picture stand. */
const folder = (): string => join(workFolder(), "challenge");

export function register(program: Command): void {
  program
    .command("challenge <name>")
    .description(
      "Runs your consumer on the real Kafka and HDFS, and kills, freezes and cuts it off at each step that it takes.\n" +
        "Counts lost and doubled messages, gives a score of 100, and a picture of the first failure. See docs/challenge.md.",
    )
    .option("--program <file>", "the TypeScript or JavaScript file to test (default: work/consumer.ts)", path)
    .option("--command <line>", "a program in any language, as in a shell: 'python3 consumer.py'")
    .option(
      "--seed <n>",
      "another seed kills at other places; the same one does the same again",
      wholeNumber(0, 2 ** 32 - 1),
      1,
    )
    .option("--only <name>", "only the scenarios whose names contain this: kill, freeze, answers, away")
    .option("--hint", "say one more hint, and run nothing")
    .action(
      action<Options>(async (options, { signal, operands }) => {
        if (operands[0] !== "consumer") usage(`there is no challenge "${operands[0] ?? ""}"; there is \`consumer\``);
        if (options.hint === true) await nextHint();
        else await take(options, signal);
      }),
    );
}

async function nextHint(): Promise<void> {
  const file = join(folder(), "hints-seen");
  const seen = Number(await readFile(file, "utf8").catch(() => "0")) || 0;
  const next = Math.min(seen, HINTS.length - 1);
  console.log(`Hint ${next + 1} of ${HINTS.length}\n\n${HINTS[next]}`);
  await mkdir(folder(), { recursive: true });
  await writeFile(file, String(next + 1));
}

async function take(options: Options, signal: AbortSignal): Promise<void> {
  const command = await commandOf(options);
  const { kafka, webhdfs } = await addresses();
  await using _user = await useStack("streambook challenge");
  const { seed, only } = options;
  console.log(
    "Your program against the adversary, on the real Kafka and HDFS. This takes some minutes; Ctrl-C ends it.\n",
  );
  const { results, score, rate } = await runChallenge({
    command,
    kafka,
    webhdfs,
    seed,
    only,
    signal,
    folder: workFolder(),
    onBegin: ({ title }) => process.stdout.isTTY && process.stdout.write(`  … ${title}`),
    onEnd: (result) => console.log(`${process.stdout.isTTY ? "\r\x1b[K" : ""}${lineOf(result)}`),
  });
  const failure = results.find(({ outcome }) => outcome === "failed");
  if (failure !== undefined) await showFailure(failure);
  const partly = only === undefined ? "" : ` (only what contains "${only}")`;
  console.log(`\nScore: ${score} of 100${partly}. Seed ${seed}.`);
  if (rate !== undefined) console.log(`Rate, left alone: ${rate.toLocaleString("en")} messages a second.`);
  if (
    results.some((result) => result.outcome === "failed" || (result.outcome === "missed" && result.isShared !== true))
  )
    throw new StreambookError(
      "CHALLENGE_FAILED",
      "not yet: `npx streambook challenge consumer --hint` says more, a little at a time",
    );
  if (only === undefined) console.log("Nothing lost, nothing doubled, whatever happened. Try another seed: --seed 2.");
}

async function commandOf({ program, command }: Options): Promise<string[]> {
  if (command !== undefined)
    return process.platform === "win32" ? ["cmd", "/c", command] : ["sh", "-c", `exec ${command}`];
  await prepareWork();
  const file = program ?? join(workFolder(), "consumer.ts");
  if (!existsSync(file)) usage(`there is no ${file}; \`npx streambook lesson reset consumer\` gives a first version`);
  return [process.execPath, ...NODE_FLAGS, file];
}

const MARKS = { passed: "✓", failed: "✗", missed: "–" };

function lineOf({ title, outcome, points, isShared, finding, harm }: ScenarioResult): string {
  const earned = outcome === "passed" ? points : 0;
  const missed = isShared === true ? "not counted: the program did not take this step again" : MISSED;
  const why = { passed: "", failed: verdict({ finding, harm }), missed }[outcome];
  const line = `${MARKS[outcome]} ${earned.toFixed(1).padStart(4)} of ${points.toFixed(1).padStart(4)}  ${title}`;
  return why === "" ? line : `${line}\n      ${why}`;
}

/** A line of a log may be a whole stack trace; the picture has all of it. */
const shortLine = (line: string): string => (line.length > 240 ? `${line.slice(0, 240)}…` : line);

async function showFailure(failure: ScenarioResult): Promise<void> {
  const file = join(folder(), "failure.html");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, failurePage(failure));
  console.log(`\nThe first failure as a picture: ${relative(process.cwd(), file)} (open it in a browser)`);
  if (failure.said !== "")
    console.log(["Your program said last:", ...failure.said.split("\n").slice(-6).map(shortLine)].join("\n    "));
  if (failure.finding.sent === failure.finding.lost.length)
    console.log(
      `Nothing was stored at all: does the program write files into $OUTPUT? (${plural(failure.finding.sent, "message")} came)`,
    );
}
