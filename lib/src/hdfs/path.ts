/** Names of files on HDFS: which ones are accepted, and how they are written in a URL. */
import { StreambookError } from "../errors/index.ts";

/**
 * Checks a path and gives its plain form: absolute, without a `/` at the end.
 *
 * Refused, because HDFS or its clients misunderstand them: relative paths, empty segments, `.` and `..`, a `:` (HDFS
 * forbids it in names), control characters, and text that is not Unicode (half of a surrogate pair).
 *
 * @throws USAGE saying what is wrong
 *
 * @example
 * ```ts
 * import { checkPath } from "streambook/hdfs";
 * console.assert(checkPath("/streambook/staging/") === "/streambook/staging");
 * ```
 */
export function checkPath(path: string): string {
  const fail = (what: string): never => {
    throw new StreambookError(
      "USAGE",
      `the HDFS path ${shown(path)} ${what}; give an absolute path such as /streambook/log`,
    );
  };
  if (!path.startsWith("/")) return fail("does not begin with /");
  if (/\p{Cc}/u.test(path)) return fail("holds a control character");
  if (path.includes(":")) return fail("holds a :, which HDFS forbids in names");
  if (!path.isWellFormed()) return fail("is not well-formed Unicode");
  if (path === "/") return path;
  const plain = path.endsWith("/") ? path.slice(0, -1) : path;
  for (const segment of plain.slice(1).split("/")) {
    if (segment === "") return fail("holds an empty name (//)");
    if (segment === "." || segment === "..") return fail(`holds the name ${segment}`);
  }
  return plain;
}

/** The path as it stands in a URL: every name percent-encoded, the slashes kept. */
export function encodePath(path: string): string {
  return checkPath(path).split("/").map(encodeURIComponent).join("/");
}

/** The folder a path is in. */
export function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** The last name of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** The path of a name in a folder. */
export function joinPath(folder: string, name: string): string {
  return folder === "/" ? `/${name}` : `${folder}/${name}`;
}

/** The path part of `hdfs://host:port/path`, `hdfs:///path` or `/path`. */
export function pathOf(location: string): string {
  const match = /^hdfs:\/\/[^/]*(\/.*)$/.exec(location);
  return checkPath(match?.[1] ?? location);
}

function shown(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 200)}…` : path);
}
