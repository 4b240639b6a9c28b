/** A message as it came, read and checked. */
import { isUtf8 } from "node:buffer";
import { compileCheck, type Schema } from "../../schema/index.ts";

/** Gives a message, or the reason why it cannot be read, to stand after "the message". */
export type MessageReader = (bytes: Uint8Array, isKnownUtf8?: boolean) => Record<string, unknown> | string;

/** Makes the reader of a schema's messages. A message without value has no bytes. */
export function messageReader(schema: Schema): MessageReader {
  const check = compileCheck(schema);
  return (bytes, isKnownUtf8 = false) => {
    if (bytes.length === 0) return "has no value";
    if (!isKnownUtf8 && !isUtf8(bytes)) return "is not UTF-8";
    let message: unknown;
    try {
      message = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8"));
    } catch (error) {
      return `is not JSON: ${(error as Error).message}`;
    }
    return check(message) ?? (message as Record<string, unknown>);
  };
}
