/** Writes files to a new folder beside the old one, and swaps the two when all is written. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { messageOf, StreambookError } from "../lib/src/errors/index.ts";
import { makeOutputFolder } from "../lib/src/project/index.ts";
import { strangerIn } from "../setup/owned.mjs";
import type { Files } from "./assets.ts";

/** Says that a folder is ours to replace. */
const MARK = {
  name: ".streambook-blog",
  text: "Everything in this folder is replaced when the blog is built again: keep nothing of your own in it.\n",
};

/**
 * Makes a folder hold just these files. What was there before stays until all of them are written.
 *
 * @throws NOT_OURS when the folder holds something that was not written here
 */
export async function putInPlace(files: Files, folder: string, signal?: AbortSignal): Promise<void> {
  const target = resolve(folder);
  const stranger = await strangerIn(target, MARK).catch((cause: unknown) => {
    throw cannotWrite(target, cause);
  });
  if (stranger !== undefined)
    throw new StreambookError("NOT_OURS", `${target} holds files that are not of the blog, and would be lost`, {
      hint: { change: ["output"] },
    });
  await makeOutputFolder(dirname(target));
  // A new one, so that it can be removed.
  const beside = await mkdtemp(`${target}.building-`).catch((cause: unknown) => {
    throw cannotWrite(target, cause);
  });
  const [fresh, old] = [join(beside, "new"), join(beside, "old")];
  try {
    const folders = new Set([...files.keys()].map((path) => dirname(join(fresh, path))));
    await Promise.all([...folders].map((path) => mkdir(path, { recursive: true })));
    await mkdir(fresh, { recursive: true });
    await Promise.all([...files].map(([path, content]) => writeFile(join(fresh, path), content)));
    await writeFile(join(fresh, MARK.name), MARK.text);
    signal?.throwIfAborted();
    if (existsSync(target)) await rename(target, old);
    await rename(fresh, target);
  } finally {
    if (!existsSync(target) && existsSync(old)) await rename(old, target);
    await rm(beside, { recursive: true, force: true });
  }
}

function cannotWrite(target: string, cause: unknown): StreambookError {
  return new StreambookError("USAGE", `${target} cannot be written (${messageOf(cause)})`, {
    cause,
    hint: { change: ["output"] },
  });
}
