/** The bridge to `setup/`, which is plain JavaScript because it must run before anything is installed. */
import { pathToFileURL } from "node:url";
import { projectFile } from "./folders.ts";

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

/** Shows how a step of set-up gets on. */
export interface Board {
  readonly show: (step: string, text: string) => void;
  readonly done: (step: string, text: string) => void;
  readonly say: (text: string) => void;
  readonly close: () => void;
}
interface JavaRange {
  readonly lowest: number;
  readonly highest?: number | undefined;
}

/** What a search for a Java came to. */
export interface JavaSearch {
  /** One that answered; it may be one that is not accepted. */
  readonly found?: Java;
  /** Why there is none. */
  readonly problem?: string;
  /** Where it was looked for: "PATH". */
  readonly place: string;
}

interface JavaModule {
  readonly CORE_JAVA: JavaRange;
  readonly accepts: (range: JavaRange, major: number) => boolean;
  readonly describeRange: (range: JavaRange) => string;
  readonly findJava: (environment: NodeJS.ProcessEnv) => Promise<JavaSearch>;
  readonly findJavaFor: (
    range: JavaRange,
    environment: NodeJS.ProcessEnv,
    places?: { readonly folders?: readonly string[]; readonly homes?: readonly string[] },
  ) => Promise<JavaSearch>;
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
interface ProbesModule {
  readonly availableMemory: () => Promise<number>;
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
interface PathsModule {
  readonly coreLibraries: () => string[];
}
interface Modules {
  "java/jars": JarsModule;
  "java/java": JavaModule;
  "machine/probes": ProbesModule;
  "machine/requirements": RequirementsModule;
  "packages/build": BuildModule;
  "packages/packages": PackagesModule;
  lock: LockModule;
  paths: PathsModule;
}

/** A module of `setup/`, by its path there. */
export async function setupModule<Name extends keyof Modules>(name: Name): Promise<Modules[Name]> {
  return (await import(pathToFileURL(projectFile("setup", `${name}.mjs`)).href)) as Modules[Name];
}
