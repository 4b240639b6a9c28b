/** The command `streambook`. */
import { Command, CommanderError } from "commander";
import { dieWithParent } from "../../bin/signals.mjs";
import { reachDirectly } from "../address/index.ts";
import { StreambookError } from "../errors/index.ts";
import { misspeltSettings, settingsProblem } from "../../../setup/settings.mjs";
import { report } from "./command.ts";
import { addCommands, calledCommand } from "./commands.ts";

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
  await addCommands(program, calledCommand(args));
  if (args.length === 0) {
    program.outputHelp();
    return;
  }
  await program.parseAsync(args, { from: "user" });
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
