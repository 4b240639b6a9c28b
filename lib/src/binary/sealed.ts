/** The form in which models and other numeric state are saved. What the arrays mean is left to the caller. */
import { crc32 } from "node:zlib";
import { messageOf, StreambookError } from "../errors/index.ts";

/** The arrays that a sealed value can hold. */
export type SealedArray = Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** What {@link seal} packs and {@link unseal} gives back. */
export interface Sealed {
  /** Small facts: sizes, options, versions. JSON. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** The numbers, by name. */
  readonly arrays: Readonly<Record<string, SealedArray>>;
}

interface Header {
  readonly kind: string;
  readonly facts: Record<string, unknown>;
  readonly arrays: readonly { readonly name: string; readonly type: string; readonly length: number }[];
}

const MAGIC = 0x4b4f4253; // "SBOK", read as a little-endian number
const ALIGNMENT = 8;
const constructors = { Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array } as const;

/**
 * Packs facts and arrays: `SBOK`, the length of a JSON header, the header, the arrays (little-endian, each at a multiple
 * of 8 bytes), and the CRC-32 of all that.
 *
 * @param kind what is packed; {@link unseal} must be given the same
 *
 * @example
 * ```ts
 * import { seal, unseal } from "streambook/binary";
 * const bytes = seal("points", { facts: { unit: "m" }, arrays: { x: Float64Array.of(1, 2) } });
 * console.assert(unseal("points", bytes).arrays["x"]?.[1] === 2);
 * ```
 */
export function seal(kind: string, { facts, arrays }: Sealed): Uint8Array {
  const entries = Object.entries(arrays);
  const header: Header = {
    kind,
    facts,
    arrays: entries.map(([name, array]) => ({ name, type: array.constructor.name, length: array.length })),
  };
  const json = Buffer.from(JSON.stringify(header));
  let size = aligned(8 + json.length);
  for (const [, array] of entries) size += aligned(array.byteLength);
  const bytes = Buffer.alloc(size + 4);
  bytes.writeUInt32LE(MAGIC, 0);
  bytes.writeUInt32LE(json.length, 4);
  json.copy(bytes, 8);
  let position = aligned(8 + json.length);
  for (const [, array] of entries) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), position);
    position += aligned(array.byteLength);
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(0, size)), size);
  return bytes;
}

/**
 * Unpacks what {@link seal} packed.
 *
 * @throws MODEL_INVALID when the bytes are of another kind, cut short, or damaged
 */
export function unseal(kind: string, bytes: Uint8Array): Sealed {
  const invalid = (what: string, cause?: unknown): never => {
    throw new StreambookError(
      "MODEL_INVALID",
      `saved state (${kind}) cannot be read: ${what}; remove it to begin anew, or restore a copy`,
      { cause },
    );
  };
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.length < 12) return invalid(`${buffer.length} bytes are too few`);
  if (buffer.readUInt32LE(0) !== MAGIC) return invalid("it does not begin with SBOK");
  const size = buffer.length - 4;
  if (buffer.readUInt32LE(size) !== crc32(buffer.subarray(0, size)))
    return invalid("its checksum does not fit, it is damaged or cut short");
  const length = buffer.readUInt32LE(4);
  let header: Header;
  try {
    header = JSON.parse(buffer.toString("utf8", 8, 8 + length)) as Header;
  } catch (cause) {
    return invalid(`its header is not JSON (${messageOf(cause)})`, cause);
  }
  if (header.kind !== kind) return invalid(`it holds "${header.kind}"`);
  const arrays: Record<string, SealedArray> = {};
  let position = aligned(8 + length);
  for (const { name, type, length: count } of header.arrays) {
    const make =
      constructors[type as keyof typeof constructors] ?? invalid(`its array "${name}" is of the unknown type ${type}`);
    const byteLength = count * make.BYTES_PER_ELEMENT;
    if (position + byteLength > size) return invalid(`its array "${name}" is cut short`);
    // A copy: aligned for the array's type, and free of the file's memory.
    arrays[name] = new make(new Uint8Array(buffer.subarray(position, position + byteLength)).buffer);
    position += aligned(byteLength);
  }
  if (position !== size) return invalid("there are bytes left over");
  return { facts: header.facts, arrays };
}

function aligned(size: number): number {
  return Math.ceil(size / ALIGNMENT) * ALIGNMENT;
}
