/** The error table of the library: every failure a user can meet has a code here, and a message that says what to do. */
export {
  errorCodes,
  StreambookError,
  isStreambookError,
  isRetriable,
  exitCodeOf,
  listed,
  messageOf,
  shownName,
} from "./errors.ts";
export type { ErrorCode, StreambookErrorOptions } from "./errors.ts";
