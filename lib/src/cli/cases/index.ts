/** `streambook run NAME`, `generate NAME` and `job NAME`: the further pipelines. */
import type { Command } from "commander";
import { addCampaigns } from "./campaigns.ts";
import { addClicks } from "./clicks.ts";
import { addRatings } from "./ratings.ts";
import type { CaseCommands } from "./shared.ts";
import { addTweets } from "./tweets.ts";

/** The cases, each with a file of its own here. */
const CASES: readonly ((commands: CaseCommands) => void)[] = [addCampaigns, addClicks, addTweets, addRatings];

/** Adds the commands to the program. */
export function register(program: Command): void {
  const run = program.commands.find((command) => command.name() === "run");
  if (run === undefined) return;
  const generate = program.command("generate");
  const job = program.command("job");
  for (const add of CASES) add({ run, generate, job });
}
