/** Where the stack keeps its things, and the names of these folders that Java and shells can be given. */
import { createHash } from "node:crypto";
import { lstat, mkdir, readlink, symlink, unlink } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { StreambookError } from "../errors/index.ts";
import { homeFolder, projectFolder } from "./addresses.ts";

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
  /** Class-data archives, beside the jars they are made of. */
  readonly archives: string;
  /** Whether the jars are the home's own, and archives may be built beside them. */
  readonly ownsJars: boolean;
}

/**
 * The folders of the stack that an environment names.
 *
 * Hadoop's scripts split at spaces, class paths at colons, settings at commas. So a folder whose name has anything but
 * letters, digits and `._-` is given to the services under another name: a symbolic link in the folder for temporary files.
 */
export function openLayout(environment: NodeJS.ProcessEnv = process.env): Layout {
  const home = homeFolder(environment);
  const own = join(home, "jars");
  const jars = resolve(environment["STREAMBOOK_JARS"] || own);
  const plainHome = plainName(home);
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
    archives: join(plainJars, "archives"),
    ownsJars: jars === own,
  };
}

/** The file that holds the options of a service's Java, or of a task's or a client's. Its name on a command line is how a process is known. */
export function argumentsFile(layout: Layout, name: string): string {
  return join(layout.conf, "arguments", `${name}.args`);
}

/** The project's own file. */
export function projectFile(...parts: string[]): string {
  return join(projectFolder(), ...parts);
}

/** A name for a folder that needs no quoting anywhere: its own, or that of the link which {@link linkPlainName} makes. */
export function plainName(folder: string): string {
  return /^[\w./-]+$/.test(folder) ? folder : linkOf(folder);
}

/** Makes the links that the names of a layout go through. Before services start, or are called. */
export async function linkLayout(layout: Layout): Promise<void> {
  await mkdir(layout.home, { recursive: true });
  await linkPlainName(layout.home);
  if (!layout.ownsJars) await linkPlainName(layout.jarsHome);
}

/** Makes the link of a folder's {@link plainName}, if it needs one. */
export async function linkPlainName(folder: string): Promise<void> {
  const link = plainName(folder);
  if (link === folder || (await linkTarget(link)) === folder) return;
  await unlink(link).catch(() => undefined);
  await symlink(folder, link, "dir").catch(async (error: unknown) => {
    if ((await linkTarget(link)) === folder) return; // another command has just made it
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
  const link = linkOf(folder);
  if ((await linkTarget(link)) === folder) await unlink(link);
}

function linkOf(folder: string): string {
  const id = createHash("sha256").update(folder).digest("hex").slice(0, 12);
  return join(tmpdir(), `streambook-${userInfo().uid}-${id}`);
}

/** Where a link of ours points; undefined if it is something else, or somebody else's. */
async function linkTarget(link: string): Promise<string | undefined> {
  try {
    const { uid } = await lstat(link);
    return uid === userInfo().uid || uid === 0 ? await readlink(link) : undefined;
  } catch {
    return undefined;
  }
}
