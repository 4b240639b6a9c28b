/** The command `streambook`. Each command's module is loaded only when it is called, so that `--help` stays quick. */
import { Command, CommanderError, Option } from "commander";
import { dieWithParent } from "../../bin/signals.mjs";
import { reachDirectly } from "../address/index.ts";
import { StreambookError } from "../errors/index.ts";
import { misspeltSettings, settingsProblem } from "../../../setup/settings.mjs";
import { report } from "./command.ts";

interface CommandModule {
  register(program: Command): void;
}

const MODULES: readonly { readonly commands: readonly string[]; readonly load: () => Promise<CommandModule> }[] = [
  { commands: ["run", "generate", "job"], load: () => import("./texts/run.ts") },
  { commands: ["run", "generate", "job"], load: () => import("./cases/index.ts") },
  { commands: ["up", "down", "status", "logs", "doctor", "reset", "fetch"], load: () => import("./stack.ts") },
  { commands: ["watch"], load: () => import("./watch.ts") },
  { commands: ["source"], load: () => import("./texts/source.ts") },
  { commands: ["produce"], load: () => import("./texts/produce.ts") },
  { commands: ["consume"], load: () => import("./texts/consume.ts") },
  { commands: ["ingest"], load: () => import("./ingest.ts") },
  { commands: ["rebuild"], load: () => import("./texts/rebuild.ts") },
  { commands: ["query"], load: () => import("./query.ts") },
  { commands: ["replicate"], load: () => import("./replicate.ts") },
  { commands: ["data"], load: () => import("./data.ts") },
  { commands: ["container-run"], load: () => import("./container.ts") },
  { commands: ["lab"], load: () => import("./lab.ts") },
  { commands: ["lesson", "progress"], load: () => import("./learner/lesson.ts") },
  { commands: ["challenge"], load: () => import("./learner/challenge.ts") },
  { commands: ["notebooks"], load: () => import("./notebooks.ts") },
];

const PROGRAM = "streambook";

dieWithParent();

// What is started here, JupyterLab and its kernels, inherits it.
reachDirectly();

async function main(args: readonly string[]): Promise<void> {
  const program = new Command(PROGRAM)
    .description("The course you can run: a streaming text pipeline on real Kafka, HDFS, YARN and Hive.")
    .enablePositionalOptions() // what stands behind a command is that command's: `run` and its further pipelines share names
    .option("--verbose", "show where an error comes from")
    .configureHelp({ showGlobalOptions: true, sortSubcommands: false })
    .exitOverride()
    .showSuggestionAfterError()
    .configureOutput({
      outputError: (text, write) =>
        write(
          text.replace(/^error: /, `${PROGRAM}: `).replace(/\.?\n*$/, `; \`${PROGRAM} --help\` shows what there is\n`),
        ),
    });
  const unclear = settingsProblem();
  if (unclear !== undefined) throw new StreambookError("USAGE", unclear);
  await warnOfUnknownVariables();
  const wanted = args.find((argument) => !argument.startsWith("-"));
  const chosen = MODULES.filter(({ commands }) => wanted !== undefined && commands.includes(wanted));
  for (const { load } of chosen.length > 0 ? chosen : MODULES) (await load()).register(program);
  takeEverywhere(program);
  if (args.length === 0) {
    program.outputHelp();
    return;
  }
  await program.parseAsync(args, { from: "user" });
}

/** Options of the whole program may stand behind a command, too; its help shows them as those of the program. */
function takeEverywhere(program: Command): void {
  const add = (command: Command): void => {
    for (const { flags } of program.options) command.addOption(new Option(flags).hideHelp());
    command.commands.forEach(add);
  };
  program.commands.forEach(add);
}

/** A misspelt variable would be a setting that its user believes to be made. Commands that this one starts do not repeat it. */
async function warnOfUnknownVariables(): Promise<void> {
  if (process.env["STREAMBOOK_WARNED"] !== undefined) return;
  if (!Object.keys(process.env).some((name) => /^STREAMBOOK_/i.test(name))) return; // the usual case loads nothing
  const { knownVariables } = await import("../stack/index.ts");
  for (const warning of misspeltSettings(knownVariables())) {
    process.stderr.write(`streambook: ${warning}\n`);
    process.env["STREAMBOOK_WARNED"] = "1";
  }
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : report(error);
}
// A library's socket that lingers must not keep a finished command from ending.
setTimeout(() => process.exit(), 3000).unref();
