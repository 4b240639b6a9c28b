/** Whether bytes are text that the course can read. */
import { isUtf8 } from "node:buffer";
import { StreambookError } from "../errors/index.ts";

const BYTE_ORDER_MARK = "\uFEFF";
const HTML = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[\s\S]*?-->\s*)*<(?:!doctype html|html|head|body)\b/i;

/**
 * Reads bytes as UTF-8 text; a byte order mark at the beginning is dropped.
 *
 * @param where what the bytes are, for messages
 * @throws NOT_UTF8 with the position of the first bad byte; TEXT_REFUSED when it is HTML, or has zero bytes as files of
 * other kinds do
 */
export function readPlainText(bytes: Uint8Array, where: string): string {
  const zero = bytes.indexOf(0);
  if (zero >= 0)
    throw new StreambookError(
      "TEXT_REFUSED",
      `${where} is not text: byte ${zero} is 0; give the address of a plain text`,
    );
  if (!isUtf8(bytes)) {
    throw new StreambookError(
      "NOT_UTF8",
      `${where} is not UTF-8: byte ${firstBadByte(bytes)} begins no character; look for a UTF-8 edition of the text, or convert it`,
    );
  }
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  const plain = text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text;
  if (HTML.test(plain.slice(0, 2000)))
    throw new StreambookError("TEXT_REFUSED", `${where} is a web page; give the address of its plain text`);
  return plain;
}

/** Where the first sequence that is not UTF-8 begins, by halving: what a decoder accepts of the beginning, it accepts of less. */
function firstBadByte(bytes: Uint8Array): number {
  let [good, bad] = [0, bytes.length + 1];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (acceptsBeginning(bytes.subarray(0, middle))) good = middle;
    else bad = middle;
  }
  while (!isUtf8(bytes.subarray(0, good))) good--;
  return good;
}

/** Whether bytes are UTF-8, or would be with a few more. */
function acceptsBeginning(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
