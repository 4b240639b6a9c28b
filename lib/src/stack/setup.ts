/** The bridge to `setup/`, which is plain JavaScript because it must run before anything is installed. */
import { pathToFileURL } from "node:url";
import { messageOf, StreambookError } from "../errors/index.ts";
import type { Tell } from "./events.ts";
import { type Layout, projectFile } from "./layout.ts";
import type { Library } from "./service.ts";

/** A Java that was found. */
export interface Java {
  /** The program, absolute. */
  readonly java: string;
  readonly home: string;
  readonly version: string;
  readonly major: number;
  readonly build: string;
}

/** Something the machine must have, and whether it has it. */
export interface Requirement {
  readonly name: string;
  readonly met: boolean;
  readonly found: string;
  readonly problem?: string;
  readonly remedy?: readonly string[];
}

interface Board {
  readonly show: (step: string, text: string) => void;
  readonly done: (step: string, text: string) => void;
  readonly say: (text: string) => void;
  readonly close: () => void;
}
interface JavaModule {
  readonly LOWEST_JAVA: number;
  readonly findJava: (environment: NodeJS.ProcessEnv) => Promise<{ found?: Java; problem?: string; place: string }>;
}
interface JarsModule {
  readonly jarsProblem: (folder: string, libraries: readonly string[]) => Promise<string | undefined>;
  readonly resolveJars: (options: {
    board: Board;
    signal?: AbortSignal;
    folder: string;
    libraries: readonly string[];
    environment: NodeJS.ProcessEnv;
  }) => Promise<boolean>;
}
interface RequirementsModule {
  readonly availableMemory: () => Promise<number>;
  readonly checkRequirements: (options: {
    environment: NodeJS.ProcessEnv;
    home: string;
    jarsMissing: boolean;
    stackRunning: boolean;
  }) => Promise<Requirement[]>;
}
interface PackagesModule {
  readonly missingPackage: () => Promise<string | undefined>;
}
interface BuildModule {
  readonly distIsOld: () => Promise<boolean>;
}
/** A process that holds a lock, or uses the stack. */
export interface Holder {
  readonly pid: number;
  /** Tells it from another process of the same number. */
  readonly start: string;
  /** What it does, as the user called it. */
  readonly what: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

interface LockModule {
  readonly withLock: <T>(
    file: string,
    what: string,
    operation: () => Promise<T>,
    options?: { signal?: AbortSignal; onWait?: (holder: Holder) => void },
  ) => Promise<T>;
  readonly holderOf: (what: string) => Holder;
  readonly processStart: (pid: number) => string;
  readonly lives: (holder: Pick<Holder, "pid" | "start">) => boolean;
}
interface PathsModule {
  readonly coreLibraries: () => string[];
}
interface Modules {
  paths: PathsModule;
  java: JavaModule;
  jars: JarsModule;
  requirements: RequirementsModule;
  packages: PackagesModule;
  build: BuildModule;
  lock: LockModule;
}

/** A module of `setup/`. */
export async function setupModule<Name extends keyof Modules>(name: Name): Promise<Modules[Name]> {
  return (await import(pathToFileURL(projectFile("setup", `${name}.mjs`)).href)) as Modules[Name];
}

/**
 * The Java that runs the services.
 *
 * @throws SETUP_MISSING when there is none, or it is too old
 */
export async function requireJava(environment: NodeJS.ProcessEnv): Promise<Java> {
  const { findJava, LOWEST_JAVA } = await setupModule("java");
  const { found, problem, place } = await findJava(environment);
  if (found === undefined)
    throw new StreambookError(
      "SETUP_MISSING",
      `Java ${LOWEST_JAVA} or newer is needed: ${problem}; \`npm run setup\` says how to install it`,
    );
  if (found.major < LOWEST_JAVA) {
    throw new StreambookError(
      "SETUP_MISSING",
      `Java ${LOWEST_JAVA} or newer is needed, and ${place} is Java ${found.version}; \`npm run setup\` says how to install it`,
    );
  }
  return found;
}

/**
 * Makes sure that the jars of some libraries are in place. Those of the core came with set-up; those that only a further
 * profile needs are fetched here, when they are first needed.
 *
 * @throws SETUP_MISSING when jars of the core are not in place, or others cannot be fetched
 */
export async function requireJars(
  layout: Layout,
  wanted: readonly Library[],
  { environment = process.env, tell, signal }: FetchOptions = {},
): Promise<void> {
  const { jarsProblem, resolveJars } = await setupModule("jars");
  const { coreLibraries } = await setupModule("paths");
  const core = new Set(coreLibraries());
  const names = wanted.map(({ name }) => name);
  const problem = await jarsProblem(
    layout.jarsHome,
    names.filter((name) => core.has(name)),
  );
  if (problem !== undefined)
    throw new StreambookError(
      "SETUP_MISSING",
      `the jars of the services are not in place (${problem}); run \`npm run setup\``,
    );
  for (const { name, megabytes } of wanted) {
    if (core.has(name) || (await jarsProblem(layout.jarsHome, [name])) === undefined) continue;
    const size = megabytes === undefined ? "" : ` (${megabytes} MB)`;
    tell?.("notice", `the jars of ${name}${size} are fetched, once, to ${layout.jarsHome}`);
    const say = (text: string): void => tell?.("preparing", `${name}: ${text}`);
    const board = {
      show: (_step: string, text: string) => say(text),
      done: () => undefined,
      say,
      close: () => undefined,
    };
    try {
      const options = { board, folder: layout.jarsHome, libraries: [name], environment };
      await resolveJars(signal === undefined ? options : { ...options, signal });
    } catch (cause) {
      signal?.throwIfAborted();
      throw new StreambookError("SETUP_MISSING", messageOf(cause), { cause });
    }
  }
}

/** Options of {@link requireJars}. */
export interface FetchOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly tell?: Tell;
  readonly signal?: AbortSignal | undefined;
}
