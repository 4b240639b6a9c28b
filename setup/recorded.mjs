// The checksums that the project recorded: the SHA-256 of every jar.
import { join } from "node:path";
import { PROJECT } from "./paths.mjs";

/** @typedef {import("./jars.mjs").Library} Library */
/** @typedef {import("./jars.mjs").Checksums} Checksums */

/**
 * Where the recorded checksums stand.
 * @param {Library} library
 */
export function checksumsFile(library) {
  return join(PROJECT, "stack", "checksums", `${library}.sha256`);
}

/**
 * @param {string} text lines as sha256sum writes them
 * @returns {Checksums}
 */
export function parseChecksums(text) {
  return new Map(
    [...text.matchAll(/^([0-9a-f]{64}) [ *](.+)$/gm)].map((match) => [String(match[2]), String(match[1])]),
  );
}
