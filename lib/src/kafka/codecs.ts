/**
 * Compression for kafkajs, which itself has gzip alone. zstd comes from `node:zlib`; snappy and lz4, which other producers
 * use, are only read. What they need is loaded when the first such batch comes.
 */
import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import kafkajs from "kafkajs";
import { messageOf, StreambookError } from "../errors/index.ts";
import { unpackSnappy } from "./snappy.ts";

const { CompressionTypes } = kafkajs;
/** Their type has the names alone, and a batch may come with any number. */
const codecs: Record<number, unknown> = kafkajs.CompressionCodecs;

/** The ways a batch of messages can be compressed. */
export const compressions = ["none", "gzip", "zstd"] as const;

/** One of {@link compressions}. */
export type Compression = (typeof compressions)[number];

/** kafkajs' number for a compression. */
export const compressionType: Readonly<Record<Compression, number>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  zstd: CompressionTypes.ZSTD,
};

const compress = promisify(zstdCompress);

type Decompress = (buffer: Buffer) => Promise<Uint8Array>;

const decompressors: Readonly<Record<number, readonly [name: string, Decompress]>> = {
  [CompressionTypes.Snappy]: ["snappy", unpackSnappy],
  [CompressionTypes.LZ4]: ["lz4", async (buffer) => (await import("lz4-napi")).default.decompressFrame(buffer)],
  [CompressionTypes.ZSTD]: ["zstd", promisify(zstdDecompress)],
};

/** The numbers that a batch can have: three bits, of which Kafka has not named the last three. */
const NUMBERS = [1, 2, 3, 4, 5, 6, 7];

let registered = false;

/** Teaches kafkajs all compressions; calling it again changes nothing. */
export function registerCodecs(): void {
  if (registered) return;
  registered = true;
  for (const number of NUMBERS) {
    if (number === compressionType.gzip) continue;
    codecs[number] = () => ({
      compress: (encoder: { readonly buffer: Buffer }) => compress(encoder.buffer), // only ever asked for zstd
      decompress: (buffer: Buffer) => decompressed(number, buffer),
    });
  }
}

/** The bytes of a batch. @throws KAFKA_FAILED, which names the compression */
async function decompressed(number: number, buffer: Buffer): Promise<Buffer> {
  const [name, decompress] = decompressors[number] ?? [`compression ${number}`, undefined];
  try {
    if (decompress === undefined) throw new Error("this program does not know it");
    const bytes = await decompress(buffer);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  } catch (error) {
    // Without a cause: kafkajs would keep that one, and drop this.
    throw new StreambookError(
      "KAFKA_FAILED",
      `messages compressed with ${name} cannot be read (${messageOf(error)}); their producer has to send them with another compression.type: ${compressions.join(", ")}`,
      { retriable: false },
    );
  }
}
