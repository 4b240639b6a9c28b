/** Runs one service in a container of its own: the same templates and the same Java as on a machine, in the foreground. */
import { spawn } from "node:child_process";
import { until } from "../async/index.ts";
import { systemUser } from "../user/index.ts";
import { findArchives } from "./archives.ts";
import { demandMemory } from "./container-memory.ts";
import {
  CONTAINER_HOSTS,
  CONTAINER_PORTS,
  containerAddresses,
  EVERYWHERE,
  oneService,
  publishedPorts,
  WEBHDFS_OUTSIDE,
} from "./containers.ts";
import { type StackOptions, type Tell, teller } from "./events.ts";
import { writeTaskArguments } from "./hadoop-client.ts";
import { serviceEnvironment, serviceOptions, serviceWords, writeArguments } from "./launch.ts";
import { argumentsFile, type Layout, linkLayout, openLayout } from "./layout.ts";
import { makeFolders, prepareService } from "./prepare.ts";
import { answers } from "./readiness.ts";
import { renderConfiguration, type Settings } from "./render.ts";
import { type ServiceName, SERVICES } from "./services.ts";
import { type Java, requireJars, requireJava } from "./setup.ts";
import { serveOutside } from "./webhdfs-outside.ts";

/** How long a service waits for those it cannot start without, in milliseconds. After that its container starts anew. */
const PATIENCE = 300_000;

/** The settings of a container: each service is called by its own name, on its well-known ports. */
export function containerSettings(layout: Layout, user: string, environment: NodeJS.ProcessEnv = {}): Settings {
  const published = publishedPorts(environment).kafka;
  return { bind: EVERYWHERE, hosts: CONTAINER_HOSTS, ports: CONTAINER_PORTS, published, user, layout };
}

/**
 * Prepares and runs one service. Its log goes to standard output, where the engine bounds it.
 *
 * Where it can, Java takes the place of this process, so that a container holds nothing but its service.
 *
 * @returns its exit code, if this process is still there
 * @throws USAGE for a name that is not one service; SETUP_MISSING without Java, jars or memory; TIMEOUT
 */
export async function runInContainer(name: string, options: StackOptions = {}): Promise<number> {
  const { environment = process.env, signal, onProgress } = options;
  const service = oneService(name);
  const tell = teller(onProgress);
  const layout = openLayout(environment);
  demandMemory(environment);
  const java = await prepare(service, layout, environment, tell, signal);
  const words = [`@${argumentsFile(layout, service)}`, SERVICES[service].main, ...serviceWords(layout, service)];
  if (service !== "namenode" && process.execve !== undefined) {
    process.chdir(layout.home);
    process.execve(java.java, [java.java, ...words], serviceEnvironment(layout, java));
  }
  await using _outside = service === "namenode" ? await openOutside(environment) : undefined;
  return await runToEnd(java, words, layout, signal); // before the door is closed
}

async function prepare(
  service: ServiceName,
  layout: Layout,
  environment: NodeJS.ProcessEnv,
  tell: Tell,
  signal: AbortSignal | undefined,
): Promise<Java> {
  await linkLayout(layout);
  const java = await requireJava(environment);
  await requireJars(layout);
  await makeFolders(layout);
  const settings = containerSettings(layout, systemUser(), environment);
  await renderConfiguration(settings);
  const archives = await findArchives(layout, java);
  await writeTaskArguments(layout, archives.hadoop, environment);
  const state = {
    addresses: containerAddresses(),
    services: {},
    host: service,
    ports: settings.ports,
    java: { home: java.home, version: java.version },
  };
  await prepareService(service, { layout, java, state, tell, archives, signal });
  await writeArguments(layout, service, await serviceOptions(layout, service, archives[SERVICES[service].library]));
  await awaitOthers(service, tell, signal);
  return java;
}

/** An engine that starts its containers again, after a restart of the machine, starts them all at once. */
async function awaitOthers(service: ServiceName, tell: Tell, signal: AbortSignal | undefined): Promise<void> {
  for (const other of SERVICES[service].after) {
    const { title } = SERVICES[other];
    tell("starting", `${SERVICES[service].title}: waiting for ${title}`, { service });
    const ask = (): Promise<boolean> => answers(other, containerAddresses(), signal);
    await until(`${title} to answer`, ask, { timeout: PATIENCE, interval: 500, signal });
  }
}

async function openOutside(environment: NodeJS.ProcessEnv): Promise<AsyncDisposable> {
  return serveOutside({
    port: WEBHDFS_OUTSIDE,
    namenode: Number(SERVICES.namenode.ports["http"]),
    inside: `${CONTAINER_HOSTS.datanode}:${SERVICES.datanode.ports["http"]}`,
    outside: `127.0.0.1:${publishedPorts(environment).datanode}`,
  });
}

/** Runs Java beside this process, and passes SIGTERM on to it. */
async function runToEnd(
  java: Java,
  words: readonly string[],
  layout: Layout,
  signal: AbortSignal | undefined,
): Promise<number> {
  const child = spawn(java.java, words, {
    cwd: layout.home,
    env: serviceEnvironment(layout, java),
    stdio: ["ignore", "inherit", "inherit"],
  });
  const end = (): void => void child.kill("SIGTERM");
  signal?.addEventListener("abort", end, { once: true });
  if (signal?.aborted === true) end();
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(signal?.aborted === true ? 0 : (code ?? 1)));
  });
}
