/** The bridge to `setup/`, which is plain JavaScript because it must run before anything is installed. */
import { pathToFileURL } from "node:url";
import { StreambookError } from "../errors/index.ts";
import { type Layout, projectFile } from "./layout.ts";

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

interface JavaModule {
  readonly LOWEST_JAVA: number;
  readonly findJava: (environment: NodeJS.ProcessEnv) => Promise<{ found?: Java; problem?: string; place: string }>;
}
interface JarsModule {
  readonly jarsProblem: (folder: string) => Promise<string | undefined>;
}
interface RequirementsModule {
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
interface Modules {
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
 * @throws SETUP_MISSING when the jars are not in place
 */
export async function requireJars(layout: Layout): Promise<void> {
  const { jarsProblem } = await setupModule("jars");
  const problem = await jarsProblem(layout.jarsHome);
  if (problem !== undefined)
    throw new StreambookError(
      "SETUP_MISSING",
      `the jars of the services are not in place (${problem}); run \`npm run setup\``,
    );
}
