/** `streambook run`, which `npm start` calls: the stack, the whole pipeline, the report. */
import { join, relative } from "node:path";
import type { Command } from "commander";
import { StreambookError } from "../errors/index.ts";
import { createLogger } from "../log/index.ts";
import { plural } from "../format/index.ts";
import { judge, type RunReport, type StageEvent, StageRecorder } from "../report/index.ts";
import { loadSchema } from "../schema/index.ts";
import {
  addresses,
  deadServices,
  downIfUnused,
  type Guardian,
  hadoopClient,
  homeFolder,
  projectFolder,
  type Released,
  type RunningStack,
  startGuardian,
  temporaryServices,
  up,
  describeUsers,
  useStack,
  versions,
} from "../stack/index.ts";
import { CORE_JAVA, findJavaFor } from "../../../setup/java/java.mjs";
import { setting } from "../../../setup/settings.mjs";
import { passedOver, surveyTexts, type TextSurvey } from "../stream/index.ts";
import {
  checkOutput,
  checkRunNames,
  type Engine,
  mostClustersByDefault,
  run,
  RUN_NAMES,
} from "../texts/index.ts";
import { action, type CommandContext, path, wholeNumber } from "./command.ts";
import { engineOption } from "./engine.ts";
import { holdingNames, type RunNames } from "./run-names.ts";
import { statusLine } from "./status-line.ts";

interface Options {
  readonly engine: Engine;
  readonly data: string;
  readonly output: string;
  readonly chunkSize: number;
  readonly clusters?: number;
  readonly seed: number;
  readonly warmUp: number;
  readonly topic: string;
  readonly table: string;
  readonly replace?: boolean;
  readonly keepUp?: boolean;
}

/** Adds the command to the program. */
export function register(program: Command): void {
  const project = projectFolder();
  program
    .command("run")
    .summary("start the stack, run the whole pipeline on a folder of texts, and write a report")
    .description(
      "Streams the texts of a folder through Kafka into clusters and a Hive table, rebuilds them by MapReduce on YARN,\n" +
        "and compares each with its source. Ends with OUTPUT/report.html, and with 0 only if everything came back.",
    )
    .addOption(engineOption())
    .option("--data <folder>", "folder of UTF-8 texts", path, join(project, "data", "texts"))
    .option("--output <folder>", "folder for the rebuilt texts and the report", path, join(project, "output"))
    .option("--chunk-size <n>", "characters of a chunk", wholeNumber(1), 256)
    .option(
      "--clusters <k>",
      `number of clusters (default: one for each text that is not empty, at most ${mostClustersByDefault})`,
      wholeNumber(1, 1000),
    )
    .option("--seed <n>", "seed of the clustering", wholeNumber(0, 2 ** 32 - 1), 42)
    .option("--warm-up <n>", "chunks held to seed the clusters", wholeNumber(1), 200)
    .option("--topic <name>", "topic of Kafka", RUN_NAMES.topic)
    .option("--table <name>", "table of Hive", RUN_NAMES.table)
    .option("--replace", "remove what is in that topic and table also when it is not an earlier run's")
    .option("--keep-up", "leave the stack running, to look inside")
    .action(
      action<Options>(async (options, context) => {
        // Problems of names, folders and texts are reported before the stack is started for them.
        checkRunNames(options);
        await checkOutput(options.output, options.data);
        const survey = await surveyTexts(options.data, context.signal);
        if (survey.others.length > 0)
          process.stderr.write(`in ${options.data} only texts are read; passed over: ${passedOver(survey)}\n`);
        await holdingNames(options, () => runOnStack({ ...options, survey }, context));
      }),
    );
}

/** The run itself: starts the stack, and ends it if nobody else uses it. */
async function runOnStack(
  options: Options & RunNames & { readonly survey: TextSurvey },
  { signal, whenEndedAtOnce }: CommandContext,
): Promise<void> {
  await using _user = await useStack("streambook run");
  await using _guardian = options.keepUp === true ? undefined : await guarded(whenEndedAtOnce);
  const recorder = new StageRecorder(terminal());
  try {
    await recorder.run(
      "Start the stack",
      (stage) => startStack(stage, options, signal),
      ({ started }) => ({ text: started.length > 0 ? upText(options) : "it is up already" }),
    );
    const { report, html } = await run({
      ...options,
      schema: await loadSchema(join(projectFolder(), "schemas", "chunks.json")),
      addresses: await addresses(),
      hadoop: await hadoopClient(),
      versions: await versions(),
      jdk: await javaVersion(),
      recorder,
      signal,
      logger: createLogger(options.topic === RUN_NAMES.topic ? "run" : `run-${options.topic}`, {
        folder: join(homeFolder(), "logs"),
      }),
    });
    printSummary(report, html, (await temporaryServices()).length === 0);
  } catch (error) {
    for (const { name, log = [] } of await deadServices()) {
      process.stderr.write(`\n${name} stopped unexpectedly; the end of its log:\n${log.join("\n")}\n`);
    }
    throw error;
  } finally {
    if ((await temporaryServices()).length > 0) await recorder.run("Stop the stack", () => downIfUnused(), endOfStack);
  }
}

/** Whatever becomes of this process, the services that it has started end. */
async function guarded(whenEndedAtOnce: CommandContext["whenEndedAtOnce"]): Promise<Guardian | undefined> {
  if (setting("STREAMBOOK_STACK") === "external") return undefined;
  whenEndedAtOnce("the services that this run has started are being ended in the background");
  return startGuardian({ services: "unused" });
}

function startStack(
  stage: { progress(text: string): void },
  { keepUp = false, engine }: Options,
  signal: AbortSignal,
): Promise<RunningStack> {
  return up({
    signal,
    ...(engine === "spark" && { services: ["core", "spark"] }),
    temporary: !keepUp,
    // A port that was taken is worth a line that stays.
    onProgress: ({ kind, message }) =>
      kind === "notice" ? process.stderr.write(`\n${message}\n`) : stage.progress(message),
  });
}

function upText({ engine }: Options): string {
  return `Kafka, HDFS, YARN${engine === "spark" ? ", Hive and Spark" : " and Hive"} are up`;
}

function endOfStack({ ended, users }: Released): { text: string } {
  if (users.length > 0) return { text: `it stays up for ${describeUsers(users)}` };
  return { text: ended.length > 0 ? "what it stored is kept" : "it stays up, as `streambook up` wanted" };
}

/** Shows stages as they go: one line each, with what came of it and the seconds. */
function terminal(): (event: StageEvent) => void {
  const width = 24;
  let line = statusLine("");
  return (event) => {
    if (event.kind === "begin") {
      line = statusLine(event.name.padEnd(width));
      line.show("…");
    }
    if (event.kind === "progress") line.show(event.text);
    if (event.kind === "end") line.end(`${event.text.padEnd(44)} ${event.seconds.toFixed(1).padStart(6)} s`);
  };
}

/** The end of a run for the terminal; a run that failed is an error. */
function printSummary(report: RunReport, html: string, up: boolean): void {
  const { passed, headline, failures, notices } = judge(report);
  const page = relative(".", html);
  const { sent, rows, distinctOffsets } = report.counts;
  const lines = [
    "",
    headline,
    ...failures,
    ...notices,
    `${plural(sent, "message")} sent, ${plural(rows, "row")} in Hive, ${plural(distinctOffsets, "distinct offset")}; ${report.seconds.toFixed(1)} s in all.`,
    `Report: ${page.startsWith("..") ? html : page}`,
    up
      ? "The stack is up: `npx streambook status` shows where, `npx streambook down` ends it."
      : "`npm start -- --keep-up` leaves the stack running, to look inside.",
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  if (!passed)
    throw new StreambookError("RUN_NOT_IDENTICAL", `the run does not agree with its source; ${page} says where`);
}

async function javaVersion(): Promise<string | null> {
  if (setting("STREAMBOOK_STACK") === "external") return null;
  return (await findJavaFor(CORE_JAVA)).found?.version ?? null;
}
