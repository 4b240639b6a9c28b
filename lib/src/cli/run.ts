/** `streambook run`, which `npm start` calls: the stack, the whole pipeline, the report. */
import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { StreambookError } from "../errors/index.ts";
import { createLogger } from "../log/index.ts";
import { judge, run, type RunReport, type StageEvent, StageRecorder } from "../pipeline/index.ts";
import { plural } from "../plot/index.ts";
import { loadSchema } from "../schema/index.ts";
import {
  addresses,
  deadServices,
  down,
  hadoopClient,
  homeFolder,
  projectFolder,
  up,
  versions,
} from "../stack/index.ts";
import { findJava } from "../../../setup/java.mjs";
import { passedOver, surveyTexts } from "../stream/index.ts";
import { action, wholeNumber } from "./command.ts";
import { statusLine } from "./status-line.ts";

interface Options {
  readonly data: string;
  readonly output: string;
  readonly chunkSize: number;
  readonly clusters?: number;
  readonly seed: number;
  readonly warmUp: number;
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
    .option("--data <folder>", "folder of UTF-8 texts", join(project, "data", "texts"))
    .option("--output <folder>", "folder for the rebuilt texts and the report", join(project, "output"))
    .option("--chunk-size <n>", "characters of a chunk", wholeNumber(1), 256)
    .option("--clusters <k>", "number of clusters (default: one for each text)", wholeNumber(1, 1000))
    .option("--seed <n>", "seed of the clustering", wholeNumber(0, 2 ** 32 - 1), 42)
    .option("--warm-up <n>", "chunks held to seed the clusters", wholeNumber(1), 200)
    .option("--keep-up", "leave the stack running, to look inside")
    .action(
      action<Options>(async (options, { signal }) => {
        const output = resolve(options.output);
        // What is wrong with the texts is told before the stack is started for them.
        const survey = await surveyTexts(options.data, signal);
        if (survey.others.length > 0)
          process.stderr.write(`in ${options.data} only texts are read; passed over: ${passedOver(survey)}\n`);
        const recorder = new StageRecorder(terminal());
        const { started } = await recorder.run(
          "Start the stack",
          (stage) =>
            up({
              signal,
              // A port that was taken is worth a line that stays.
              onProgress: ({ kind, message }) =>
                kind === "notice" ? process.stderr.write(`\n${message}\n`) : stage.progress(message),
            }),
          ({ started }) => ({ text: started.length > 0 ? "Kafka, HDFS, YARN and Hive are up" : "it is up already" }),
        );
        try {
          const { report, html } = await run({
            ...options,
            output,
            survey,
            schema: await loadSchema(join(project, "schemas", "chunks.json")),
            addresses: await addresses(),
            hadoop: await hadoopClient(),
            versions: { ...(await versions()) },
            jdk: await javaVersion(),
            recorder,
            signal,
            logger: createLogger("run", { folder: join(homeFolder(), "logs") }),
          });
          tell(report, html, options.keepUp === true || started.length === 0);
        } catch (error) {
          for (const { name, log = [] } of await deadServices()) {
            process.stderr.write(`\n${name} has ended by itself; the end of its log:\n${log.join("\n")}\n`);
          }
          throw error;
        } finally {
          if (options.keepUp !== true && started.length > 0)
            await recorder.run(
              "Stop the stack",
              () => down({ services: started, keepArchiveBuild: true }),
              () => ({ text: "what it stored is kept" }),
            );
        }
      }),
    );
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
function tell(report: RunReport, html: string, up: boolean): void {
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
  if (process.env["STREAMBOOK_STACK"] === "external") return null;
  return (await findJava()).found?.version ?? null;
}
