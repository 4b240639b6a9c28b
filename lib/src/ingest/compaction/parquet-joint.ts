/**
 * Parquet files that stand one behind the other as one file. What a reader looks for is at the end, the footer: it says where in the
 * file each group of rows begins. A footer that counts the groups of all of them, each as far from the start as it is now, makes the
 * whole a Parquet file; the footers in between are bytes that nobody reads.
 *
 * https://parquet.apache.org/docs/file-format/metadata
 */
import { deserializeTCompactProtocol } from "hyparquet/src/thrift.js";
import { ByteWriter } from "hyparquet-writer";
import { serializeTCompactProtocol } from "hyparquet-writer/src/thrift.js";
import { StreambookError } from "../../errors/index.ts";

/** A structure of Thrift, by the numbers of its fields: what is not understood goes through as it came. */
type Struct = Record<`field_${number}`, unknown>;

/** The footer of a Parquet file, `FileMetaData`. */
export interface Footer {
  readonly metadata: Struct;
  /** Bytes of the whole file. */
  readonly length: number;
}

const MAGIC = Buffer.from("PAR1");
const WORD = 4;
/** Read at once: the footer of a file of a few groups is smaller. */
const TAIL = 64 * 1024;

/**
 * Reads the footer of a file.
 *
 * @param length bytes of the file
 * @param read gives so many bytes from an offset on
 * @throws MESSAGE_INVALID for bytes that are no Parquet file
 */
export async function readFooter(
  path: string,
  length: number,
  read: (offset: number, length: number) => Promise<Uint8Array>,
): Promise<Footer> {
  const last = (bytes: number): Promise<Uint8Array> => read(length - bytes, bytes);
  const { size, end } = endOf(path, await last(Math.min(length, TAIL)), length);
  return parsed(size + 2 * WORD <= end.length ? end : await last(size + 2 * WORD), size, length);
}

/** Looks at the end of a file: how many bytes its footer has. */
function endOf(path: string, tail: Uint8Array, length: number): { size: number; end: Buffer } {
  const end = Buffer.from(tail.buffer, tail.byteOffset, tail.length);
  if (end.length < 3 * WORD || !end.subarray(-WORD).equals(MAGIC)) throw notParquet(path, "it does not end with PAR1");
  const size = end.readUInt32LE(end.length - 2 * WORD);
  if (size > length - 3 * WORD) throw notParquet(path, `its footer is to have ${size} bytes, of ${length} in all`);
  return { size, end };
}

/** The footer in the last bytes of a file. */
function parsed(end: Uint8Array, size: number, length: number): Footer {
  // A copy: what is not understood stays a view of the bytes, and would keep those of the whole file.
  const bytes = end.slice(end.length - 2 * WORD - size, end.length - 2 * WORD);
  const view = new DataView(bytes.buffer, bytes.byteOffset, size);
  return { metadata: deserializeTCompactProtocol({ view, offset: 0 }), length };
}

/** The footer of a file whose bytes are at hand. @throws MESSAGE_INVALID as {@link readFooter} */
export function footerIn(path: string, bytes: Uint8Array): Footer {
  const { size, end } = endOf(path, bytes, bytes.length);
  return parsed(end, size, bytes.length);
}

/** The number of rows of a file. */
export function rowsOf({ metadata }: Footer): bigint {
  return metadata.field_3 as bigint;
}

/** What files must have in common to be one: their columns, and what else the footer says of all rows. */
export function kindOf({ metadata }: Footer): string {
  return Buffer.from(encoded({ ...metadata, field_3: 0n, field_4: [] })).toString("base64");
}

/** A file of the same {@link kindOf | kind} that has no rows. */
export function rowless({ metadata }: Footer): Uint8Array {
  return Buffer.concat([MAGIC, ending({ ...metadata, field_3: 0n, field_4: [] })]);
}

/**
 * What has to stand behind files of one {@link kindOf | kind}, in their order, so that they are one.
 *
 * @param start bytes before the first: those of a {@link rowless} file
 */
export function jointFooter(footers: readonly [Footer, ...Footer[]], start: number): Uint8Array {
  let begin = BigInt(start);
  const groups: Struct[] = [];
  for (const { metadata, length } of footers) {
    for (const group of (metadata.field_4 ?? []) as Struct[]) groups.push(moved(group, begin));
    begin += BigInt(length);
  }
  const rows = footers.reduce((sum, one) => sum + rowsOf(one), 0n);
  return ending({ ...footers[0].metadata, field_3: rows, field_4: groups });
}

/** A group of rows that begins so many bytes later. */
function moved(group: Struct, bytes: bigint): Struct {
  const columns = (group.field_1 as Struct[]).map((column): Struct => {
    const metadata = column.field_3 as Struct | undefined;
    // Without the index of its pages: that has offsets of its own, and is only there to be quicker.
    const chunk = { ...column, field_4: undefined, field_5: undefined, field_6: undefined, field_7: undefined };
    return shifted(
      metadata === undefined ? chunk : { ...chunk, field_3: shifted(metadata, [9, 10, 11, 14], bytes) },
      [2],
      bytes,
    );
  });
  return shifted({ ...group, field_1: columns }, [5], bytes);
}

/** A structure with some of its fields so many bytes later, where they are there. A 0 means that nothing is said. */
function shifted(struct: Struct, fields: readonly number[], bytes: bigint): Struct {
  const result = { ...struct };
  for (const field of fields) {
    const offset = struct[`field_${field}`];
    if (typeof offset === "bigint" && offset > 0n) result[`field_${field}`] = offset + bytes;
  }
  return result;
}

/** A footer as it stands at the end of a file. */
function ending(metadata: Struct): Buffer {
  const bytes = encoded(metadata);
  const size = Buffer.alloc(WORD);
  size.writeUInt32LE(bytes.length);
  return Buffer.concat([bytes, size, MAGIC]);
}

function encoded(metadata: Struct): Uint8Array {
  const writer = new ByteWriter();
  serializeTCompactProtocol(writer, metadata);
  return writer.getBytes().slice();
}

function notParquet(path: string, fault: string): StreambookError {
  return new StreambookError(
    "MESSAGE_INVALID",
    `${path} is called a Parquet file, and is none: ${fault}; look at it, and remove it if it should not be there`,
  );
}
