/** Says whether a file is UTF-8, and where it stops being so, reading it in blocks of flat memory. */
import { isUtf8 } from "node:buffer";
import type { FileHandle } from "node:fs/promises";

const BLOCK = 1 << 20;

/**
 * The byte position at which the first sequence that is not UTF-8 begins; undefined when all of the file is UTF-8.
 * Overlong forms, surrogates and code points above U+10FFFF are refused, as the Unicode standard (table 3-7) has it.
 *
 * @param size how many bytes the file is thought to have, so that a small one gets a small buffer
 */
export async function findBadUtf8(
  file: FileHandle,
  signal?: AbortSignal,
  size: number = BLOCK,
): Promise<number | undefined> {
  const block = Math.min(BLOCK, Math.max(size, 64));
  const buffer = Buffer.allocUnsafe(block + 3);
  let kept = 0; // bytes of a sequence that the block before has begun
  for (let position = 0; ;) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(buffer, kept, block, position);
    const bytes = buffer.subarray(0, kept + bytesRead);
    const start = position - kept;
    if (bytesRead === 0) return kept === 0 ? undefined : start;
    const whole = bytes.length - unfinished(bytes);
    if (!isUtf8(bytes.subarray(0, whole))) return start + firstBadByte(bytes);
    position += bytesRead;
    kept = bytes.copy(buffer, 0, whole);
  }
}

/** How many bytes at the end begin a sequence that may go on after them: 0 to 3. */
export function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (byte < 0x80) return 0;
    if (byte >= 0xc0) return sequenceLength(byte) > back ? back : 0;
  }
  return 0;
}

function sequenceLength(lead: number): number {
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0; // a continuation byte, or one that UTF-8 never has
}

/**
 * The position of the first bad sequence in bytes that hold one; their length if there is none.
 */
export function firstBadByte(bytes: Uint8Array): number {
  for (let at = 0; at < bytes.length;) {
    const lead = bytes[at] as number;
    const length = sequenceLength(lead);
    if (length === 0 || at + length > bytes.length) return at;
    for (let i = 1; i < length; i++) {
      const [low, high] = i === 1 ? secondByte(lead) : [0x80, 0xbf];
      const byte = bytes[at + i] as number;
      if (byte < low || byte > high) return at;
    }
    at += length;
  }
  return bytes.length;
}

/** The range of the second byte: narrower after some leads, so that no code point has two forms and none is a surrogate. */
function secondByte(lead: number): readonly [number, number] {
  if (lead === 0xe0) return [0xa0, 0xbf];
  if (lead === 0xed) return [0x80, 0x9f];
  if (lead === 0xf0) return [0x90, 0xbf];
  if (lead === 0xf4) return [0x80, 0x8f];
  return [0x80, 0xbf];
}
