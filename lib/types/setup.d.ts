// What the library uses of `setup/` by static imports. The compiler of the whole project reads the modules themselves; that of
// `lib` alone, which takes TypeScript only, reads this.
declare module "*/setup/paths.mjs" {
  type Environment = Readonly<Record<string, string | undefined>>;
  export const OWN_HOME: string;
  export function homeFolder(environment?: Environment): string;
  export function jarsFolder(environment?: Environment): string;
  export function coreLibraries(): string[];
  export function cacheFolder(environment?: Environment): string;
  export function canWrite(folder: string): Promise<boolean>;
  export function onPath(name: string, environment?: Environment): string | undefined;
}

declare module "*/setup/settings.mjs" {
  type Environment = Readonly<Record<string, string | undefined>>;
  export function setting(name: string, environment?: Environment): string | undefined;
  export function ignoredRequirements(environment?: Environment): Set<string>;
  export function misspeltSettings(known: readonly string[], environment?: Environment): string[];
  export function settingsProblem(environment?: Environment): string | undefined;
}

declare module "*/setup/owned.mjs" {
  interface Mark {
    readonly name: string;
    readonly text: string;
  }
  export const HOME_MARK: Mark;
  export function strangerIn(folder: string, mark: Mark): Promise<string | undefined>;
  export function claimFolder(
    folder: string,
    mark: Mark,
    options?: { readonly trusted?: boolean },
  ): Promise<string | undefined>;
  export function makeFolder(folder: string): Promise<void>;
  export function claimHome(home: string): Promise<string | undefined>;
  export function claimCache(folder: string): Promise<string | undefined>;
  export function homeProblem(home: string): Promise<string | undefined>;
}

declare module "*/setup/run.mjs" {
  interface Ended {
    readonly code: number | null;
    readonly signal: NodeJS.Signals | null;
    readonly lines: string[];
  }
  export function run(
    command: readonly string[],
    options?: {
      readonly cwd?: string;
      readonly env?: NodeJS.ProcessEnv;
      readonly signal?: AbortSignal;
      readonly onLine?: (line: string) => void;
    },
  ): Promise<Ended>;
  export function networkFailure(lines: readonly string[]): string | undefined;
}

declare module "*/setup/recorded.mjs" {
  export function hashFile(file: string): Promise<string>;
}

declare module "*/setup/machine/python.mjs" {
  export const LOWEST_PYTHON: string;
  export const INSTALL_PYTHON: readonly string[];
  export function findPython(
    wanted: { readonly name: string; readonly lowest?: string; readonly highest?: string },
    environment?: Readonly<Record<string, string | undefined>>,
  ): Promise<{ readonly program: string; readonly version: string }>;
}

declare module "*/setup/machine/environment.mjs" {
  type Environment = Record<string, string | undefined>;
  export function mavenEnvironment(environment?: Environment): Environment;
  export function pythonEnvironment(environment?: Environment): Environment;
}

declare module "*/setup/machine/certificates.mjs" {
  type Environment = Record<string, string | undefined>;
  interface Trust {
    readonly npm: Environment;
    readonly pip: Environment;
    readonly maven: string[];
  }
  export function givenAuthorities(environment?: Environment): Promise<string[]>;
  export function withTrust<T>(environment: Environment, operation: (trust: Trust) => Promise<T>): Promise<T>;
  export function trustProblem(what: string, lines: readonly string[]): Error | undefined;
}

declare module "*/setup/learner/work.mjs" {
  export function workFolder(project?: string): string;
}
