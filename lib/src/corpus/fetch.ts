/** Texts from the web, made fit for the course: plain UTF-8, without what a library puts around its books. */
import { link, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { downloadThroughProxy, proxyFor } from "../address/index.ts";
import { anySignal, retry } from "../async/index.ts";
import { messageOf, StreambookError } from "../errors/index.ts";
import { formatBytes, formatSeconds } from "../format/index.ts";
import { makeOutputFolder, writingInto } from "../project/index.ts";
import { type Cut, cutGutenberg } from "./gutenberg.ts";
import { readPlainText } from "./plain-text.ts";

/** Options of {@link fetchTexts}. */
export interface FetchOptions {
  /** Replaces files that are there; without it they are an error. @default false */
  readonly overwrite?: boolean | undefined;
  /** Refuses texts of more bytes. @default 100000000 */
  readonly maximumBytes?: number | undefined;
  /** How long an address may send nothing, in milliseconds. A slow one may take as long as it needs. @default 30000 */
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of each text when it is there. */
  readonly onText?: ((text: FetchedText) => void) | undefined;
}

/** A text that was downloaded. */
export interface FetchedText {
  readonly url: string;
  /** Where it was written. */
  readonly file: string;
  /** How many bytes the file has. */
  readonly bytes: number;
  /** How many bytes of header and footer were left out. */
  readonly stripped: number;
  /** The header of Project Gutenberg that was cut, if one was recognised. */
  readonly header: Cut | undefined;
  /** The footer that was cut, if one was recognised. */
  readonly footer: Cut | undefined;
}

/**
 * Downloads texts to a folder, one after the other. A text is written when it is whole and found good; its file is named
 * after the last part of its address.
 *
 * @param urls addresses of http or https
 * @param folder made if it is missing
 * @throws USAGE for an address of another kind, or when a file already exists; NOT_FOUND; UNREACHABLE; TIMEOUT; NOT_UTF8;
 * TEXT_REFUSED for web pages, binary files and what is too large
 */
export async function fetchTexts(
  urls: readonly string[],
  folder: string,
  options: FetchOptions = {},
): Promise<FetchedText[]> {
  const { overwrite = false, maximumBytes = 100e6, timeout = 30_000, signal } = options;
  const addresses = urls.map(parseAddress);
  const names = fileNames(addresses);
  await makeOutputFolder(folder);
  downloadThroughProxy();
  const texts: FetchedText[] = [];
  for (const [index, url] of addresses.entries()) {
    const download = (): Promise<Buffer> => getWithin(timeout, url, maximumBytes, signal);
    const bytes = await retry(download, { attempts: 3, minimumDelay: 500, signal });
    const plain = readPlainText(bytes, url.href);
    const { body: text, header, footer } = cutGutenberg(plain);
    if (text.trim() === "") throw new StreambookError("TEXT_REFUSED", `${url.href} holds no text; check the address`);
    const file = join(folder, names[index] as string);
    await writingInto(folder, () => writeNew(file, text, overwrite));
    const size = Buffer.byteLength(text);
    texts.push({ url: url.href, file, bytes: size, stripped: Buffer.byteLength(plain) - size, header, footer });
    options.onText?.(texts.at(-1) as FetchedText);
  }
  return texts;
}

function parseAddress(url: string): URL {
  const address = URL.parse(url);
  if (address === null || !["http:", "https:"].includes(address.protocol)) {
    throw new StreambookError(
      "USAGE",
      `"${url}" is not an address that can be fetched; it must begin with http:// or https://`,
    );
  }
  return address;
}

/** A file name for each address: letters, digits and `._-` only, ending as a text, and none twice. */
function fileNames(addresses: readonly URL[]): string[] {
  const taken = new Set<string>();
  return addresses.map((address) => {
    const last = address.pathname.split("/").findLast((part) => part !== "") ?? address.hostname;
    const safe = last
      .replaceAll(/%[0-9a-f]{2}|[^\w.-]/gi, "-")
      .replace(/^[.-]+/, "")
      .slice(0, 100);
    const stem = safe.replace(/\.(?:txt|md|utf-8)+$/i, "").replace(/\.txt$/i, "") || "text";
    const extension = /\.md$/i.test(safe) ? ".md" : ".txt";
    let name = `${stem}${extension}`;
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${stem}-${n}${extension}`;
    taken.add(name.toLowerCase());
    return name;
  });
}

/**
 * Downloads an address that keeps sending.
 *
 * @throws TIMEOUT when it sends nothing for so long
 */
async function getWithin(
  silence: number,
  url: URL,
  maximumBytes: number,
  signal: AbortSignal | undefined,
): Promise<Buffer> {
  signal?.throwIfAborted();
  const silent = new AbortController();
  const timer = setTimeout(() => {
    const message = `${url.href} has sent nothing for ${formatSeconds(silence / 1000)}; try again later`;
    silent.abort(new StreambookError("TIMEOUT", message));
  }, silence);
  try {
    return await get(url, maximumBytes, anySignal(signal, silent.signal), () => timer.refresh());
  } finally {
    clearTimeout(timer);
  }
}

/** Downloads an address, no more than so many bytes. */
async function get(url: URL, maximumBytes: number, signal: AbortSignal, onPart: () => void): Promise<Buffer> {
  let response: Response;
  try {
    response = await fetch(url, { signal, headers: { accept: "text/plain, text/*;q=0.8, */*;q=0.1" } });
  } catch (cause) {
    signal.throwIfAborted();
    throw noAnswer(url, cause as Error);
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw refusal(url, response);
  }
  const tooLarge = new StreambookError(
    "TEXT_REFUSED",
    `${url.href} is larger than ${formatBytes(maximumBytes)}; choose a shorter text, or allow more`,
    { hint: { change: ["maximumSize"] } },
  );
  if (Number(response.headers.get("content-length") ?? 0) > maximumBytes) {
    await response.body?.cancel();
    throw tooLarge;
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      onPart();
      size += part.length;
      if (size > maximumBytes) throw tooLarge;
      parts.push(part);
    }
  } catch (cause) {
    if (cause === tooLarge) throw cause;
    signal.throwIfAborted();
    throw new StreambookError(
      "UNREACHABLE",
      `${url.href} broke off after ${formatBytes(size)} (${messageOf(cause)}); try again`,
      { cause },
    );
  }
  return Buffer.concat(parts);
}

/** A proxy that refuses, and a certificate that nobody here knows, are in the causes of the cause. */
function noAnswer(url: URL, error: Error): StreambookError {
  let cause: Error = error;
  while (cause.cause instanceof Error) cause = cause.cause;
  const reason = messageOf(cause);
  const { code = "" } = cause as NodeJS.ErrnoException;
  const proxy = proxyFor(url);
  const [how, what] = UNTRUSTED.test(code)
    ? ["shows a certificate that is not trusted", "behind a network's own authority, give its file: STREAMBOOK_CA=FILE"]
    : proxy === undefined
      ? ["does not answer", "check the address and the network"]
      : [`does not answer through the proxy ${proxy}`, "check the address and the proxy"];
  return new StreambookError("UNREACHABLE", `${url.href} ${how} (${reason}); ${what}`, { cause: error });
}

/** Codes of certificates that lead to no authority that is trusted. */
const UNTRUSTED = /SELF_SIGNED_CERT|UNABLE_TO_(?:GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE)/;

function refusal(url: URL, { status }: Response): StreambookError {
  if (status === 404 || status === 410)
    return new StreambookError("NOT_FOUND", `${url.href} is not there (HTTP ${status}); check the address`);
  const later = status === 429 || status >= 500;
  return new StreambookError(
    "UNREACHABLE",
    `${url.href} was refused (HTTP ${status}); ${later ? "try again later" : "check the address"}`,
    { retriable: later },
  );
}

/** Writes a file whole or not at all. A file that is there stays, unless it may be replaced. */
async function writeNew(file: string, text: string, overwrite: boolean): Promise<void> {
  const partial = `${file}.${process.pid}.partial`;
  try {
    await writeFile(partial, text);
    if (overwrite) await rename(partial, file);
    else await link(partial, file); // a link, unlike a rename, never replaces
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    throw new StreambookError("USAGE", `the file ${file} already exists`, {
      hint: { change: ["output"], replace: true },
    });
  } finally {
    await rm(partial, { force: true });
  }
}
