// What the library uses of `setup/` by static imports. The compiler of the whole project reads the modules themselves; that of
// `lib` alone, which takes TypeScript only, reads this.
declare module "*/setup/paths.mjs" {
  type Environment = Readonly<Record<string, string | undefined>>;
  export const OWN_HOME: string;
  export function homeFolder(environment?: Environment): string;
  export function jarsFolder(environment?: Environment): string;
}

declare module "*/setup/settings.mjs" {
  type Environment = Readonly<Record<string, string | undefined>>;
  export function setting(name: string, environment?: Environment): string | undefined;
  export function ignoredRequirements(environment?: Environment): Set<string>;
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
  export function homeProblem(home: string): Promise<string | undefined>;
}

declare module "*/setup/work.mjs" {
  export function workFolder(project?: string): string;
}
