/** Files out of a ZIP archive (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), as far as Superset writes them: small, not in parts. */
import { crc32, inflateRawSync } from "node:zlib";
import { StreambookError } from "../errors/index.ts";

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const [STORED, DEFLATED] = [0, 8];

/** The files of an archive, by path. @throws STREAM_BROKEN for an archive that is damaged, or none */
export function unzip(archive: Buffer): Map<string, Buffer> {
  try {
    return readAll(archive);
  } catch (cause) {
    throw new StreambookError("STREAM_BROKEN", "the archive that was received is not whole; ask for it again", {
      cause,
    });
  }
}

function readAll(archive: Buffer): Map<string, Buffer> {
  const end = archive.lastIndexOf(Buffer.from("PK\u0005\u0006", "latin1"));
  if (end < 0 || archive.readUInt32LE(end) !== END) throw new Error("it has no end");
  const files = new Map<string, Buffer>();
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left--) {
    if (archive.readUInt32LE(at) !== ENTRY) throw new Error("its list has a hole");
    const [nameLength, moreLength, commentLength] = [28, 30, 32].map((field) => archive.readUInt16LE(at + field)) as [
      number,
      number,
      number,
    ];
    const name = archive.toString("utf8", at + 46, at + 46 + nameLength);
    if (!name.endsWith("/")) files.set(name, readFile(archive, at));
    at += 46 + nameLength + moreLength + commentLength;
  }
  return files;
}

/** @param at where the list of the archive describes the file */
function readFile(archive: Buffer, at: number): Buffer {
  const [method, sum, packed] = [
    archive.readUInt16LE(at + 10),
    archive.readUInt32LE(at + 16),
    archive.readUInt32LE(at + 20),
  ];
  const local = archive.readUInt32LE(at + 42);
  const begin = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const content = archive.subarray(begin, begin + packed);
  if (method !== STORED && method !== DEFLATED) throw new Error(`it is packed by method ${method}`);
  const file = method === STORED ? content : inflateRawSync(content);
  if (crc32(file) !== sum) throw new Error("a checksum is wrong");
  return file;
}
