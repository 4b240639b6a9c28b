/** Where files wait that Hadoop is to fetch. */
import { tmpdir } from "node:os";
import { StreambookError } from "../errors/index.ts";

/** A temporary folder whose name Hadoop can read: it takes a file's path for a URI, and blanks for a fault in it. */
export function plainFolder(): string {
  const folder = [tmpdir(), "/tmp", "/var/tmp"].find((each) => /^[A-Za-z0-9._/+-]+$/.test(each));
  if (folder !== undefined) return folder;
  throw new StreambookError(
    "USAGE",
    `the temporary folder ${tmpdir()} has a name that Hadoop cannot read; set TMPDIR to one without blanks`,
  );
}
