/** Files that appear whole or not at all. */
import { randomUUID } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";

/** Writes beside the place and renames, so that a reader never meets half a file. */
export async function writeWhole(path: string, content: string | Iterable<string>): Promise<void> {
  const beside = `${path}.${randomUUID()}.partial`;
  try {
    const file = await open(beside, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true });
    throw error;
  }
}
