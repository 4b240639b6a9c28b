/**
 * The output folder of a run. A marker in it says that a run may write there, and lists the texts that runs have rebuilt; the
 * next run removes what runs have written, and nothing else.
 */
import { access, appendFile, constants, readdir, readFile, realpath, rm, rmdir, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, resolve, sep } from "node:path";
import { messageOf, StreambookError } from "../../errors/index.ts";
import { makeFolder, writingInto } from "../../project/index.ts";

/** The file that says that a folder is a run's output. */
export const OUTPUT_MARKER = ".streambook-run";
/** The file in an output folder by which a run that is under way holds it. */
export const OUTPUT_LOCK = ".streambook-run.lock";
const FIRST_LINE =
  "The next run that writes here replaces what the last one has written: the reports, its logs, these texts:";
/** What the marker of an earlier version says: everything in `refresh/` was a run's. */
const FORMER = "The next run that writes here replaces what the last one has written.\n";
const REPORTS = ["report.json", "report.html", "texts.ndjson"];
/** The lessons keep things in the project's output folder, each in a folder of its own. */
const OF_LESSONS = /^nb\d\d$/;

/** What a run may find in the folders that it writes into. */
interface OwnFiles {
  readonly logs: (name: string) => boolean;
  readonly refresh: (name: string) => boolean;
}

/**
 * Checks that a run may write into a folder; changes nothing.
 *
 * @param data the folder of the texts, which must be neither in it nor around it
 * @throws NOT_OURS when something is there that no run has written; USAGE when nothing can be written there
 */
export async function checkOutput(output: string, data: string): Promise<void> {
  const [place, texts] = [await realName(output), await realName(data)];
  if (isWithin(place, texts) || isWithin(texts, place)) {
    throw new StreambookError(
      "USAGE",
      `the output folder ${output} and the folder of texts ${data} are the same, or one is in the other`,
      { hint: { change: ["output"] } },
    );
  }
  const names = await namesIn(output);
  const marker = await readMarker(output);
  const other = names.find((name) => !OF_LESSONS.test(name) && name !== OUTPUT_LOCK);
  if (other !== undefined && marker === undefined) {
    throw new StreambookError("NOT_OURS", `the output folder ${output} holds other things (${other})`, {
      hint: { change: ["output"] },
    });
  }
  const own = ownFiles(marker ?? "");
  for (const folder of ["logs", "refresh"] as const) {
    const stranger = (await namesIn(join(output, folder))).find((name) => !own[folder](name));
    if (stranger !== undefined) {
      throw new StreambookError(
        "NOT_OURS",
        `the output folder holds ${join(output, folder, stranger)}, which no run has written; move it away`,
        { hint: { change: ["output"] } },
      );
    }
  }
}

/**
 * Makes the output folder ready: marked, and without what an earlier run has written.
 *
 * @throws as {@link checkOutput}
 */
export async function prepareOutput(output: string, data: string): Promise<void> {
  await checkOutput(output, data);
  try {
    await makeFolder(resolve(output));
    await access(output, constants.W_OK);
  } catch (cause) {
    throw cannotWrite(output, cause);
  }
  const own = ownFiles((await readMarker(output)) ?? "");
  for (const name of REPORTS) await rm(join(output, name), { force: true });
  for (const folder of ["logs", "refresh"] as const) {
    const place = join(output, folder);
    for (const name of await namesIn(place)) if (own[folder](name)) await rm(join(place, name), { force: true });
    await rmdir(place).catch(() => undefined); // if it is there, and empty
  }
  await writingInto(output, () => writeFile(join(output, OUTPUT_MARKER), `${FIRST_LINE}\n`));
}

/** Notes that a text is about to be written into `refresh/`. */
export async function noteText(output: string, name: string): Promise<void> {
  await appendFile(join(output, OUTPUT_MARKER), `${name}\n`);
}

function ownFiles(marker: string): OwnFiles {
  const listed = new Set(marker.split("\n").slice(1));
  return {
    logs: (name) => /^chunks_[\dTZ._]+\.ndjson$/.test(name),
    refresh: (name) => marker === FORMER || listed.has(name) || /^\.[0-9a-f]{16}\.rebuilding$/.test(name),
  };
}

async function readMarker(output: string): Promise<string | undefined> {
  return readFile(join(output, OUTPUT_MARKER), "utf8").catch(() => undefined);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw cannotWrite(folder, cause);
  }
}

function cannotWrite(folder: string, cause: unknown): StreambookError {
  return new StreambookError("USAGE", `cannot write to the output folder ${folder} (${messageOf(cause)})`, {
    cause,
    hint: { change: ["output"] },
  });
}

/** A folder's name without symbolic links on the way, also of one that is not there yet. */
async function realName(folder: string): Promise<string> {
  const path = resolve(folder);
  return realpath(path).catch(async () =>
    dirname(path) === path ? path : join(await realName(dirname(path)), basename(path)),
  );
}

/** Whether a path is a folder or in it. */
function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`);
}
