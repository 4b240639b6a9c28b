/** What is in a `.tar.gz`: the names of its files, and of those that are hard links the file that they are another name of. */
import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";

/** A file of an archive. */
export interface TarEntry {
  readonly name: string;
  /** The other name of a file that comes earlier in the archive; undefined for one with content of its own. */
  readonly linkOf: string | undefined;
}

/** Headers and contents of a tar archive come in blocks of so many bytes. */
const BLOCK = 512;

/**
 * Reads the headers of an archive (ustar with the extensions of pax and GNU for long names,
 * https://www.gnu.org/software/tar/manual/html_node/Standard.html). Folders and symbolic links are left out.
 *
 * @throws the error of a file that cannot be read, or is no gzip
 */
export async function* tarEntries(file: string): AsyncGenerator<TarEntry> {
  const content = createReadStream(file, { highWaterMark: 1 << 20 }).pipe(createGunzip({ chunkSize: 1 << 20 }));
  const reader = new BlockReader(content);
  /** What a header of an extension says of the next file. */
  let next: { path?: string; linkpath?: string } = {};
  for (;;) {
    const header = await reader.read(BLOCK);
    if (header === undefined || header[0] === 0) return; // the end is a block of zeros
    const size = sizeIn(header);
    const padded = Math.ceil(size / BLOCK) * BLOCK;
    const type = String.fromCharCode(header[156] ?? 0);
    if ("xLK".includes(type)) {
      const text = (await reader.read(padded))?.toString("utf8", 0, size) ?? "";
      if (type === "x") next = { ...next, ...paxRecords(text) };
      else next = { ...next, [type === "L" ? "path" : "linkpath"]: text.replace(/\0.*$/s, "") };
      continue;
    }
    const prefix = textAt(header, 345, 155);
    const short = textAt(header, 0, 100);
    const name = next.path ?? (prefix === "" ? short : `${prefix}/${short}`);
    const target = next.linkpath ?? textAt(header, 157, 100);
    next = {};
    await reader.skip(padded);
    if ("0\0".includes(type)) yield { name, linkOf: undefined };
    else if (type === "1") yield { name, linkOf: target };
  }
}

/** An octal number, or, for more than 8 GB, a binary one. */
function sizeIn(header: Buffer): number {
  if (((header[124] ?? 0) & 0x80) !== 0) return Number(header.readBigUInt64BE(128));
  return Number.parseInt(textAt(header, 124, 12).trim() || "0", 8);
}

function textAt(header: Buffer, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return field.toString("utf8", 0, end === -1 ? length : end);
}

/** Records of the form `LENGTH KEY=VALUE\n`. */
function paxRecords(text: string): { path?: string; linkpath?: string } {
  const records: { path?: string; linkpath?: string } = {};
  for (const [, key, value = ""] of text.matchAll(/^\d+ (path|linkpath)=(.*)$/gm))
    records[key as "path" | "linkpath"] = value;
  return records;
}

/** Reads a stream by numbers of bytes. */
class BlockReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: AsyncIterable<Buffer>) {
    this.#chunks = stream[Symbol.asyncIterator]();
  }

  /** @returns undefined at the end of the stream */
  async read(length: number): Promise<Buffer | undefined> {
    const parts: Buffer[] = [];
    const isWhole = await this.#take(length, (part) => parts.push(part));
    return isWhole ? Buffer.concat(parts) : undefined;
  }

  async skip(length: number): Promise<void> {
    await this.#take(length, () => undefined);
  }

  async #take(length: number, use: (part: Buffer) => void): Promise<boolean> {
    let left = length;
    while (left > 0) {
      if (this.#rest.length === 0) {
        const next = await this.#chunks.next();
        if (next.done === true) return false;
        this.#rest = next.value;
      }
      const part = this.#rest.subarray(0, left);
      use(part);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
    }
    return true;
  }
}
