/** Files for Spark's executors, as Spark Connect takes them. */
import { crc32 } from "node:zlib";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AddArtifactsRequestSchema } from "./messages/base.ts";

type Request = MessageInitShape<typeof AddArtifactsRequestSchema>;

/** What every request says of itself. */
interface Caller {
  readonly sessionId: string;
  readonly userContext: { readonly userId: string; readonly userName: string };
  readonly clientType: string;
}

/** Bytes that go in one message. */
const CHUNK = 1 << 20;

/** The requests that bring files to a session.  */
export async function* artifactRequests(
  files: readonly (readonly [name: string, content: Uint8Array])[],
  own: Caller,
): AsyncGenerator<Request, void> {
  for (const [name, content] of files) {
    const chunks = Array.from({ length: Math.max(1, Math.ceil(content.length / CHUNK)) }, (_, index) => {
      const data = content.slice(index * CHUNK, (index + 1) * CHUNK);
      return { data, crc: BigInt(crc32(data)) };
    });
    const [first, ...rest] = chunks;
    const path = `files/${name}`;
    if (rest.length === 0) {
      yield {
        ...own,
        payload: { case: "batch", value: { artifacts: [{ name: path, ...(first && { data: first }) }] } },
      };
      continue;
    }
    const sizes = { totalBytes: BigInt(content.length), numChunks: BigInt(chunks.length) };
    yield {
      ...own,
      payload: { case: "beginChunk", value: { name: path, ...sizes, ...(first && { initialChunk: first }) } },
    };
    for (const value of rest) yield { ...own, payload: { case: "chunk", value } };
  }
}
