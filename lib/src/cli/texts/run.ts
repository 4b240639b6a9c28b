/** `streambook run`, which `npm start` calls: the stack, the whole pipeline, the report. */
import { join, relative } from "node:path";
import type { Command } from "commander";
import { listed, StreambookError } from "../../errors/index.ts";
import { createLogger } from "../../log/index.ts";
import { plural } from "../../format/index.ts";
import { judge, type RunReport } from "../../report/index.ts";
import { loadSchema } from "../../schema/index.ts";
import { addresses, hadoopClient, homeFolder, projectFolder, temporaryServices } from "../../stack/index.ts";
import { passedOver, surveyTexts, type TextSurvey } from "../../stream/index.ts";
import { checkOutput, checkRunNames, type Engine, mostClustersByDefault, run, RUN_NAMES } from "../../texts/index.ts";
import { action, type CommandContext, usage } from "../command.ts";
import { path, wholeNumber } from "../option-values.ts";
import { engineOption } from "./engine.ts";
import { onStack } from "../on-stack.ts";
import { holdingNames, type RunNames } from "./run-names.ts";

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
  const command = program.command("run");
  command
    .enablePositionalOptions() // what stands after the name of a case is the case's
    .allowExcessArguments(true)
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
        const [other] = context.operands;
        if (other !== undefined) usage(`there is no further pipeline "${other}"; there are ${namesOf(command)}`);
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

/** The cases, which are commands of this one. */
function namesOf(run: Command): string {
  return listed(run.commands.map((each) => each.name()));
}

/** The run itself, on a stack that is started for it. */
async function runOnStack(
  options: Options & RunNames & { readonly survey: TextSurvey },
  context: CommandContext,
): Promise<void> {
  const { engine, keepUp } = options;
  const services = engine === "spark" ? ["core", "spark"] : ["core"];
  await onStack({ command: "streambook run", services, keepUp }, context, async ({ recorder, versions, jdk }) => {
    const { report, html } = await run({
      ...options,
      ...{ recorder, versions, jdk, signal: context.signal },
      schema: await loadSchema(join(projectFolder(), "schemas", "chunks.json")),
      addresses: await addresses(),
      hadoop: await hadoopClient(),
      logger: createLogger(options.topic === RUN_NAMES.topic ? "run" : `run-${options.topic}`, {
        folder: join(homeFolder(), "logs"),
      }),
    });
    printSummary(report, html, (await temporaryServices()).length === 0);
  });
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
