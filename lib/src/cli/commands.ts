/** The commands: what `streambook --help` says of each, and the module that has it, which is loaded only when it is called. */
import { Command, Option } from "commander";

interface CommandModule {
  register(program: Command): void;
}

/** What the list of the commands shows of one. */
interface Listed {
  /** What follows its name, `[services...]`. @default nothing */
  readonly takes?: string;
  readonly summary: string;
  /** Not for people. @default false */
  readonly hidden?: boolean;
}

/** In the order of the list. A command that has no description of its own is described by its summary. */
const COMMANDS: Readonly<Record<string, Listed>> = {
  run: { summary: "start the stack, run the whole pipeline on a folder of texts, and write a report" },
  generate: { summary: "send the events of a further pipeline" },
  job: { summary: "do the work of a further pipeline, on what is in its topics" },
  up: { takes: "[services...]", summary: "start the services that are not running and wait until they are ready" },
  fetch: {
    takes: "[services...]",
    summary: "fetch what services run on, and start nothing: for a later time without a network, or for several people",
  },
  down: { takes: "[services...]", summary: "stop the services; what they stored stays" },
  status: { summary: "show what runs, where, and what it takes; exit code 1 if something that should run does not" },
  logs: { takes: "<name>", summary: "show the end of a service's log, or of several" },
  doctor: { summary: "check machine, packages, jars, library and services, and say what to do" },
  reset: { summary: "end the services and remove all that they stored: topics, HDFS, tables, logs" },
  watch: { summary: "show what runs and flows: rates, lag by partition, health, faults; also for Prometheus" },
  source: { summary: "serve the texts of a folder as streams of chunks over HTTP" },
  produce: { summary: "send the texts of a stream source to Kafka, to a log, or both" },
  consume: { summary: "read a topic into clusters and a Hive table, each message exactly once" },
  ingest: { summary: "read topics into files on HDFS, each message exactly once" },
  compact: { summary: "join the small files of a table or a folder on HDFS, while it is written and read" },
  rebuild: { summary: "rebuild the texts from their messages, by MapReduce on YARN" },
  query: {
    takes: "[sql]",
    summary: "ask Hive: streambook query 'SELECT cluster, COUNT(*) FROM chunks_clustered GROUP BY cluster'",
  },
  replicate: {
    takes: "[topic...]",
    summary: "give topics a copy on each broker: those that are older than `streambook up brokers`",
  },
  data: { summary: "make or fetch texts to work with" },
  "container-run": {
    takes: "<service>",
    summary: "run one service in the foreground, in a container of its own",
    hidden: true,
  },
  lab: {
    takes: "[notebook]",
    summary:
      "open JupyterLab at your copy of the first lesson, or of the one named: 03, 03-tokens; starts the services if they are down",
  },
  lesson: { summary: "your own copies of the lessons, in work/" },
  progress: { summary: "count the checks that have held and the exercises that are solved, by lesson" },
  challenge: {
    takes: "<name>",
    summary: "test your own consumer, work/consumer.ts, against an adversary: `challenge consumer`",
  },
  notebooks: {
    takes: "[names...]",
    summary:
      "run notebooks in fresh kernels, cell by cell: 03, 03-tokens, solutions/03-tokens, or a path; all by default",
  },
};

const MODULES: readonly { readonly commands: readonly string[]; readonly load: () => Promise<CommandModule> }[] = [
  { commands: ["run", "generate", "job"], load: () => import("./texts/run.ts") },
  { commands: ["run", "generate", "job"], load: () => import("./cases/index.ts") },
  { commands: ["up", "fetch", "down", "status", "logs", "doctor", "reset"], load: () => import("./stack.ts") },
  { commands: ["watch"], load: () => import("./watch.ts") },
  { commands: ["source"], load: () => import("./texts/source.ts") },
  { commands: ["produce"], load: () => import("./texts/produce.ts") },
  { commands: ["consume"], load: () => import("./texts/consume.ts") },
  { commands: ["ingest"], load: () => import("./ingest.ts") },
  { commands: ["compact"], load: () => import("./tables/compact.ts") },
  { commands: ["rebuild"], load: () => import("./texts/rebuild.ts") },
  { commands: ["query"], load: () => import("./tables/query.ts") },
  { commands: ["replicate"], load: () => import("./replicate.ts") },
  { commands: ["data"], load: () => import("./data.ts") },
  { commands: ["container-run"], load: () => import("./container.ts") },
  { commands: ["lab"], load: () => import("./lab.ts") },
  { commands: ["lesson", "progress"], load: () => import("./learner/lesson.ts") },
  { commands: ["challenge"], load: () => import("./learner/challenge.ts") },
  { commands: ["notebooks"], load: () => import("./notebooks.ts") },
];

/** The command that the words after `streambook` call, or ask for help about: `help run` and `run --help` are about `run`. */
export function calledCommand(args: readonly string[]): string | undefined {
  const [first, second] = args.filter((argument) => !argument.startsWith("-"));
  return first === "help" ? second : first;
}

/** What stands for all commands. */
export const EVERY = "*";

/** Adds the command of that name, or {@link EVERY} one, to a program; the others are there to be listed, and do nothing. */
export async function addCommands(program: Command, called: string | undefined): Promise<void> {
  const wanted = MODULES.filter(({ commands }) => called === EVERY || commands.includes(called ?? ""));
  for (const { load } of wanted) (await load()).register(program);
  const names = Object.keys(COMMANDS);
  for (const [name, { takes, summary, hidden = false }] of Object.entries(COMMANDS)) {
    const command = program.commands.find((one) => one.name() === name);
    if (command === undefined) {
      const listed = new Command(name).summary(summary);
      program.addCommand(takes === undefined ? listed : listed.arguments(takes), { hidden });
    } else command.summary(summary).description(command.description() || summary);
  }
  (program.commands as Command[]).sort((a, b) => names.indexOf(a.name()) - names.indexOf(b.name()));
  takeEverywhere(program);
}

/** Options of the whole program may stand behind a command, too; its help shows them as those of the program. */
function takeEverywhere(program: Command): void {
  const add = (command: Command): void => {
    for (const { flags } of program.options) command.addOption(new Option(flags).hideHelp());
    command.commands.forEach(add);
  };
  program.commands.forEach(add);
}
