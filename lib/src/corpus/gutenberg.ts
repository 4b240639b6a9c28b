/** What Project Gutenberg puts around its books. */

/** The line before the book: `*** START OF THE PROJECT GUTENBERG EBOOK …`, in the forms it has had over the years. */
const START = /^[ \t]*\*\*\* ?START OF (?:THE|THIS) PROJECT GUTENBERG.*\*\*\*[ \t]*\r?$/im;
const END = /^[ \t]*\*\*\* ?END OF (?:THE|THIS) PROJECT GUTENBERG.*\*\*\*[ \t]*\r?$/im;
/** A courtesy line that older books have before the end. */
const CLOSING = /^End of (?:the |this )?Project Gutenberg(?:'s|’s)? .*\r?\n*$/im;

/**
 * A text without the header and footer of Project Gutenberg, and without empty lines at both ends; one that has neither
 * stays as it is.
 *
 * @example
 * ```ts
 * import { stripGutenberg } from "streambook/corpus";
 * const book = "Title\n*** START OF THE PROJECT GUTENBERG EBOOK X ***\n\nOnce.\n\n*** END OF THE PROJECT GUTENBERG EBOOK X ***\n";
 * console.assert(stripGutenberg(book) === "Once.\n");
 * ```
 */
export function stripGutenberg(text: string): string {
  const start = START.exec(text);
  const end = END.exec(text);
  if (start === null && end === null) return text;
  const from = start === null ? 0 : start.index + start[0].length;
  const to = end === null || end.index < from ? text.length : end.index;
  const body = text.slice(from, to).trimEnd();
  const tail = body.slice(-400);
  const closing = CLOSING.exec(tail);
  const kept =
    closing !== null && closing.index + closing[0].length === tail.length
      ? body.slice(0, body.length - closing[0].length)
      : body;
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return `${kept.replace(/^(?:[ \t]*\r?\n)+/, "").trimEnd()}${newline}`;
}
