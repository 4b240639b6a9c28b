/** Invented texts on disk, with the truth beside them. */
import { open, readdir, readFile, rename, rm, writeFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { StreambookError } from "../errors/index.ts";
import { claimFolder, strangerIn } from "../../../setup/owned.mjs";
import { makeOutputFolder, writingInto } from "../project/index.ts";
import { Random } from "../random/index.ts";
import { InventedLanguage, type LanguageOptions } from "./language.ts";

/** What is generated. */
export interface CorpusOptions extends LanguageOptions {
  /** How many texts, each about one topic. @default 24 */
  readonly texts?: number | undefined;
  /** How many bytes all texts have together, at least; the last paragraph of each is ended. @default 1000000 */
  readonly size?: number | undefined;
  /** Folder that gets the texts; made if it is missing. */
  readonly output: string;
}

/** How far it has come. */
export interface CorpusProgress {
  readonly texts: number;
  readonly bytes: number;
}

/** How it is generated. */
export interface GenerateOptions {
  /** Replaces the texts of an earlier run in the folder; without it, a folder that has any is refused. @default false */
  readonly overwrite?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: CorpusProgress) => void) | undefined;
}

/** What was generated. */
export interface Corpus {
  readonly texts: readonly { readonly name: string; readonly topic: number; readonly bytes: number }[];
  readonly bytes: number;
  /** The file that says what each text is about: `{"text-01.txt": 0, …}`. */
  readonly labels: string;
}

/** Bytes gathered before they are written. */
const BLOCK = 2 ** 18;
/** The truth has a folder of its own, so that streaming the folder of the texts sends texts and nothing else. */
const LABELS = join("labels", "labels.json");
/** Stands beside the truth, so that the folder of the texts holds texts and nothing else. */
const MARK = {
  name: ".streambook-generated",
  text: "streambook has generated labels.json and the texts that it names, in the folder above; generating again may replace them.\n",
};

/**
 * Writes labelled texts in an invented language: the same options give the same bytes, whatever the machine. Memory stays
 * flat, whatever the size; a text appears under its name only when it is whole.
 *
 * @throws USAGE when an option is out of range, or the folder has texts already; NOT_OURS when a file that would be written over
 * is not of an earlier run
 *
 * @example
 * ```ts
 * import { generateCorpus } from "streambook/corpus";
 * import { mkdtemp } from "node:fs/promises";
 * import { tmpdir } from "node:os";
 * import { join } from "node:path";
 * const output = await mkdtemp(join(tmpdir(), "corpus-"));
 * const { texts } = await generateCorpus({ topics: 2, texts: 4, size: 10_000, output });
 * console.assert(texts.length === 4 && texts[1]!.topic === 1);
 * ```
 */
export async function generateCorpus(options: CorpusOptions, running: GenerateOptions = {}): Promise<Corpus> {
  const { texts: count = 24, size = 1_000_000, seed = 7, output } = options;
  if (!Number.isInteger(count) || count < 1 || count > 100_000) {
    throw new StreambookError("USAGE", `the number of texts must be a whole number from 1 to 100000, and is ${count}`);
  }
  if (!(size >= 100 * count)) {
    throw new StreambookError("USAGE", `${size} bytes are too few for ${count} texts; give at least ${100 * count}`);
  }
  const language = new InventedLanguage(options);
  const width = String(count).length;
  const plan = shareOut(size, count, new Random(seed).fork(count)).map((share, index) => ({
    name: `text-${String(index + 1).padStart(width, "0")}.txt`,
    topic: index % language.topics,
    share,
  }));
  await prepareFolder(output, plan, running.overwrite === true);
  // The labels come first: a run that is interrupted has then said which files are its own.
  const labels = join(output, LABELS);
  const truth = Object.fromEntries(plan.map(({ name, topic }) => [name, topic]));
  await writingInto(output, () => writeFile(labels, `${JSON.stringify(truth, undefined, 2)}\n`));
  const texts: Corpus["texts"][number][] = [];
  let bytes = 0;
  for (const [index, { name, topic, share }] of plan.entries()) {
    const paragraphs = paragraphsOf(language, topic, share, new Random(seed).fork(index));
    const before = bytes;
    const onBytes = (sofar: number): void => running.onProgress?.({ texts: index, bytes: before + sofar });
    const written = await writingInto(output, () =>
      writeWhole(join(output, name), paragraphs, running.signal, onBytes),
    );
    texts.push({ name, topic, bytes: written });
    bytes += written;
    running.onProgress?.({ texts: index + 1, bytes });
  }
  return { texts, bytes, labels };
}

/** Makes the folder, and makes sure that what is written does not mix with what was there. */
async function prepareFolder(
  folder: string,
  plan: readonly { readonly name: string }[],
  overwrite: boolean,
): Promise<void> {
  await makeOutputFolder(folder);
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
  if (names.length > 0 && !overwrite) {
    throw new StreambookError(
      "USAGE",
      `the folder ${folder} already has files (${names[0]} …), and only texts of an earlier run may be replaced`,
      { hint: { change: ["output"], replace: true } },
    );
  }
  const labels = join(folder, "labels");
  const stranger = await strangerIn(labels, MARK).catch(() => "");
  if (stranger !== undefined) throw notOurs(join(labels, stranger));
  const ours = new Set(
    Object.keys(await readLabels(join(folder, LABELS))).filter((name) => /^text-\d+\.txt$/.test(name)),
  );
  const taken = new Set(entries.map(({ name }) => name));
  const other = plan.find(({ name }) => taken.has(name) && !ours.has(name));
  if (other !== undefined) throw notOurs(join(folder, other.name));
  await claimFolder(labels, MARK);
  for (const name of names) if (ours.has(name)) await rm(join(folder, name));
}

function notOurs(path: string): StreambookError {
  return new StreambookError("NOT_OURS", `${path} is not of an earlier run, and would be written over`, {
    hint: { change: ["output"] },
  });
}

/** The labels of an earlier run; none when there are no such, or they are damaged. */
async function readLabels(file: string): Promise<object> {
  try {
    return JSON.parse(await readFile(file, "utf8")) as object;
  } catch {
    return {};
  }
}

/** Divides bytes among texts, some long and some short. */
function shareOut(size: number, count: number, random: Random): number[] {
  const weights = Array.from({ length: count }, () => Math.exp(0.5 * random.normal()));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => Math.ceil((size * weight) / whole));
}

/** Paragraphs with an empty line between them, until they are `bytes` long; all characters are ASCII, one byte each. */
function* paragraphsOf(
  language: InventedLanguage,
  topic: number,
  bytes: number,
  random: Random,
): Generator<string, void, undefined> {
  for (let length = 0; length < bytes;) {
    const paragraph = `${length === 0 ? "" : "\n"}${language.paragraph(topic, random)}\n`;
    length += paragraph.length;
    yield paragraph;
  }
}

/** Writes pieces to a file that gets its name when it is whole; returns how many bytes it has. */
async function writeWhole(
  path: string,
  pieces: Iterable<string>,
  signal: AbortSignal | undefined,
  onBytes: (bytes: number) => void,
): Promise<number> {
  const partial = `${path}.partial`;
  const file = await open(partial, "w");
  let bytes: number;
  try {
    bytes = await writeBlocks(file, pieces, signal, onBytes);
    await file.close();
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(partial, { force: true });
    throw error;
  }
  await rename(partial, path);
  return bytes;
}

async function writeBlocks(
  file: FileHandle,
  pieces: Iterable<string>,
  signal: AbortSignal | undefined,
  onBytes: (bytes: number) => void,
): Promise<number> {
  let bytes = 0;
  let block = "";
  const flush = async (): Promise<void> => {
    signal?.throwIfAborted();
    bytes += (await file.write(block)).bytesWritten;
    block = "";
    onBytes(bytes);
  };
  for (const piece of pieces) {
    block += piece;
    if (block.length >= BLOCK) await flush();
  }
  await flush();
  return bytes;
}
