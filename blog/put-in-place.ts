/** Writes files to a new folder beside the old one, and swaps the two when all is written. */
import { existsSync, readdirSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { StreambookError } from "../lib/src/errors/index.ts";
import type { Files } from "./assets.ts";

/** Says that a folder is ours to replace. */
const MARK = ".streambook-blog";

/**
 * Makes a folder hold just these files. What was there before stays until all of them are written.
 *
 * @throws USAGE when the folder holds something that was not written here
 */
export async function putInPlace(files: Files, folder: string, signal?: AbortSignal): Promise<void> {
  const target = resolve(folder);
  if (existsSync(target) && readdirSync(target).length > 0 && !existsSync(join(target, MARK)))
    throw new StreambookError(
      "USAGE",
      `${target} holds files that are not of the blog, and would be lost; give --output an empty or a new folder`,
    );
  const fresh = `${target}.new-${process.pid}`;
  const old = `${target}.old-${process.pid}`;
  try {
    await rm(fresh, { recursive: true, force: true });
    const folders = new Set([...files.keys()].map((path) => dirname(join(fresh, path))));
    await Promise.all([...folders].map((path) => mkdir(path, { recursive: true })));
    await mkdir(fresh, { recursive: true });
    await Promise.all([...files].map(([path, content]) => writeFile(join(fresh, path), content)));
    await writeFile(join(fresh, MARK), "");
    signal?.throwIfAborted();
    if (existsSync(target)) await rename(target, old);
    await rename(fresh, target);
  } finally {
    await rm(fresh, { recursive: true, force: true });
    if (existsSync(target)) await rm(old, { recursive: true, force: true });
    else if (existsSync(old)) await rename(old, target);
  }
}
