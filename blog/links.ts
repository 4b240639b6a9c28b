/** Where the links of a notebook lead on the site: to lessons, to the repository, or nowhere. */
import { basename, posix } from "node:path";
import type { Lesson } from "./lesson.ts";
import type { Link } from "./prose.ts";

/** A path of the site as an address has it: a notebook may be named in any way. */
export function encodedPath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}

/** A path as an address has it, read back; one that is not encoded properly is taken as it is. */
function decodedPath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** The links of a lesson's prose: notebooks become pages, solutions the exercises, files of the project the repository's. */
export function linkOf(
  lesson: Pick<Lesson, "name">,
  {
    lessons,
    repository,
  }: { readonly lessons: readonly Pick<Lesson, "name">[]; readonly repository?: string | undefined },
): Link {
  return (href) => {
    if (/^(https?:|mailto:|#)/i.test(href)) return href;
    if (/^[a-z][\w+.-]*:|^\/\//i.test(href) || href === "") return undefined;
    const [path = "", anchor = ""] = href.split(/(?=#)/);
    const name = basename(decodedPath(path), ".ipynb");
    const page = name === lesson.name ? "" : encodedPath(`${name}.html`);
    const known = path.endsWith(".ipynb") && lessons.some((other) => other.name === name);
    if (known && /(^|\/)solutions\//.test(path)) return `${page}#exercises`;
    if (known) return `${page}${anchor}` || "#main";
    if (repository === undefined) return undefined;
    const inProject = posix.join("notebooks", path);
    return inProject.startsWith("..") ? undefined : `${repository}/blob/HEAD/${inProject}${anchor}`;
  };
}
