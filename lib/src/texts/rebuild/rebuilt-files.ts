/**
 * The rebuilt texts as files. A file is written under a hidden name and gets its own when its bytes are proven, so that nothing
 * half-written is ever seen; names are made safe, so that a message cannot choose where it is written.
 */
import { createHash, randomBytes, type Hash } from "node:crypto";
import { open, readdir, rename, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { StreambookError } from "../../errors/index.ts";
import { makeOutputFolder, writingInto } from "../../project/index.ts";
import type { RebuildRecord, StreamEnd } from "./rebuild-job.ts";

/** What has become of one stream. */
export interface RebuiltText {
  readonly uri: string;
  readonly streamId: string;
  /** Name of the file in the output folder; undefined when the text is not complete. */
  readonly file?: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly chunks: number;
  readonly duplicates: number;
  /** Why there is no file. */
  readonly problem?: string;
}

interface Draft {
  readonly path: string;
  readonly handle: FileHandle;
  readonly hash: Hash;
  bytes: number;
}

interface Proven {
  readonly end: StreamEnd;
  readonly path: string;
}

/**
 * Writes texts as their pieces come. The pieces of a stream come together, and the streams of a URI one after the other.
 *
 * When several complete streams claim one URI (the producer ran twice), the newest keeps the plain name: stream ids are
 * ordered by time. The others are kept beside it as `NAME~STREAM`.
 */
export class RebuiltFiles {
  readonly texts: RebuiltText[] = [];
  readonly #folder: string;
  readonly #onFile: ((name: string) => Promise<void>) | undefined;
  readonly #hidden = new Set<string>();
  #draft: Draft | undefined;
  #uri: string | undefined;
  #proven: Proven[] = [];

  /**
   * @param folder the output folder; see {@link prepareFolder}
   * @param onFile called with the name of each file before it gets that
   */
  constructor(folder: string, onFile?: (name: string) => Promise<void>) {
    this.#folder = folder;
    this.#onFile = onFile;
  }

  /** Takes the next record of the job's output. */
  add(record: RebuildRecord): Promise<void> {
    return writingInto(this.#folder, () => this.#add(record));
  }

  async #add(record: RebuildRecord): Promise<void> {
    if (record.uri !== this.#uri) await this.#settle();
    this.#uri = record.uri;
    const draft = (this.#draft ??= await this.#begin());
    if ("text" in record) {
      const bytes = Buffer.from(record.text, "utf8");
      draft.bytes += bytes.length;
      draft.hash.update(bytes);
      await draft.handle.writeFile(bytes);
      return;
    }
    this.#draft = undefined;
    await draft.handle.close();
    const same = draft.bytes === record.bytes && draft.hash.digest("hex") === record.sha256;
    if (!same)
      throw new StreambookError(
        "INTERNAL",
        `the text ${record.uri} changed between reducer and file; please report it`,
      );
    if (record.complete) this.#proven.push({ end: record, path: draft.path });
    else {
      this.texts.push(textOf(record, { problem: problemOf(record) }));
      await this.#drop(draft.path);
    }
  }

  /** Names the last texts. */
  async end(): Promise<void> {
    await writingInto(this.#folder, () => this.#settle());
    if (this.#draft !== undefined) {
      throw new StreambookError("JOB_FAILED", `the job's output ends in the middle of ${this.#uri}; run it again`);
    }
  }

  /** Removes what is not named yet, after a failure. */
  async discard(): Promise<void> {
    await this.#draft?.handle.close().catch(() => {});
    for (const path of this.#hidden) await rm(path, { force: true });
  }

  async #begin(): Promise<Draft> {
    const path = join(this.#folder, `.${randomBytes(8).toString("hex")}.rebuilding`);
    this.#hidden.add(path);
    return { path, handle: await open(path, "wx"), hash: createHash("sha256"), bytes: 0 };
  }

  /** Gives the texts of one URI their names. */
  async #settle(): Promise<void> {
    for (const [index, { end, path }] of this.#proven.entries()) {
      const file = fileNameOf(end.uri, index === this.#proven.length - 1 ? undefined : end.stream);
      await this.#onFile?.(file);
      await rename(path, join(this.#folder, file));
      this.#hidden.delete(path);
      this.texts.push(textOf(end, { file }));
    }
    this.#proven = [];
  }

  async #drop(path: string): Promise<void> {
    await rm(path, { force: true });
    this.#hidden.delete(path);
  }
}

/**
 * Makes the output folder ready.
 *
 * @throws USAGE when it holds files already and they may not be replaced
 */
export async function prepareFolder(folder: string, replace: boolean): Promise<void> {
  await makeOutputFolder(folder);
  const there = (await readdir(folder)).filter((name) => !name.startsWith("."));
  if (there.length > 0 && !replace) {
    throw new StreambookError("USAGE", `the output folder ${folder} is not empty (${there[0]})`, {
      hint: { change: ["output"], replace: true },
    });
  }
}

/**
 * The file name of a URI: without the first `/`, and with whatever could leave the folder, or that some system forbids in names,
 * percent-encoded: `/../../etc/passwd` becomes `%2E.%2F..%2Fetc%2Fpasswd`. Different URIs have different names, however long.
 *
 * @param stream the id of a stream that is kept beside the newest one of its URI, as `NAME~STREAM`
 * @returns at most 247 bytes; file systems take 255
 */
export function fileNameOf(uri: string, stream?: string): string {
  const plain = safeName(uri.slice(1), 150);
  return stream === undefined ? plain : `${plain}~${safeName(stream, 60)}`;
}

/** @param most how many bytes are kept of it; a text that has more gets a checksum, of 18 bytes */
function safeName(text: string, most: number): string {
  const encoded = text.replace(
    /[\p{Cc}/\\:*?"<>|%~]|^\.|[. ]$/gu,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
  if (encoded === "") return "%";
  if (Buffer.byteLength(encoded) <= most) return encoded;
  const sum = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return `${Buffer.from(encoded)
    .subarray(0, most)
    .toString("utf8")
    .replace(/\uFFFD+$/, "")}%~${sum}`;
}

function textOf(end: StreamEnd, more: { file: string } | { problem: string }): RebuiltText {
  const { uri, stream, bytes, sha256, chunks, duplicates } = end;
  return { uri, streamId: stream, bytes, sha256, chunks, duplicates, ...more };
}

/** What is wrong with a stream, for people. */
export function problemOf({ gaps, missing, conflicts, ended }: StreamEnd): string {
  const ranges = gaps.map(([from, to]) => (from === to ? `${from}` : `${from}–${to}`)).join(", ");
  const faults = [
    ...(missing > 0
      ? [
          `${missing} ${missing === 1 ? "chunk is" : "chunks are"} missing (seq ${ranges}${gaps.length === 10 ? ", …" : ""})`,
        ]
      : []),
    ...(conflicts.length > 0 ? [`seq ${conflicts.join(", ")} came with different contents`] : []),
    ...(ended ? [] : ["the last chunk is missing, or not the last"]),
  ];
  return faults.length > 0 ? faults.join("; ") : "the text is not well-formed Unicode";
}
