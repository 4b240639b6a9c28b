/** What the commands of all cases share: `run NAME` and `generate NAME`. */
import { join, relative } from "node:path";
import type { Command } from "commander";
import {
  type Case,
  type CaseReport,
  type EventOptions,
  judgeCase,
  sendEvents,
  take,
  writeCaseReport,
} from "../../cases/index.ts";
import { StreambookError } from "../../errors/index.ts";
import { plural } from "../../format/index.ts";
import { createLogger } from "../../log/index.ts";
import { thisMachine } from "../../report/index.ts";
import { makeOutputFolder } from "../../project/index.ts";
import { addresses, homeFolder, projectFolder, temporaryServices, useStack } from "../../stack/index.ts";
import { action, usage } from "../command.ts";
import { moment, path, positiveNumber, serviceAddresses, share, wholeNumber } from "../option-values.ts";
import { onStack } from "../on-stack.ts";
import { statusLine } from "../status-line.ts";

/** The commands that each case adds one of its own to. */
export interface CaseCommands {
  readonly run: Command;
  readonly generate: Command;
  readonly job: Command;
}

interface EventFlags extends EventOptions {
  readonly events?: number;
  readonly rate?: number;
}

interface RunFlags extends EventFlags {
  readonly output: string;
  readonly replace?: boolean;
  readonly keepUp?: boolean;
}

interface GenerateFlags extends EventFlags {
  readonly forever?: boolean;
  readonly kafkaBrokerPort?: string;
}

/** Adds `run NAME` and `generate NAME`. */
export function addRunAndGenerate({ run, generate }: CaseCommands, one: Case): void {
  addRun(run, one);
  addGenerate(generate, one);
}

function addRun(run: Command, one: Case): void {
  const command = run
    .command(one.name)
    .allowExcessArguments(false)
    .configureHelp({ visibleGlobalOptions: (each) => [...rootOf(each).options] }) // those of the texts' run are not its own
    .summary(one.does)
    .description(
      `${one.does.charAt(0).toUpperCase()}${one.does.slice(1)}.\nStarts what it needs, and ends with OUTPUT/report.html, and with 0 only if every number of every answer is that of plain TypeScript.`,
    )
    .option("--events <n>", `events to send (default: ${one.defaultEvents})`, wholeNumber(1));
  withEventOptions(command, one)
    .option("--output <folder>", "folder for the report", path, join(projectFolder(), "output", one.name))
    .option("--replace", "remove what is in the case's topics and tables also when it is not an earlier run's")
    .option("--keep-up", "leave the stack running, to look inside")
    .action(
      action<RunFlags>(async (flags, context) => {
        const { events = one.defaultEvents, rate, replace, output } = flags;
        const needs = { command: `streambook run ${one.name}`, services: one.services, keepUp: flags.keepUp };
        await makeOutputFolder(output); // what cannot be written is said now, and not after minutes
        await onStack(needs, context, async ({ recorder, versions, jdk }) => {
          const findings = await one.run({
            ...{ events, rate, replace, recorder, signal: context.signal },
            eventOptions: eventOptions(flags),
            addresses: await addresses(),
            logger: createLogger(one.name, { folder: join(homeFolder(), "logs") }),
          });
          const report: CaseReport = {
            ...findings,
            name: one.name,
            title: one.title,
            startedAt: recorder.startedAt.toISOString(),
            seconds: recorder.seconds,
            stages: recorder.stages,
            versions,
            machine: thisMachine(jdk),
          };
          const { html } = await writeCaseReport(report, output);
          printSummary(report, html, (await temporaryServices()).length === 0);
        });
      }),
    );
}

function rootOf(command: Command): Command {
  return command.parent === null ? command : rootOf(command.parent);
}

function addGenerate(generate: Command, one: Case): void {
  const command = generate
    .command(one.name)
    .summary(`send the events of ${one.name} to ${one.topics.map(({ topic }) => topic).join(", ")}`)
    .description(
      "Sends events that follow from the seed, each once: killed and started again, it goes on where the topics end.",
    )
    .option("--events <n>", `how many there are to be in all (default: ${one.defaultEvents})`, wholeNumber(1))
    .option("--forever", "go on until Ctrl-C");
  withEventOptions(command, one)
    .option(
      "--kafka-broker-port <ports>",
      "Kafka's port, or host:port, or several with commas between them (default: the running stack's)",
      serviceAddresses("kafka"),
    )
    .action(
      action<GenerateFlags>(async (flags, { signal }) => {
        const { events, forever = false, rate } = flags;
        if (forever && events !== undefined) usage("--events and --forever contradict each other; leave one out");
        const broker = flags.kafkaBrokerPort ?? (await addresses()).kafka;
        await using _user = await useStack(`streambook generate ${one.name}`);
        const line = statusLine("generate");
        const { sent, found, seconds } = await sendEvents({
          ...{ broker, rate, signal, topics: one.topics },
          events: take(one.events(eventOptions(flags)), forever ? Infinity : (events ?? one.defaultEvents)),
          onProgress: (progress) => line.show(`${plural(progress.sent, "event")} sent${foundText(progress.found)}`),
        });
        line.end(`${plural(sent, "event")} sent${foundText(found)}, ${seconds.toFixed(1)} s`);
      }),
    );
}

function foundText(found: number): string {
  return found === 0 ? "" : `, ${plural(found, "event")} stood there already`;
}

/** Options that are undefined must not hide the defaults of the case. */
function eventOptions({ seed, start, late, doubled, malformed }: EventFlags): EventOptions {
  const all = { seed, start, late, doubled, malformed };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function withEventOptions(command: Command, { name }: Case): Command {
  return command
    .option("--rate <n>", "events a second (default: as fast as they are taken)", positiveNumber)
    .option("--seed <n>", "seed of the events (default: 42)", wholeNumber(0, 2 ** 32 - 1))
    .option("--start <time>", `event time of the first event, or now (default: that of ${name})`, moment)
    .option("--late <share>", "share of events that come late, 0 to 1", share)
    .option("--doubled <share>", "share of events that come twice, 0 to 1", share)
    .option("--malformed <share>", "share of events that cannot be read, 0 to 1", share);
}

/** The end of a run for the terminal; one that has found a wrong number is an error. */
function printSummary(report: CaseReport, html: string, up: boolean): void {
  const { passed, headline, failures, notices } = judgeCase(report);
  const page = relative(".", html);
  const lines = [
    "",
    headline,
    ...failures,
    ...notices,
    `${report.counts.map(({ name, value }) => `${name}: ${value}`).join(", ")}; ${report.seconds.toFixed(1)} s in all.`,
    `Report: ${page.startsWith("..") ? html : page}`,
    up
      ? "The stack is up: `npx streambook status` shows where, `npx streambook down` ends it."
      : "`--keep-up` leaves the stack running, to look inside.",
  ];
  process.stdout.write(`${lines.join("\n")}\n`);
  if (!passed) throw new StreambookError("CASE_NOT_PROVEN", `answers differ from the plain ones; ${page} says where`);
}
