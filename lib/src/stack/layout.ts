/** Where the stack keeps its things, and the names of these folders that Java and shells can be given. */
import { createHash } from "node:crypto";
import { accessSync, constants, realpathSync } from "node:fs";
import { lstat, readlink, symlink, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { claimHome } from "../../../setup/owned.mjs";
import { cacheFolder, jarsFolder } from "../../../setup/paths.mjs";
import { settingsProblem } from "../../../setup/settings.mjs";
import { StreambookError } from "../errors/index.ts";
import { homeFolder } from "../project/index.ts";

/** The folders of one stack. */
export interface Layout {
  /** The folder of everything, as the user named it. */
  readonly home: string;
  /** What the services store. */
  readonly data: string;
  /** The rendered configuration. */
  readonly conf: string;
  readonly logs: string;
  readonly temporary: string;
  /** Addresses and processes: {@link State}. */
  readonly stateFile: string;
  readonly lockFile: string;
  /** One folder of jars for each library. */
  readonly jars: string;
  /** The same, as the user named it. */
  readonly jarsHome: string;
  /** What is fetched once for all clones of a user: JDKs, Python environments, unpacked archives. */
  readonly cache: string;
  /** The same, as the user named it. */
  readonly cacheHome: string;
  /** Class-data archives, beside the jars they are made of. */
  readonly archives: string;
  /** Whether the jars are the home's own, and archives may be built beside them. */
  readonly ownsJars: boolean;
}

/**
 * The folders of the stack that an environment names.
 *
 * Hadoop's scripts split at spaces, class paths at colons, settings at commas. So a folder whose name has anything but
 * letters, digits and `._-` is given to the services under another name: a symbolic link in {@link fixedPlace}.
 */
export function openLayout(environment: NodeJS.ProcessEnv = process.env): Layout {
  const unclear = settingsProblem(environment);
  if (unclear !== undefined) throw new StreambookError("USAGE", unclear);
  const home = homeFolder(environment);
  const own = join(home, "jars");
  const jars = jarsFolder(environment);
  const plainHome = plainName(home);
  const cache = cacheFolder(environment);
  const plainJars = jars === own ? join(plainHome, "jars") : plainName(jars);
  return {
    home,
    data: join(plainHome, "data"),
    conf: join(plainHome, "conf"),
    logs: join(plainHome, "logs"),
    temporary: join(plainHome, "tmp"),
    stateFile: join(home, "state.json"),
    lockFile: join(home, "stack.lock"),
    jars: plainJars,
    jarsHome: jars,
    cache: plainName(cache),
    cacheHome: cache,
    archives: join(plainJars, "archives"),
    ownsJars: jars === own,
  };
}

/** The file that holds the options of a service's Java, or of a task's or a client's. Its name on a command line is how a process is known. */
export function argumentsFile(layout: Layout, name: string): string {
  return join(layout.conf, "arguments", `${name}.args`);
}

/**
 * A name for a folder that needs no quoting anywhere: its own, or that of the link which {@link linkPlainName} makes. It is the
 * same however the folder is reached, because the processes of a stack are known by it.
 */
export function plainName(folder: string): string {
  const real = realName(folder);
  return /^[\w./-]+$/.test(real) ? real : linkOf(real);
}

/** The name of a folder without symbolic links on the way; what is not there yet keeps the name that it will have. */
function realName(folder: string): string {
  try {
    return realpathSync(folder);
  } catch {
    return dirname(folder) === folder ? folder : join(realName(dirname(folder)), basename(folder));
  }
}

/**
 * Makes sure that the home is ours before anything is written there, or removed.
 *
 * @throws NOT_OURS for a folder that holds other things
 */
export async function openHome({ home }: Pick<Layout, "home">): Promise<void> {
  const problem = await claimHome(home);
  if (problem !== undefined) throw new StreambookError("NOT_OURS", problem);
}

/**
 * The home of an environment, which is certainly ours.
 *
 * @throws NOT_OURS for a folder that holds other things
 */
export async function claimedHome(environment: NodeJS.ProcessEnv = process.env): Promise<string> {
  const home = homeFolder(environment);
  await openHome({ home });
  return home;
}

/**
 * Makes the home, and the links that the names of a layout go through. Before services start, or are called.
 *
 * @throws NOT_OURS for a home that holds other things
 */
export async function linkLayout(layout: Layout): Promise<void> {
  await openHome(layout);
  await linkPlainName(layout.home);
  if (!layout.ownsJars) await linkPlainName(layout.jarsHome);
  await linkPlainName(layout.cacheHome);
}

/** Makes the link of a folder's {@link plainName}, if it needs one. */
export async function linkPlainName(folder: string): Promise<void> {
  const real = realName(folder);
  const link = plainName(folder);
  const target = await linkTarget(link);
  if (link === real || target === real) return;
  if (target !== undefined) await unlink(link).catch(() => undefined); // a link of ours that leads elsewhere
  await symlink(real, link, "dir").catch(async (error: unknown) => {
    if ((await linkTarget(link)) === real) return; // another command has just made it
    const why = `which the services need because the name of ${folder} has spaces or unusual characters`;
    throw new StreambookError(
      "SETUP_MISSING",
      `cannot make the link ${link}, ${why}; move the project, or remove that file`,
      { cause: error },
    );
  });
}

/** Removes the link of a folder's {@link plainName}, if it has one. */
export async function removePlainName(folder: string): Promise<void> {
  const real = realName(folder);
  const link = linkOf(real);
  if ((await linkTarget(link)) === real) await unlink(link);
}

function linkOf(folder: string): string {
  const id = createHash("sha256").update(folder).digest("hex").slice(0, 12);
  return join(fixedPlace(), `streambook-${userNumber()}-${id}`);
}

/**
 * A folder for what every command of a user must find again: links to homes, claims of ports. Not `TMPDIR`: that is each shell's
 * own, and may have blanks in it.
 */
export function fixedPlace(): string {
  return ["/tmp", "/var/tmp"].find(isWritable) ?? tmpdir();
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The number of the user; a user number need not have a name. */
export function userNumber(): number {
  return process.getuid?.() ?? 0;
}

/** Where a link of ours points; undefined if it is something else, or somebody else's. */
async function linkTarget(link: string): Promise<string | undefined> {
  try {
    const { uid } = await lstat(link);
    return uid === userNumber() || uid === 0 ? await readlink(link) : undefined;
  } catch {
    return undefined;
  }
}
