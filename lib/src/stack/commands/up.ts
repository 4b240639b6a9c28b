/** `streambook up`: starts what is missing and waits until it works. */
import { StreambookError } from "../../errors/index.ts";
import { setupModule } from "../../project/index.ts";
import { systemUser } from "../../user/index.ts";
import { type Addresses, isExternal, knownAddresses } from "../addresses.ts";
import { inOrder, resolveServices } from "../catalog/index.ts";
import { type Report, reporter, type StackOptions } from "../events.ts";
import { demandExternal, externalNames, withExternal } from "../external.ts";
import { demandRuntimes } from "../fetch/runtimes.ts";
import { buildArchivesInBackground, findArchives } from "../launch/archives.ts";
import { demandMemory } from "../launch/memory.ts";
import { nameOwnHost } from "../launch/own-host.ts";
import { makeFolders } from "../launch/prepare.ts";
import { renderConfiguration } from "../launch/render.ts";
import { type Layout, linkLayout, openLayout } from "../layout.ts";
import { findServices } from "../observe/running.ts";
import { demandSecrets } from "../secrets.ts";
import { addressesOf, everyHost } from "../place.ts";
import { readState, type State } from "../state.ts";
import { endServices } from "./down.ts";
import { writeTaskArguments } from "./hadoop-client.ts";
import { LiveState, stillRecorded } from "./live-state.ts";
import { keepPorts, portsFor } from "./moved.ts";
import { absentPartners, quorumPartners, toldOfPartners } from "./partners.ts";
import { startAll } from "./start.ts";

/** Options of {@link up}. */
export interface UpOptions extends StackOptions {
  /** Services and groups: "kafka", "hdfs", …; what they need comes with them. @default the core */
  readonly services?: readonly string[];
  /** Longest wait for one service, in milliseconds. @default 180000 */
  readonly timeout?: number;
  /**
   * Whether what this call starts ends with the last program that uses it ({@link downIfUnused}). What was asked for without it
   * stays until `down`, also what ran already.
   * @default false
   */
  readonly temporary?: boolean;
}

/** What {@link up} gives. */
export interface RunningStack {
  readonly addresses: Addresses;
  /** Those that this call has started; the others ran already. */
  readonly started: readonly string[];
}

const HOST = "127.0.0.1";

/**
 * Starts the services that do not run, and returns when all that are wanted work. Calling it again is cheap.
 * Services that run elsewhere (`STREAMBOOK_STACK=external`, or an address in the environment) are only asked whether they work.
 *
 * @throws NOT_OURS for a home that holds other things; SETUP_MISSING without Java, jars or memory; SERVICE_DIED when a service ends while it starts; TIMEOUT when one does not
 *   answer in time; UNREACHABLE for an external service that does not answer. Services that did start keep running.
 *
 * @example
 * ```ts no-run
 * import { up } from "streambook/stack";
 * const { addresses } = await up({ services: ["kafka"], onProgress: ({ message }) => console.log(message) });
 * console.log(addresses.kafka);
 * ```
 */
export async function up(options: UpOptions = {}): Promise<RunningStack> {
  const { environment = process.env, signal, onProgress } = options;
  const all = resolveServices(options.services);
  const wanted = all.filter((name) => !isExternal(name, environment));
  const report = reporter(onProgress);
  await demandExternal(
    all.filter((name) => isExternal(name, environment)),
    environment,
    signal,
  );
  if (wanted.length === 0)
    return { addresses: (await knownAddresses(environment)) as unknown as Addresses, started: [] };
  if (process.platform === "win32") {
    throw new StreambookError(
      "SETUP_MISSING",
      "the services run on Linux and macOS; on Windows, open the project in WSL",
    );
  }
  const layout = openLayout(environment);
  await linkLayout(layout);
  const { withLock } = await setupModule("lock");
  return withLock(
    layout.lockFile,
    "streambook up",
    () => bringUp(layout, wanted, { ...options, environment }, report),
    {
      ...(signal && { signal }),
      onWait: ({ pid, what }) => report("notice", `\`${what}\` (process ${pid}) is using this stack; waiting for it`),
    },
  );
}

/** `up` with the lock in hand. */
async function bringUp(
  layout: Layout,
  named: readonly string[],
  options: UpOptions & { environment: NodeJS.ProcessEnv },
  report: Report,
): Promise<RunningStack> {
  const { environment, signal } = options;
  const running = await findServices(layout);
  const joined = await quorumPartners(layout, named);
  const wanted = inOrder([...named, ...joined]);
  // Those that run may have to start again, when an address of theirs moves.
  const needed = inOrder([...wanted, ...running.keys()]);
  const elsewhere = externalNames(environment);
  const runtimes = await demandRuntimes(layout, needed, { environment, beside: elsewhere, report, signal });
  await demandMemory(
    wanted.filter((name) => !running.has(name)),
    environment,
  );
  const before = await readState(layout.stateFile);
  const { choice, stale } = await portsFor(layout, before, wanted, running, options, report);
  const started: string[] = [];
  try {
    await makeFolders(layout);
    await nameOwnHost(layout);
    const all = inOrder([...wanted, ...stale]);
    const together = inOrder([...all, ...running.keys()]);
    const secrets = await demandSecrets(layout, [...together, ...elsewhere], environment);
    const topology = withExternal(
      { bind: HOST, hosts: everyHost(HOST), ports: choice.ports, running: new Set(together), secrets },
      environment,
    );
    await keepPorts(layout, choice.ports, together);
    await renderConfiguration(together, { topology, user: systemUser(), layout });
    const archives = await findArchives(layout, runtimes.javas);
    if (runtimes.javas.size > 0) await writeTaskArguments(layout, archives, environment);
    const state = new LiveState(layout, {
      addresses: addressesOf(topology),
      services: stillRecorded(before, running, layout, topology, all),
      host: HOST,
      ports: choice.ports,
    });
    if (options.temporary !== true && state.keep(wanted))
      report("notice", "services that a run has started stay up now when it ends");
    await state.save();
    const isTemporary = (name: string): boolean => endsWithRun(name, before, wanted, options);
    const parts = { runtimes, archives, addresses: state.value.addresses, report };
    const absent = await absentPartners(layout, together);
    if (absent !== undefined) report("notice", absent);
    const told = toldOfPartners(all, new Set(running.keys()), joined);
    await startAll(all, {
      ...{ parts, topology, layout, state, running, started, isTemporary, options, report },
      ...{ joined, told },
    });
    if (await buildArchivesInBackground(layout, runtimes.javas, environment)) {
      report("notice", "class-data archives are being built in the background; the next start will be quicker");
    }
    return { addresses: state.value.addresses, started };
  } catch (error) {
    if (signal?.aborted === true && started.length > 0) await endServices(layout, started, report); // nothing half-begun stays
    throw error;
  } finally {
    await choice.release();
  }
}

/** Whether a service that is started now ends with the run: not if somebody asked for it before, or does so now. */
function endsWithRun(
  name: string,
  before: State | undefined,
  wanted: readonly string[],
  { temporary = false }: UpOptions,
): boolean {
  const recorded = before?.services[name];
  if (recorded !== undefined && (temporary || !wanted.includes(name))) return recorded.temporary === true;
  return temporary;
}
