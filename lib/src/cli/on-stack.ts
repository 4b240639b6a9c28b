/** A run with services of its own: they are started for it, watched, and ended if nobody else uses them. */
import { CORE_JAVA, findJavaFor } from "../../../setup/java/java.mjs";
import { setting } from "../../../setup/settings.mjs";
import { type StageEvent, StageRecorder } from "../report/index.ts";
import {
  CORE,
  deadServices,
  describeUsers,
  downIfUnused,
  type Guardian,
  type Released,
  type RunningStack,
  startGuardian,
  temporaryServices,
  titleOf,
  up,
  useStack,
  versions,
} from "../stack/index.ts";
import type { CommandContext } from "./command.ts";
import { statusLine, type StatusLine } from "./status-line.ts";

/** What a run needs of the stack. */
export interface StackNeeds {
  /** As `streambook status` shows who uses the stack. */
  readonly command: string;
  readonly services: readonly string[];
  /** Whether what was started stays up. @default false */
  readonly keepUp?: boolean | undefined;
}

/** What a run is given. */
export interface OnStack {
  /** Shows its stages in the terminal. */
  readonly recorder: StageRecorder;
  readonly versions: Readonly<Record<string, string>>;
  /** Version of the JDK, or null when the services run elsewhere. */
  readonly jdk: string | null;
}

/** Starts services, does the work, and ends what nobody else uses. */
export async function onStack(
  needs: StackNeeds,
  { signal, whenEndedAtOnce }: CommandContext,
  work: (parts: OnStack) => Promise<void>,
): Promise<void> {
  await using _user = await useStack(needs.command);
  await using _guardian = needs.keepUp === true ? undefined : await guarded(whenEndedAtOnce);
  const recorder = new StageRecorder(terminal());
  try {
    await recorder.run(
      "Start the stack",
      (stage) => startStack(stage, needs, signal),
      ({ started }) => ({ text: started.length > 0 ? upText(needs) : "it is up already" }),
    );
    await work({ recorder, versions: await versions(needs.services), jdk: await javaVersion() });
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
  { keepUp = false, services }: StackNeeds,
  signal: AbortSignal,
): Promise<RunningStack> {
  return up({
    ...{ signal, services, temporary: !keepUp },
    // A port that was taken is worth a line that stays.
    onProgress: ({ kind, message }) =>
      kind === "notice" ? process.stderr.write(`\n${message}\n`) : stage.progress(message),
  });
}

function upText({ services }: StackNeeds): string {
  const core = ["Kafka", "HDFS", "YARN", "Hive"];
  const names = services.flatMap((name) => (name === CORE ? core : [titleOf(name)]));
  const all = names.length === 0 ? core : names;
  return `${all.slice(0, -1).join(", ")} and ${all.at(-1)} are up`;
}

function endOfStack({ ended, users }: Released): { text: string } {
  if (users.length > 0) return { text: `it stays up for ${describeUsers(users)}` };
  return { text: ended.length > 0 ? "what it stored is kept" : "it stays up, as `streambook up` wanted" };
}

/** Shows stages as they go: one line each, with what came of it and the seconds. Of several at the same time, the one that moved last. */
function terminal(): (event: StageEvent) => void {
  const width = 24;
  const running = new Map<string, { readonly line: StatusLine; readonly text: string }>();
  const show = (name: string, text: string, line: StatusLine): void => {
    running.set(name, { line, text });
    line.show(text);
  };
  const beginLine = (name: string): StatusLine => statusLine(name.padEnd(width));
  return (event) => {
    const { name } = event;
    const { line } = running.get(name) ?? { line: beginLine(name) };
    if (event.kind === "begin") show(name, "…", line);
    if (event.kind === "progress") show(name, event.text, line);
    if (event.kind !== "end") return;
    line.end(`${event.text.padEnd(44)} ${event.seconds.toFixed(1).padStart(6)} s`);
    running.delete(name);
    // on a terminal there is one line for all that run: it is the others' again
    if (process.stderr.isTTY) for (const [other, { text }] of running) show(other, text, beginLine(other));
  };
}

async function javaVersion(): Promise<string | null> {
  if (setting("STREAMBOOK_STACK") === "external") return null;
  return (await findJavaFor(CORE_JAVA)).found?.version ?? null;
}
