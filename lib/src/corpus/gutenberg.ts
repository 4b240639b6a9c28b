/**
 * What Project Gutenberg puts around its books, in the forms it has had since 1991. The first line that begins a book counts, and the
 * last that ends it, so that a book that quotes such lines stays whole; what is in doubt is kept.
 */

/** What was cut from one end of a text. */
export interface Cut {
  /** How many lines, blank ones included. */
  readonly lines: number;
  /** Its first words. */
  readonly first: string;
  /** Its last words. */
  readonly last: string;
}

/** A text without header and footer, and what these were; undefined where none was recognised. */
export interface CutBook {
  readonly body: string;
  readonly header: Cut | undefined;
  readonly footer: Cut | undefined;
}

/** `*** START OF THE PROJECT GUTENBERG EBOOK X ***`, and `END`: with or without blanks, closing stars, and a second line. */
const STARRED = /^\uFEFF?[ \t]*\*{3}[ \t]*(START|END) OF (?:THE |THIS )?(?:COPYRIGHTED )?PROJECT GUTENBERG\b/i;
/** The end of the header of books from before 2003: `*END*THE SMALL PRINT! FOR PUBLIC DOMAIN ETEXTS*Ver.04.29.93*END*`. */
const SMALL_PRINT_END = /^[ \t]*\*END[ *]+THE SMALL PRINT\b/i;
/** What older books say before, or in place of, the starred line. */
const CLOSING =
  /^[ \t]*(?:End of(?: the| this)?|Ende (?:dieses?|des)|Fin (?:de|du)(?: ce)?) Proje[ck]t Gutenberg(?:['’]s\b|[ \t]+(?:E-?Book|E-?text|Edition)|[ \t]*\r?$)/i;
/** The licence, where nothing else is said before it. */
const LICENCE = /^[ \t]*\*{3}[ \t]*START: FULL LICENSE[ \t]*\*{3}/i;

/** Lines in which a header must have ended, and that what follows an end may have without a word of Gutenberg. */
const HEADER_LINES = 500;
const QUIET_LINES = 20;
/** Lines that the name of a book may go on over after that of its marker. */
const MORE_LINES = 3;

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
  return cutGutenberg(text).body;
}

/** As {@link stripGutenberg}, with what was cut. */
export function cutGutenberg(text: string): CutBook {
  const lines = text.split("\n");
  const start = findStart(lines);
  const end = findEnd(lines, start);
  const whole = { body: text, header: undefined, footer: undefined };
  if (start === 0 && end === lines.length) return whole;
  const kept = lines.slice(start, end);
  while (kept.length > 0 && isBlank(kept[0])) kept.shift();
  const body = kept.join("\n").trimEnd();
  if (body === "") return whole; // a book of nothing: what was taken for its frame is the text
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  return { body: body + newline, header: cutOf(lines.slice(0, start)), footer: cutOf(lines.slice(end)) };
}

/** The number of the first line after the header; 0 without one. */
function findStart(lines: readonly string[]): number {
  const first = lines
    .slice(0, HEADER_LINES)
    .findIndex((line) => isStarred(line, "START") || SMALL_PRINT_END.test(line));
  if (first === -1) return 0;
  if (isStarred(lines[first], "START")) return afterMarker(lines, first);
  // Some books have both, one after the other.
  const next = lines.findIndex((line, index) => index > first && !isBlank(line));
  return isStarred(lines[next], "START") ? afterMarker(lines, next) : first + 1;
}

/** The number of the first line of the footer; the number of lines without one. */
function findEnd(lines: readonly string[], start: number): number {
  const last = (is: (line: string) => boolean): number =>
    lines.findLastIndex((line, index) => index >= start && is(line) && endsBook(lines, index));
  // Without stars, and without a header, such a line may be the text's own.
  let end = last((line) => isStarred(line, "END") || (start > 0 && CLOSING.test(line)));
  if (end === -1 && start > 0) end = last((line) => LICENCE.test(line));
  return end === -1 ? lines.length : beforeClosing(lines, start, end);
}

/** Whether what follows a line looks like the end of a file of Project Gutenberg: its licence, or next to nothing. */
function endsBook(lines: readonly string[], index: number): boolean {
  const rest = lines.slice(index + 1);
  return rest.filter((line) => !isBlank(line)).length <= QUIET_LINES || rest.some((line) => /gutenberg/i.test(line));
}

/** Where the footer begins when the last paragraph before it is a closing line. */
function beforeClosing(lines: readonly string[], start: number, end: number): number {
  let last = end - 1;
  while (last >= start && isBlank(lines[last])) last--;
  let first = last;
  while (first > start && last - first < MORE_LINES && !isBlank(lines[first - 1])) first--;
  for (let index = first; index <= last; index++) if (CLOSING.test(lines[index] ?? "")) return index;
  return end;
}

/** The number of the line after a marker, whose name may go on over some lines until its closing stars. */
function afterMarker(lines: readonly string[], marker: number): number {
  for (let index = marker; index <= marker + MORE_LINES && !isBlank(lines[index]); index++)
    if (/\*{3}[ \t]*\r?$/.test(lines[index]?.replace(STARRED, "") ?? "")) return index + 1;
  return marker + 1;
}

function isStarred(line: string | undefined, kind: "START" | "END"): boolean {
  return STARRED.exec(line ?? "")?.[1]?.toUpperCase() === kind;
}

const isBlank = (line: string | undefined): boolean => (line ?? "").trim() === "";

function cutOf(lines: readonly string[]): Cut | undefined {
  const words = lines.filter((line) => !isBlank(line)).map((line) => line.trim());
  if (words.length === 0) return undefined;
  const ended = lines.at(-1) === "" ? lines.length - 1 : lines.length; // the line end of a file begins no line
  return { lines: ended, first: short(words[0] as string), last: short(words.at(-1) as string) };
}

function short(line: string): string {
  return line.length <= 60 ? line : `${line.slice(0, 59).toWellFormed()}…`;
}
