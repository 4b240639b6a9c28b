/** Compression for kafkajs: gzip it has, zstd it gets here, both by `node:zlib`. */
import { promisify } from "node:util";
import { zstdCompress, zstdDecompress } from "node:zlib";
import kafkajs from "kafkajs";

const { CompressionCodecs, CompressionTypes } = kafkajs;

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
const decompress = promisify(zstdDecompress);

/** Teaches kafkajs zstd; calling it again changes nothing. */
export function registerCodecs(): void {
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: (encoder: { readonly buffer: Buffer }) => compress(encoder.buffer),
    decompress: (buffer: Buffer) => decompress(buffer),
  });
}
