/** `streambook reset`: ends the services and removes what they stored. */
import { readdir, rm, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { HOME_MARK } from "../../../../setup/owned.mjs";
import { down, refuseExternal } from "./down.ts";
import type { StackOptions } from "../events.ts";
import { type Layout, openHome, openLayout, removePlainName } from "../layout.ts";
import { setupModule } from "../../project/index.ts";

/** Options of {@link reset}. */
export interface ResetOptions extends StackOptions {
  /** Whether the jars and archives go too, so that nothing is left except a cache that other clones share. @default false */
  readonly jars?: boolean;
  /** Asked with what will be removed; nothing happens unless it gives true. @default yes */
  readonly confirm?: (folders: readonly string[]) => Promise<boolean>;
}

/**
 * Removes topics, HDFS, tables, logs and configuration of the stack; the jars stay unless wanted otherwise. Only in a home
 * that its mark says is ours, and there only what the stack has made.
 *
 * @returns whether it was done
 * @throws USAGE for a stack that runs elsewhere; NOT_OURS for a home that holds other things
 */
export async function reset(options: ResetOptions = {}): Promise<boolean> {
  const { environment = process.env, jars = false, confirm, signal } = options;
  refuseExternal(environment, "reset");
  const layout = openLayout(environment);
  await openHome(layout);
  const folders = removable(layout, jars);
  if (confirm !== undefined && !(await confirm(folders))) return false;
  await down(options);
  const { withLock } = await setupModule("lock");
  const remove = (): Promise<unknown> =>
    Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 })));
  await withLock(layout.lockFile, "streambook reset", remove, signal === undefined ? {} : { signal });
  await removeEmptyHome(layout.home);
  return true;
}

/** A home that nothing is left in goes, with its mark and its plain name. */
async function removeEmptyHome(home: string): Promise<void> {
  const left = await readdir(home);
  if (left.some((name) => name !== HOME_MARK.name)) return;
  await removePlainName(home); // while the folder is there, and its name can be read
  await rm(join(home, HOME_MARK.name), { force: true });
  await rmdir(home).catch(() => undefined); // unless another command has just begun to use it
}

function removable({ home, stateFile, jarsHome, ownsJars, cacheHome }: Layout, withJars: boolean): string[] {
  const ownsCache = cacheHome.startsWith(`${home}/`); // else other clones use it
  const folders = ["data", "conf", "logs", "tmp", "users"].map((name) => join(home, name));
  return [
    ...folders,
    stateFile,
    ...(withJars && ownsJars ? [jarsHome] : []),
    ...(withJars && ownsCache ? [cacheHome] : []),
  ];
}
