/**
 * How a file is written so that it is there as a whole or not at all: uploaded under a hidden name, checked, and renamed.
 * A failure whose answer was lost is resolved by looking.
 */
import { randomBytes } from "node:crypto";
import { delay } from "../async/index.ts";
import { isStreambookError, messageOf, StreambookError } from "../errors/index.ts";
import { plural } from "../format/index.ts";
import { joinPath, parentOf } from "./path.ts";
import { upload, type Body } from "./rest.ts";
import { booleanOf, notDone, parse, type WebHdfs } from "./webhdfs.ts";

/**
 * Writes a file, and gives its length as HDFS knows it.
 *
 * @param target a path that has been checked
 * @param overwrite whether a file that is there by then is replaced
 */
export async function writeFile(web: WebHdfs, target: string, data: Body, overwrite: boolean): Promise<number> {
  const temporary = joinPath(parentOf(target), `.${randomBytes(8).toString("hex")}.uploading`);
  try {
    const length = await uploadAll(web, temporary, data);
    await moveFile(web, temporary, target, { overwrite, length });
    return length;
  } catch (error) {
    await forget(web, temporary, error);
    throw error;
  }
}

async function uploadAll(web: WebHdfs, path: string, data: Body): Promise<number> {
  const what = `write ${path}`;
  const once = async (): Promise<number> => {
    const parameters = { overwrite: true };
    const url = await web.dataNode({ method: "PUT", path, operation: "CREATE", parameters, what });
    const sent = await upload(url, data, { method: "PUT", what, ...web.limits });
    const length = (await web.stat(path))?.length;
    if (length === sent) return length;
    throw new StreambookError(
      "HDFS_FAILED",
      `HDFS at ${web.address} has ${length ?? "none"} of ${sent} bytes of ${path}; try again`,
    );
  };
  return data instanceof Uint8Array ? web.retry(once) : once();
}

/**
 * Gives a file or folder another name.
 *
 * @param length the length that it has, if it is known
 * @throws HDFS_REFUSED when it was not done, with the reason
 */
export async function moveFile(
  web: WebHdfs,
  from: string,
  to: string,
  { overwrite, length }: { readonly overwrite: boolean; readonly length?: number },
): Promise<void> {
  const what = `rename ${from} to ${to}`;
  const parameters = { destination: to, renameoptions: overwrite ? "OVERWRITE" : "NONE" };
  const move = async (): Promise<void> => {
    const answer = await web.ask({ method: "PUT", path: from, operation: "RENAME", parameters, what });
    if (answer.length > 0 && !booleanOf(parse(answer, what), what))
      throw notDone(`did not ${what}`, "look at both paths");
  };
  try {
    await doneOnce(web, move, () => isMoved(web, from, to, length));
  } catch (error) {
    if (!isStreambookError(error, "NOT_FOUND")) throw error;
    const reason = messageOf(error).replace("; check the path", "");
    throw notDone(reason, "check that the source exists, and the target's folder", error);
  }
}

/**
 * Does what cannot be done twice, and tries it again when it may not have been done: after a try whose answer was lost, a refusal is resolved
 * by looking.
 *
 * @param isDone whether an earlier try has done it
 */
async function doneOnce(web: WebHdfs, operation: () => Promise<void>, isDone: () => Promise<boolean>): Promise<void> {
  let lost = false;
  await web.retry(async () => {
    try {
      await operation();
    } catch (error) {
      if (lost && (await isDone())) return;
      lost ||= isStreambookError(error, "UNREACHABLE") || isStreambookError(error, "TIMEOUT");
      throw error;
    }
  });
}

async function isMoved(web: WebHdfs, from: string, to: string, length: number | undefined): Promise<boolean> {
  const [source, target] = await Promise.all([web.stat(from), web.stat(to)]);
  return source === undefined && target !== undefined && (length === undefined || target.length === length);
}

/**
 * Makes several files one.
 *
 * @param length what they have together: a call whose answer was lost was done if the target has it
 */
export async function concatFiles(
  web: WebHdfs,
  target: string,
  sources: readonly string[],
  length: number,
): Promise<void> {
  const what = `join ${plural(sources.length, "file")} to ${target}`;
  const parameters = { sources: sources.join(",") };
  const join = async (): Promise<void> => {
    await web.ask({ method: "POST", path: target, operation: "CONCAT", parameters, what });
  };
  await doneOnce(web, join, async () => (await web.stat(target))?.length === length);
}

/**
 * Removes what an interrupted write has left, even after an abort; what cannot be removed stays hidden. A DataNode may make the
 * file only after the connection has ended, so a file that is not there yet is looked for again.
 */
async function forget(web: WebHdfs, path: string, error: unknown): Promise<void> {
  const signal = AbortSignal.timeout(5000);
  const rescue = web.with({ signal, timeout: 5000, retry: { attempts: 2 } });
  const said =
    isStreambookError(error, "HDFS_REFUSED") ||
    isStreambookError(error, "HDFS_FAILED") ||
    isStreambookError(error, "NOT_FOUND");
  try {
    for (const wait of said ? [0] : [0, 50, 200, 500]) {
      await delay(wait, signal);
      if (await removePath(rescue, path, false)) return;
    }
  } catch {
    // the error of the write is the one to report
  }
}

/** Removes a file, or with `recursive` a folder; false when nothing was there. */
export function removePath(web: WebHdfs, path: string, recursive: boolean): Promise<boolean> {
  const what = `remove ${path}`;
  return web.decide({ method: "DELETE", path, operation: "DELETE", parameters: { recursive }, what });
}
