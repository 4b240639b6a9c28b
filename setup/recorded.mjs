// The checksums that the project recorded, the SHA-256 of every jar, and how that of a file is found.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { join } from "node:path";
import { PROJECT } from "./paths.mjs";

/** @typedef {import("./java/jars.mjs").Library} Library */
/** @typedef {import("./java/jars.mjs").Checksums} Checksums */

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

/**
 * @param {string} file
 * @returns {Promise<string>} SHA-256, hexadecimal
 */
export async function hashFile(file) {
  const hash = createHash("sha256");
  for await (const part of createReadStream(file, { highWaterMark: 1 << 20 }))
    hash.update(/** @type {Buffer} */ (part));
  return hash.digest("hex");
}
