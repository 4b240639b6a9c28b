/** `streambook reset`: ends the services and removes what they stored. */
import { rm, rmdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { down, refuseExternal } from "./down.ts";
import type { StackOptions } from "./events.ts";
import { type Layout, openLayout, removePlainName } from "./layout.ts";
import { setupModule } from "./setup.ts";

/** Options of {@link reset}. */
export interface ResetOptions extends StackOptions {
  /** Whether the jars and archives go too, so that nothing is left. @default false */
  readonly jars?: boolean;
  /** Asked with what will be removed; nothing happens unless it gives true. @default yes */
  readonly confirm?: (folders: readonly string[]) => Promise<boolean>;
}

/**
 * Removes topics, HDFS, tables, logs and configuration of the stack; the jars stay unless wanted otherwise. Only the
 * folders that the stack has made are removed, whatever else stands beside them.
 *
 * @returns whether it was done
 * @throws USAGE for a stack that runs elsewhere
 */
export async function reset(options: ResetOptions = {}): Promise<boolean> {
  const { environment = process.env, jars = false, confirm, signal } = options;
  refuseExternal(environment, "reset");
  const layout = openLayout(environment);
  const folders = removable(layout, jars);
  if (confirm !== undefined && !(await confirm(folders))) return false;
  await down(options);
  const { withLock } = await setupModule("lock");
  const remove = (): Promise<unknown> =>
    Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 })));
  await withLock(layout.lockFile, "streambook reset", remove, signal === undefined ? {} : { signal });
  await rmdir(layout.home).then(
    () => removePlainName(layout.home),
    () => undefined,
  ); // only if nothing is left in it
  return true;
}

function removable({ home, stateFile, jars, ownsJars }: Layout, withJars: boolean): string[] {
  const folders = ["data", "conf", "logs", "tmp", "users"].map((name) => join(home, name));
  const jarsFolder = ownsJars ? join(home, basename(jars)) : undefined;
  return [...folders, stateFile, ...(withJars && jarsFolder !== undefined ? [jarsFolder] : [])];
}
