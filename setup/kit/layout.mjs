// Where things are in an offline kit.

/** The folders of a kit. */
export const KIT_FOLDERS = /** @type {const} */ ({ packages: "packages", jars: "jars", wheels: "wheels" });

/** What a kit holds; it is written last, so that a kit that was not finished has none. */
export const MANIFEST = "kit.json";

/** The file of a package in a kit: `@types+node-24.0.0.tgz`. @param {{ name: string, version: string }} tarball */
export function tarballName({ name, version }) {
  return `${name.replace("/", "+")}-${version}.tgz`;
}
