/** A job's module made into two files that need nothing but Node: the mapper and the reducer. */
import { mkdtemp, rm } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type * as Esbuild from "esbuild";
import { messageOf, StreambookError } from "../errors/index.ts";
import { plainFolder } from "./plain-folder.ts";

/** The two files, in a folder of their own. */
export interface Bundle {
  readonly mapper: string;
  readonly reducer: string;
  /** Removes both. */
  remove(): Promise<void>;
}

/**
 * Bundles the module whose default export is a job.
 *
 * @param module path or `file:` URL of a TypeScript or JavaScript module
 * @throws USAGE when it cannot be bundled, with the bundler's first message
 */
export async function bundleJob(module: string | URL): Promise<Bundle> {
  const file = module instanceof URL || module.startsWith("file:") ? fileURLToPath(module) : resolve(module);
  const own = fileURLToPath(import.meta.url);
  const task = join(own, "..", `task${extname(own)}`);
  const folder = await mkdtemp(join(plainFolder(), "streambook-job-"));
  const remove = () => rm(folder, { recursive: true, force: true });
  const side = async ({ build }: Bundler, name: "mapper" | "reducer", run: string): Promise<string> => {
    const outfile = join(folder, `${name}.mjs`);
    await build({
      stdin: {
        contents: `import { ${run} } from ${JSON.stringify(task)};\nimport job from ${JSON.stringify(file)};\n${run}(job);\n`,
        resolveDir: join(own, ".."),
      },
      banner: { js: `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);` },
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node24",
      logLevel: "silent",
    });
    return outfile;
  };
  try {
    const [mapper, reducer] = await withBundler((bundler) =>
      Promise.all([side(bundler, "mapper", "runMapper"), side(bundler, "reducer", "runReducer")]),
    );
    return { mapper, reducer, remove };
  } catch (cause) {
    await remove();
    const first = (cause as { errors?: { text: string; location: { file: string; line: number } | null }[] })
      .errors?.[0];
    const where = first?.location ? ` (${first.location.file}:${first.location.line})` : "";
    throw new StreambookError(
      "USAGE",
      `the job's module ${file} cannot be bundled: ${first?.text ?? messageOf(cause)}${where}; fix it`,
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
