/**
 * The cache: what is fetched once for all clones of a user. Each thing has a folder whose name follows from its content, made by one
 * process at a time; a mark that is written last says that it is whole, so nothing half made is ever used.
 */
import { createHash } from "node:crypto";
import { rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { claimCache } from "../../../../setup/owned.mjs";
import { StreambookError } from "../../errors/index.ts";
import { makeFolder, setupModule } from "../../project/index.ts";
import type { Report } from "../events.ts";

/** What fetching needs to know beside the thing. */
export interface FetchOptions {
  /** The folder of the cache. */
  readonly cache: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly report?: Report | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Written last into a folder of the cache. */
const MARK = ".complete";

/** Part of a folder's name that differs for every content. */
export function contentKey(...parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex").slice(0, 16);
}

/** Whether a folder of the cache is whole. */
export async function isComplete(folder: string): Promise<boolean> {
  return (await stat(join(folder, MARK)).catch(() => undefined)) !== undefined;
}

/**
 * Makes a folder of the cache, unless it is whole already; waits for another process that makes it.
 *
 * @param what for the one who waits: "Python packages of superset"
 * @param make fills the folder that it is given
 * @param inPlace whether what is made cannot be moved, as a Python environment. @default false: it is made beside, and renamed when whole
 * @throws NOT_OURS for a cache that holds other things
 */
export async function makeOnce(
  folder: string,
  what: string,
  make: (folder: string) => Promise<void>,
  { cache, report, signal, inPlace = false }: FetchOptions & { readonly inPlace?: boolean },
): Promise<void> {
  if (await isComplete(folder)) return;
  const problem = await claimCache(cache);
  if (problem !== undefined) throw new StreambookError("NOT_OURS", problem);
  await makeFolder(dirname(folder));
  const { withLock } = await setupModule("lock");
  await withLock(
    `${folder}.lock`,
    `fetching ${what}`,
    async () => {
      if (await isComplete(folder)) return;
      const fresh = inPlace ? folder : `${folder}.new`;
      await rm(fresh, { recursive: true, force: true });
      try {
        await make(fresh);
        signal?.throwIfAborted();
        await writeFile(join(fresh, MARK), "");
      } catch (error) {
        await rm(fresh, { recursive: true, force: true, maxRetries: 3 });
        throw error;
      }
      if (inPlace) return;
      await rm(folder, { recursive: true, force: true });
      await rename(fresh, folder);
    },
    {
      ...(signal && { signal }),
      onWait: ({ pid }) => report?.("notice", `process ${pid} is fetching ${what}; waiting for it`),
    },
  );
}

/** How often progress is reported, in milliseconds. */
const PROGRESS_INTERVAL = 5000;

/** Reports progress, but not more often than a person wants to read it. */
export function progressReporter(report: Report | undefined): (message: string) => void {
  let last = -Infinity;
  return (message) => {
    if (performance.now() - last < PROGRESS_INTERVAL) return;
    last = performance.now();
    report?.("preparing", message);
  };
}

/** Where files stay while they are downloaded; a download that was broken off goes on there. */
export async function downloadsFolder(cache: string): Promise<string> {
  const folder = join(cache, "downloads");
  await makeFolder(folder);
  return folder;
}
