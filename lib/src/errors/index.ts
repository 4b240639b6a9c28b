/** The error table of the library: every failure a user can meet has a code here, a message, and a hint. */
export {
  errorCodes,
  StreambookError,
  isStreambookError,
  isRetriable,
  exitCodeOf,
  hintOf,
  listed,
  messageOf,
  shownName,
} from "./errors.ts";
export type { ErrorCode, ErrorEntry, StreambookErrorOptions } from "./errors.ts";
export type { Hint, HintOption } from "./hint.ts";
