/** Files that may be larger than memory, read piece by piece. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

/** How much is read at once, in bytes. */
const PIECE = 1 << 18;

/**
 * The bytes of a file, in pieces of 256 KiB. It is opened when the first is asked for, and closed with the last or when no more
 * are asked for.
 *
 * @throws what the file system says; the signal's reason when it aborts
 */
export async function* piecesOf(path: string, signal?: AbortSignal): AsyncGenerator<Buffer> {
  try {
    for await (const piece of createReadStream(path, { highWaterMark: PIECE, signal })) yield piece as Buffer;
  } catch (error) {
    signal?.throwIfAborted(); // the stream's own error hides the reason
    throw error;
  }
}

/** Length and SHA-256 of a file. */
export interface Checksum {
  readonly bytes: number;
  /** 64 hexadecimal digits. */
  readonly sha256: string;
}

/** The checksum of a file, in the memory of one piece. @throws as {@link piecesOf} */
export async function checksumOf(path: string, signal?: AbortSignal): Promise<Checksum> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const piece of piecesOf(path, signal)) {
    bytes += piece.length;
    hash.update(piece);
  }
  return { bytes, sha256: hash.digest("hex") };
}
