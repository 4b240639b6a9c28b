/** How the bytes of a file come: a connection that breaks is taken up where it broke, and none is missing at the end. */
import { backOff, delay } from "../async/index.ts";
import { isRetriable, StreambookError } from "../errors/index.ts";
import { download } from "./rest.ts";
import type { WebHdfs } from "./webhdfs.ts";

/**
 * Reads a range of a file.
 *
 * @param path a path that has been checked
 * @param from first byte
 * @param end byte after the last one; the file has as many
 */
export async function* readRange(
  web: WebHdfs,
  path: string,
  from: number,
  end: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const what = `read ${path}`;
  const { signal, timeout } = web.limits;
  const { attempts = 5, onRetry } = web.options.retry ?? {};
  let at = from;
  for (let failures = 0; at < end;) {
    try {
      const parameters = { offset: at, length: end - at };
      const url = await web.dataNode({ method: "GET", path, operation: "OPEN", parameters, what });
      for await (const part of download(url, { method: "GET", what, signal, timeout })) {
        at += part.length;
        yield part;
        failures = 0;
      }
      if (at < end)
        throw new StreambookError(
          "HDFS_FAILED",
          `${path} ended at byte ${at} of ${end}; it may have been replaced, try again`,
        );
    } catch (error) {
      signal?.throwIfAborted();
      if (!isRetriable(error) || ++failures >= attempts) throw error;
      const wait = backOff(failures, web.options.retry);
      onRetry?.(error, failures, wait);
      await delay(wait, signal);
    }
  }
}
