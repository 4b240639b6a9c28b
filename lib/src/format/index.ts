/**
 * Numbers, bytes, durations, lists and tables as people read them: in every language setting the same, so that an output does
 * not depend on who made it.
 */
export { formatBytes, parseBytes } from "./bytes.ts";
export { durationParts, formatAge, formatSeconds, type DurationPart } from "./duration.ts";
export { alternatives, compactCount, formatCount, plural, unbroken } from "./numbers.ts";
export { cutToWidth, displayWidth, markdownTable, printable, textTable, type TextTableOptions } from "./table.ts";
