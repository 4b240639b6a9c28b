/** The texts of a folder: which there are, opened so that no name leads out of the folder, and read as chunks. */
import { constants, type BigIntStats } from "node:fs";
import { open, readdir, realpath, type FileHandle } from "node:fs/promises";
import { join, resolve } from "node:path";
import { listed, messageOf, StreambookError } from "../errors/index.ts";
import { Chunker } from "./chunks.ts";
import { findBadUtf8 } from "./utf8.ts";

const BLOCK = 1 << 16;

/** The folder of texts that a stream source serves. */
export class TextFolder {
  readonly path: string;
  /** What was found out about a file, kept while its size and time stay the same. */
  readonly #checked = new Map<string, { readonly stamp: string; readonly bad: number | undefined }>();

  private constructor(path: string) {
    this.path = path;
  }

  /** @throws NOT_FOUND when there is no such folder */
  static async open(folder: string): Promise<TextFolder> {
    try {
      const path = await realpath(resolve(folder));
      await readdir(path);
      return new TextFolder(path);
    } catch (cause) {
      const why = { ENOENT: "does not exist", ENOTDIR: "is not a folder", EACCES: "must not be read" }[
        (cause as NodeJS.ErrnoException).code ?? ""
      ];
      throw new StreambookError(
        "NOT_FOUND",
        `the folder ${folder} ${why ?? `cannot be read (${messageOf(cause)})`}; give a folder of texts, such as data/texts`,
        { cause },
      );
    }
  }

  /** The names of the texts, sorted by code unit: regular files directly in the folder, no hidden ones, no links. */
  async names(): Promise<string[]> {
    return (await this.#list()).names;
  }

  /**
   * The names of the texts, of which there must be one, and of what else is not hidden: folders and links.
   *
   * @throws NO_TEXTS
   */
  async survey(): Promise<TextSurvey> {
    const survey = await this.#list();
    if (survey.names.length > 0) return survey;
    const { others } = survey;
    const hint = others.length > 0 ? `; of what is in ${listed(others)} nothing is read` : "";
    throw new StreambookError(
      "NO_TEXTS",
      `the folder ${this.path} holds no texts (regular files that are not hidden${hint}); put some there, or give another folder`,
    );
  }

  async #list(): Promise<{ names: string[]; others: string[] }> {
    const shown = (await readdir(this.path, { withFileTypes: true })).filter(({ name }) => isTextName(name));
    const sorted = (files: boolean): string[] =>
      shown
        .filter((entry) => entry.isFile() === files)
        .map(({ name }) => name)
        .sort();
    return { names: sorted(true), others: sorted(false) };
  }

  /** Opens a text; undefined when there is none of that name. The caller closes it. */
  async open(name: string): Promise<OpenText | undefined> {
    if (!isTextName(name)) return undefined;
    let file: FileHandle;
    try {
      // O_NOFOLLOW refuses a link, and O_NONBLOCK does not wait for the writer of a pipe.
      file = await open(
        join(this.path, name),
        constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
      );
    } catch (cause) {
      if (MISSING.has((cause as NodeJS.ErrnoException).code ?? "")) return undefined;
      throw cause;
    }
    try {
      const stats = await file.stat({ bigint: true });
      if (stats.isFile()) return { name, file, stats };
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
    return undefined;
  }

  /** The position of the first bytes that are not UTF-8, looked for once as long as the file stays the same. */
  async badUtf8({ name, file, stats }: OpenText, signal?: AbortSignal): Promise<number | undefined> {
    const stamp = `${stats.ino}:${stats.size}:${stats.mtimeNs}`;
    const known = this.#checked.get(name);
    if (known?.stamp === stamp) return known.bad;
    const bad = await findBadUtf8(file, signal);
    this.#checked.set(name, { stamp, bad });
    return bad;
  }
}

/** What is in a folder of texts. */
export interface TextSurvey {
  /** The names of the texts. */
  readonly names: readonly string[];
  /** The names of what is beside them and passed over: folders, links. */
  readonly others: readonly string[];
}

/**
 * Looks through a folder of texts before any of them is sent: there must be one, and all must be UTF-8.
 *
 * @throws NOT_FOUND without the folder; NO_TEXTS; NOT_UTF8, which names the files and where they stop being UTF-8
 */
export async function surveyTexts(folder: string, signal?: AbortSignal): Promise<TextSurvey> {
  const texts = await TextFolder.open(folder);
  const survey = await texts.survey();
  const faults: string[] = [];
  for (const name of survey.names) {
    const text = await texts.open(name);
    if (text === undefined) continue;
    try {
      const bad = await texts.badUtf8(text, signal);
      if (bad !== undefined) faults.push(notUtf8(name, bad));
    } finally {
      await text.file.close();
    }
  }
  if (faults.length === 0) return survey;
  throw new StreambookError("NOT_UTF8", `${listed(faults)}; in ${texts.path}, save it as UTF-8 or take it away`);
}

/** Says that a text is not UTF-8, and from which byte on. */
export function notUtf8(name: string, position: number): string {
  return `${name} is not UTF-8: the first bad sequence begins at byte ${position}`;
}

/** A text that was opened. */
export interface OpenText {
  readonly name: string;
  readonly file: FileHandle;
  readonly stats: BigIntStats;
}

const MISSING = new Set([
  "ENOENT",
  "ENOTDIR",
  "ELOOP",
  "EMLINK",
  "ENAMETOOLONG",
  "EACCES",
  "EPERM",
  "ENXIO",
  "EINVAL",
  "EISDIR",
]);

/** Whether a name can be a text's: one step of a path, and not hidden. */
function isTextName(name: string): boolean {
  return name !== "" && !name.startsWith(".") && !/[/\\\0]/.test(name);
}

/**
 * Reads a text as groups of chunks, from chunk number `from` on; memory does not grow with the file.
 *
 * @throws NOT_UTF8 when the file has changed and is not UTF-8 any more
 */
export async function* readTextChunks(
  { name, file }: OpenText,
  chunkSize: number,
  from = 0,
  signal?: AbortSignal,
): AsyncGenerator<string[]> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }); // ignoreBOM keeps it, whatever the name says
  const chunker = new Chunker(chunkSize);
  const buffer = Buffer.allocUnsafe(BLOCK);
  let toSkip = from;
  for (let position = 0; ;) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, 0, BLOCK, position);
    position += bytesRead;
    const piece = decode(decoder, name, bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead));
    const chunks = bytesRead === 0 ? chunker.end() : chunker.push(piece);
    const skipped = Math.min(toSkip, chunks.length);
    toSkip -= skipped;
    if (chunks.length > skipped) yield skipped === 0 ? chunks : chunks.slice(skipped);
    if (bytesRead === 0) return;
  }
}

function decode(decoder: InstanceType<typeof TextDecoder>, name: string, bytes: Uint8Array | undefined): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true });
  } catch (cause) {
    throw new StreambookError(
      "NOT_UTF8",
      `${name} was changed while it was read, and is not UTF-8 any more; save it as UTF-8`,
      { cause },
    );
  }
}
