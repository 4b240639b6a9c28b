/** Starts services, each when those are ready that it needs, and waits until they work. */
import { delay } from "../../async/index.ts";
import { StreambookError } from "../../errors/index.ts";
import { formatSeconds } from "../../format/index.ts";
import { isInBackground, libraries, service, titleOf, waitedFor } from "../catalog/index.ts";
import type { Report, StackOptions } from "../events.ts";
import { describeRuntime, serviceCommand } from "../launch/command.ts";
import { launch, logFile } from "../launch/launch.ts";
import { type PrepareParts, prepareService } from "../launch/prepare.ts";
import type { Layout } from "../layout.ts";
import { explainingLine, lastRun } from "../observe/log-lines.ts";
import { processRuns } from "../observe/processes.ts";
import { answers, complaintOf, isOpen } from "../observe/readiness.ts";
import { askedAddress, everyHost, pageOf, placeOf, type Topology } from "../place.ts";
import type { State } from "../state.ts";
import { endServices } from "./down.ts";
import { recording } from "./hadoop-client.ts";
import type { LiveState } from "./live-state.ts";

/** What starting needs to know. */
export interface Start {
  readonly parts: PrepareParts;
  readonly topology: Topology;
  readonly layout: Layout;
  readonly state: LiveState;
  readonly running: ReadonlyMap<string, number>;
  /** Instances that have joined others before: they do not wait for these. */
  readonly joined: readonly string[];
  /** Of those that run, the ones that start again when the others work, one after the other, to know who has joined. */
  readonly told: readonly string[];
  readonly started: string[];
  readonly isTemporary: (name: string) => boolean;
  readonly options: StackOptions & { readonly timeout?: number };
  readonly report: Report;
}

/**
 * Everything at once, except those that need others to be ready. What nobody waits for is begun when all others work, and goes on by
 * itself; alone, it is waited for, too.
 */
export async function startAll(wanted: readonly string[], start: Start): Promise<void> {
  const waited = wanted.filter((name) => !isInBackground(name));
  if (waited.length === 0) return startTogether(wanted, start);
  await startTogether(waited, start);
  const { signal = new AbortController().signal } = start.options;
  for (const name of start.told) await startAgain(name, start, signal);
  for (const name of wanted) if (isInBackground(name) && !start.running.has(name)) await launchOne(name, start, signal);
}

async function startTogether(wanted: readonly string[], start: Start): Promise<void> {
  const { options } = start;
  const failure = new AbortController();
  const signal = options.signal === undefined ? failure.signal : AbortSignal.any([options.signal, failure.signal]);
  const ready = new Map<string, Promise<void>>();
  for (const name of wanted) {
    // The catalogue lists a service after those it waits for.
    const others = waitedFor(name).filter((other) => !start.joined.includes(name) || service(other) !== service(name));
    const waited = others.flatMap((other) => ready.get(other) ?? []);
    ready.set(
      name,
      Promise.all(waited).then(() => startOne(name, start, signal)),
    );
  }
  const results = await Promise.allSettled([...ready.values()].map((promise) => promise.catch(endWait)));
  options.signal?.throwIfAborted();
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;

  // One that fails ends the waiting for the others; they are left to go on by themselves.
  function endWait(error: unknown): never {
    failure.abort(error);
    throw error;
  }
}

async function startOne(name: string, start: Start, signal: AbortSignal): Promise<void> {
  const { state, running, report } = start;
  signal.throwIfAborted();
  const there = running.get(name);
  if (there !== undefined) {
    await waitReady(name, start, there, undefined, signal);
    return joinOthers(name, start, signal);
  }
  const { pid, ended } = await launchOne(name, start, signal);
  await waitReady(name, start, pid, ended, signal);
  await joinOthers(name, start, signal);
  report("ready", `${titleOf(name)}: ready at ${shownAddress(name, state.value)}`, { service: name });
}

/** Ends one that runs, and starts it with its new configuration, while the others do its work. */
async function startAgain(name: string, start: Start, signal: AbortSignal): Promise<void> {
  start.report("notice", `${titleOf(name)}: started again, because others have joined it`, { service: name });
  await endServices(start.layout, [name], start.report);
  const running = new Map([...start.running].filter(([other]) => other !== name));
  await startOne(name, { ...start, running }, signal);
}

async function joinOthers(name: string, start: Start, signal: AbortSignal): Promise<void> {
  const { topology, layout, state, report } = start;
  const at = placeOf(name, topology, layout);
  const address = askedAddress(name, topology, state.value.addresses);
  await service(name).join?.(at)?.({ at, address, report, signal });
}

/** Begins the start of a service, and gives its process. */
async function launchOne(
  name: string,
  start: Start,
  signal: AbortSignal,
): Promise<{ readonly pid: number; readonly ended: Promise<string> }> {
  const { parts, topology, layout, state, started, options, report } = start;
  const at = placeOf(name, topology, layout);
  await prepareService(at, parts);
  signal.throwIfAborted();
  report("starting", `${titleOf(name)}: starting`, { service: name });
  const recorded = libraries([name]).flatMap((library) =>
    recording(options.environment ?? process.env, library.name, name),
  );
  const command = await serviceCommand(at, { ...parts, options: recorded });
  const { pid, ended } = await launch(layout, name, command);
  if (pid === undefined) throw await deathOf(name, layout, await ended, report);
  started.push(name);
  await state.add(name, pid, describeRuntime(name, parts.runtimes), start.isTemporary(name));
  return { pid, ended };
}

/** The address that people want of an instance: its page, or where clients reach it. */
export function shownAddress(
  name: string,
  { addresses, ports, host }: Pick<State, "addresses" | "ports" | "host">,
): string {
  const topology = { hosts: everyHost(host), ports };
  return pageOf(name, topology) ?? askedAddress(name, topology, addresses);
}

async function waitReady(
  name: string,
  start: Start,
  pid: number,
  ended: Promise<string> | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { options, topology, layout, state, report } = start;
  const { timeout = 180_000 } = options;
  const end = performance.now() + timeout;
  let how: string | undefined;
  void ended?.then((ending) => (how = ending));
  const asked = askedAddress(name, topology, state.value.addresses);
  for (;;) {
    const open = await isOpen(asked, signal);
    if (open && (await answers(name, asked, signal))) return;
    signal.throwIfAborted();
    if (how !== undefined || !processRuns(pid)) throw await deathOf(name, layout, how ?? "nobody saw how", report);
    const complaint = open ? await complaintOf(name, asked, signal) : undefined;
    if (complaint !== undefined)
      throw new StreambookError("STACK_DOWN", `${titleOf(name)} runs (process ${pid}), but ${complaint}`);
    if (performance.now() > end) {
      const log = logFile(layout, name);
      throw new StreambookError(
        "TIMEOUT",
        `${titleOf(name)} runs (process ${pid}) but does not answer after ${formatSeconds(timeout / 1000)}; its log is ${log}; if it stays so, stop it and start it again`,
        { hint: { log: name } },
      );
    }
    await delay(100, signal);
  }
}

/** The error for a service that stopped unexpectedly, with the end of its log. */
export async function deathOf(name: string, layout: Layout, how: string, report: Report): Promise<StreambookError> {
  const file = logFile(layout, name);
  const log = await lastRun(file, 30);
  const title = titleOf(name);
  report("died", `${title} has ended (${how}); the end of its log:`, { service: name, log });
  const reason = explainingLine(log);
  const message = `${title} ended while it started (${how})${reason === undefined ? "" : `: ${reason}`}; its log is ${file}`;
  return new StreambookError("SERVICE_DIED", message, { cause: new Error(log.join("\n")), hint: { log: name } });
}
