/** The texts of a folder: listed with everything beside them, and opened so that no name leads out of the folder. */
import { isUtf8 } from "node:buffer";
import { constants, type BigIntStats, type Dirent } from "node:fs";
import { lstat, open, readdir, realpath, type FileHandle } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { messageOf, shownName, StreambookError } from "../errors/index.ts";

/** What a folder holds, as a look at its names and kinds shows it. */
export interface FolderListing {
  /** The names of the texts, sorted by code unit: regular files directly in the folder, no hidden ones, no links. */
  readonly names: readonly string[];
  /** What is passed over. */
  readonly others: readonly OtherEntry[];
  /** Regular files that should be texts, but whose names are not UTF-8; written with `\xNN` for the bytes that are not ASCII. */
  readonly misnamed: readonly string[];
}

/** Something in a folder that is not a text by its kind. */
export interface OtherEntry {
  readonly name: string;
  readonly kind: "hidden entry" | "folder" | "link" | "pipe" | "socket" | "device";
}

/** The folder of texts that a stream source serves. */
export class TextFolder {
  readonly path: string;
  /** The texts that somebody reads: a file is open once, however many do. */
  readonly #open = new Map<string, OpenText>();

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

  /** Everything in the folder, each entry in one of three lists. */
  async list(): Promise<FolderListing> {
    const names: string[] = [];
    const others: OtherEntry[] = [];
    const misnamed: string[] = [];
    // As bytes: a name that is not UTF-8 would come as one that no file has.
    for (const entry of await readdir(this.path, { withFileTypes: true, encoding: "buffer" })) {
      const bytes: Buffer = entry.name;
      const name = isUtf8(bytes) ? bytes.toString() : undefined;
      const kind = kindOf(entry, bytes);
      if (kind !== "file") others.push({ name: name ?? escaped(bytes), kind });
      else if (name === undefined) misnamed.push(escaped(bytes));
      else names.push(name);
    }
    return {
      names: names.sort(),
      others: others.sort((a, b) => (a.name < b.name ? -1 : 1)),
      misnamed: misnamed.sort(),
    };
  }

  /**
   * Opens a text; undefined when there is none of that name. The caller closes it.
   *
   * @throws TEXT_UNREADABLE when it may not be read
   */
  async open(name: string): Promise<OpenText | undefined> {
    if (!isTextName(name)) return undefined;
    const shared = this.#open.get(name);
    if (shared !== undefined && (await isStill(join(this.path, name), shared)) && shared.hold()) return shared;
    let file: FileHandle;
    try {
      // O_NOFOLLOW refuses a link, and O_NONBLOCK does not wait for the writer of a pipe.
      file = await open(
        join(this.path, name),
        constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0),
      );
    } catch (cause) {
      const code = (cause as NodeJS.ErrnoException).code ?? "";
      if (MISSING.has(code)) return undefined;
      if (code === "EACCES" || code === "EPERM")
        throw new StreambookError("TEXT_UNREADABLE", `${shownName(name)} may not be read`, { cause });
      throw cause;
    }
    try {
      const stats = await file.stat({ bigint: true });
      if (stats.isFile()) return this.#share(new OpenText(name, file, stats));
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
    return undefined;
  }

  #share(text: OpenText): OpenText {
    this.#open.set(text.name, text);
    text.onClose = () => void (this.#open.get(text.name) === text && this.#open.delete(text.name));
    return text;
  }
}

/** Whether a path is still the file that was opened, and no link to it. */
async function isStill(path: string, text: OpenText): Promise<boolean> {
  const stats = await lstat(path, { bigint: true }).catch(() => undefined);
  return stats?.isFile() === true && stampOf(stats) === text.stamp;
}

const MISSING = new Set(["ENOENT", "ENOTDIR", "ELOOP", "EMLINK", "ENAMETOOLONG", "ENXIO", "EINVAL", "EISDIR"]);

const DOT = 0x2e;

function kindOf(entry: Dirent<Buffer>, name: Uint8Array): OtherEntry["kind"] | "file" {
  if (name[0] === DOT) return "hidden entry";
  if (entry.isFile()) return "file";
  if (entry.isDirectory()) return "folder";
  if (entry.isSymbolicLink()) return "link";
  if (entry.isFIFO()) return "pipe";
  return entry.isSocket() ? "socket" : "device";
}

/** Whether a name can be a text's: one step of a path, and not hidden. A backslash is a letter like any other where it separates nothing. */
function isTextName(name: string): boolean {
  return name !== "" && !name.startsWith(".") && !["/", sep, "\0"].some((letter) => name.includes(letter));
}

/** Bytes that are not UTF-8, for people: `\xNN` for each that is not printable ASCII. */
function escaped(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) =>
    byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, "0")}`,
  ).join("");
}

/** A text that was opened; the file is closed when everyone who holds it has let go. */
export class OpenText {
  readonly name: string;
  readonly file: FileHandle;
  readonly size: number;
  /** Another one when the file was changed or replaced. */
  readonly stamp: string;
  /** Called when the file is to be closed. */
  onClose: () => void = () => undefined;
  #holders = 1;

  constructor(name: string, file: FileHandle, stats: BigIntStats) {
    this.name = name;
    this.file = file;
    this.size = Number(stats.size);
    this.stamp = stampOf(stats);
  }

  /** Keeps the file open until one more {@link close}; false when it is closed already. */
  hold(): boolean {
    if (this.#holders === 0) return false;
    this.#holders++;
    return true;
  }

  async close(): Promise<void> {
    if (--this.#holders > 0) return;
    this.onClose();
    await this.file.close();
  }

  /** Whether the file is still what it was when it was opened. */
  async unchanged(): Promise<boolean> {
    return stampOf(await this.file.stat({ bigint: true })) === this.stamp;
  }
}

const stampOf = ({ ino, size, mtimeNs }: BigIntStats): string => `${ino}-${size}-${mtimeNs}`;
