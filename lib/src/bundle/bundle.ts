/** A module made into files that need nothing but Node, so that they run where neither the module nor its imports are. */
import { mkdtemp, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import type * as Esbuild from "esbuild";
import { messageOf, StreambookError } from "../errors/index.ts";
import { plainFolder } from "./plain-folder.ts";

/** Options of {@link bundleModule}. */
export interface BundleOptions<Name extends string> {
  /** What the module defines, for messages: `job`. */
  readonly kind: string;
  /** Programs by name. Each text is a module that may import anything by absolute path. @param module the module's path */
  readonly programs: Readonly<Record<Name, (module: string) => string>>;
  /** Whether errors of a program know the lines of the sources (`node --enable-source-maps`). @default false */
  readonly sourceMaps?: boolean;
}

/** Programs in a folder of their own. */
export interface Bundle<Name extends string> {
  /** The file of each, by its name. */
  readonly files: Readonly<Record<Name, string>>;
  /** Removes the folder. */
  remove(): Promise<void>;
}

/** The path of a module that is given as path or `file:` URL. */
export function modulePath(module: string | URL): string {
  return module instanceof URL || module.startsWith("file:") ? fileURLToPath(module) : resolve(module);
}

/**
 * Bundles programs that use a module.
 *
 * @param module path or `file:` URL of a TypeScript or JavaScript module
 * @throws USAGE when it cannot be bundled, with the bundler's first message and where it is
 */
export async function bundleModule<Name extends string>(
  module: string | URL,
  { kind, programs, sourceMaps = false }: BundleOptions<Name>,
): Promise<Bundle<Name>> {
  const path = modulePath(module);
  const folder = await mkdtemp(join(plainFolder(), `streambook-${kind}-`));
  const remove = () => rm(folder, { recursive: true, force: true });
  const build = async (bundler: Bundler, [name, program]: [string, (module: string) => string]) => {
    const outfile = join(folder, `${name}.mjs`);
    await bundler.build({
      stdin: { contents: program(path), resolveDir: folder },
      banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node24",
      logLevel: "silent",
      // The file runs in another folder: the map must name the sources as they are here. `-` stands for this folder, whose name is
      // another each time, so that the same module gives the same file.
      ...(sourceMaps && {
        sourcemap: "inline",
        sourcesContent: false,
        sourceRoot: pathToFileURL(join(folder, "..", "-", "/")).href,
      }),
    });
    return [name, outfile] as const;
  };
  try {
    const entries = Object.entries<(module: string) => string>(programs);
    const built = await withBundler((bundler) => Promise.all(entries.map((entry) => build(bundler, entry))));
    return { files: Object.fromEntries(built) as Record<Name, string>, remove };
  } catch (cause) {
    await remove();
    const [first] = (cause as Partial<Esbuild.BuildFailure>).errors ?? [];
    const where = first?.location ? ` (${first.location.file}:${first.location.line})` : "";
    throw new StreambookError(
      "USAGE",
      `the ${kind}'s module ${path} cannot be bundled: ${first?.text ?? messageOf(cause)}${where}; fix it`,
      { cause },
    );
  }
}

type Bundler = typeof Esbuild;

/** Operations that use the bundler now. */
let users = 0;

/**
 * The bundler works in a process of its own, which it keeps for the next time. The stop button of a notebook ends that process, and
 * every later use would fail: so it is ended after each use, and the next one starts it again.
 */
async function withBundler<T>(operation: (bundler: Bundler) => Promise<T>): Promise<T> {
  const bundler = await import("esbuild");
  users++;
  try {
    return await operation(bundler);
  } finally {
    if (--users === 0) await bundler.stop();
  }
}
