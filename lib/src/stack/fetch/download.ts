/** Downloads of large files: one that was broken off goes on where it stopped, and only a file with the recorded checksum counts. */
import { open, rename, rm, stat } from "node:fs/promises";
import { basename } from "node:path";
import { hashFile } from "../../../../setup/recorded.mjs";
import { downloadThroughProxy } from "../../address/index.ts";
import { retry } from "../../async/index.ts";
import { isStreambookError, messageOf, StreambookError } from "../../errors/index.ts";
import { trustGivenAuthorities } from "../../project/index.ts";

/** Options of {@link download}. */
export interface DownloadOptions {
  /** The SHA-256 that the file must have, hexadecimal. */
  readonly sha256: string;
  /** Called about once a second. @param total bytes of the whole file; undefined when the server does not say */
  readonly onBytes?: ((bytes: number, total: number | undefined) => void) | undefined;
  /** How long the server may send nothing, in milliseconds. @default 30000 */
  readonly timeout?: number | undefined;
  /** How often it is tried in all. @default 5 */
  readonly attempts?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Downloads a file, through `FILE.part`. What is there of an earlier try is kept, and only the rest is asked for.
 *
 * @throws UNREACHABLE when the server cannot be reached, or refuses; SETUP_MISSING for a file with another checksum
 */
export async function download(url: string, file: string, options: DownloadOptions): Promise<void> {
  const { sha256, attempts = 5, signal } = options;
  if ((await hashFile(file).catch(() => undefined)) === sha256) return;
  const part = `${file}.part`;
  downloadThroughProxy();
  await trustGivenAuthorities();
  // Every try goes on where the last one was broken off.
  await retry(() => continueDownload(url, part, options), { attempts, minimumDelay: 500, signal });
  const actual = await hashFile(part);
  if (actual === sha256) return rename(part, file);
  await rm(part, { force: true });
  throw new StreambookError(
    "SETUP_MISSING",
    `${basename(file)} is not the file that the project recorded (SHA-256 ${actual.slice(0, 12)}…, recorded ${sha256.slice(0, 12)}…); ` +
      "it was removed: try again, and if it stays so, check what stands between this machine and the repository",
  );
}

async function continueDownload(url: string, part: string, options: DownloadOptions): Promise<void> {
  const { onBytes, timeout = 30_000, signal } = options;
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), timeout);
  try {
    const from = await stat(part).then(
      ({ size }) => size,
      () => 0,
    );
    const response = await fetch(url, {
      headers: { "accept-encoding": "identity", ...(from > 0 && { range: `bytes=${from}-` }) },
      signal: signal === undefined ? silence.signal : AbortSignal.any([signal, silence.signal]),
    });
    if (response.status === 416) return; // all of it is here
    if (!response.ok || response.body === null) throw refusal(url, response.status);
    const isRest = response.status === 206;
    const length = Number(response.headers.get("content-length") ?? Number.NaN);
    let bytes = isRest ? from : 0;
    const total = Number.isNaN(length) ? undefined : bytes + length;
    const handle = await open(part, isRest ? "a" : "w");
    try {
      let shown = 0;
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        await handle.writeFile(chunk);
        bytes += chunk.byteLength;
        timer.refresh();
        if (performance.now() - shown < 1000) continue;
        shown = performance.now();
        onBytes?.(bytes, total);
      }
    } finally {
      await handle.close();
    }
    if (total !== undefined && bytes < total) throw broken(url, `it ended after ${bytes} of ${total} bytes`);
  } catch (error) {
    signal?.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    if (isStreambookError(error) || code === "ENOSPC" || code === "EACCES") throw error;
    throw broken(url, silence.signal.aborted ? `nothing came for ${timeout / 1000} s` : causeOf(error));
  } finally {
    clearTimeout(timer);
  }
}

/** A refusal says nothing that another try would change, except that the server is overloaded. */
function refusal(url: string, status: number): StreambookError {
  if (status === 429 || status >= 500) return broken(url, `the server answers ${status}`);
  return new StreambookError("NOT_FOUND", `${new URL(url).host} refuses ${basename(url)} (HTTP status ${status})`);
}

function broken(url: string, why: string): StreambookError {
  return new StreambookError(
    "UNREACHABLE",
    `${basename(url)} cannot be downloaded from ${new URL(url).host} (${why}); check the network and try again: what has arrived is kept`,
  );
}

/** `fetch` says "fetch failed", and the reason in its cause. */
function causeOf(error: unknown): string {
  const { cause } = error as Error;
  return cause instanceof Error ? messageOf(cause) : messageOf(error);
}

/** "12 of 57 MB" */
export function describeProgress(bytes: number, total: number | undefined): string {
  const megabytes = Math.round(bytes / 1e6);
  return total === undefined ? `${megabytes} MB` : `${megabytes} of ${Math.round(total / 1e6)} MB`;
}
