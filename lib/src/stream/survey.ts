/** The one survey of a folder of texts: what is a text, what is passed over, and what is wrong, each as a sentence. */
import { mapConcurrent } from "../async/index.ts";
import { isStreambookError, listed, shownName, StreambookError } from "../errors/index.ts";
import { TextFolder, type OtherEntry } from "./texts.ts";
import { findBadUtf8 } from "./utf8.ts";

/** What is in a folder of texts: every entry is in one of the three lists. */
export interface TextSurvey {
  /** The folder, without links in its path. */
  readonly folder: string;
  /** The names of the texts, sorted by code unit. */
  readonly names: readonly string[];
  /** What is passed over because of its kind: hidden entries, folders, links, pipes. */
  readonly others: readonly OtherEntry[];
  /** What should be a text and cannot be read as one. */
  readonly faults: readonly TextFault[];
}

/** Why a file cannot be read as a text. */
export interface TextFault {
  /** As it is written for people when it is not UTF-8. */
  readonly name: string;
  readonly kind: "name" | "access" | "gone" | "content";
  /** Byte position of the first sequence that is not UTF-8, of the kind "content". */
  readonly position?: number;
}

/** Files that are looked at together. */
const AT_ONCE = 8;

/**
 * Looks through a folder of texts before any of them is sent: there must be one, and each must be readable and UTF-8.
 *
 * @throws NOT_FOUND without the folder; NO_TEXTS; NOT_UTF8, which names the files and where they stop being UTF-8;
 * TEXT_UNREADABLE for files that may not be read, have vanished meanwhile, or whose names are not UTF-8
 */
export async function surveyTexts(folder: string, signal?: AbortSignal): Promise<TextSurvey> {
  const survey = await takeSurvey(await TextFolder.open(folder), { contents: true, signal });
  const faults = faultSentences(survey);
  if (faults.length > 0) throw new StreambookError(codeOf(survey.faults), `in ${survey.folder}: ${faults.join("; ")}`);
  return survey;
}

/** How a survey is taken. */
export interface SurveyOptions {
  /** Whether the files are read, to see that they are UTF-8. */
  readonly contents: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** A survey that lists faults instead of throwing them. @throws NO_TEXTS when there is nothing that could be a text */
export async function takeSurvey(folder: TextFolder, { contents, signal }: SurveyOptions): Promise<TextSurvey> {
  const { names, others, misnamed } = await folder.list();
  const looks = await mapConcurrent(names, AT_ONCE, (name) => faultOf(folder, name, contents, signal));
  const faults = [
    ...misnamed.map((name): TextFault => ({ name, kind: "name" })),
    ...looks.filter((fault) => fault !== undefined),
  ];
  const unserved = new Set(faults.filter(({ kind }) => kind !== "content").map(({ name }) => name));
  const survey = { folder: folder.path, names: names.filter((name) => !unserved.has(name)), others, faults };
  if (survey.names.length > 0 || faults.length > 0) return survey;
  const beside = others.length === 0 ? "" : `; of ${passedOver(survey)} nothing is read`;
  throw new StreambookError(
    "NO_TEXTS",
    `the folder ${folder.path} holds no texts (regular files that are not hidden${beside}); put some there, or give another folder`,
  );
}

async function faultOf(
  folder: TextFolder,
  name: string,
  contents: boolean,
  signal: AbortSignal | undefined,
): Promise<TextFault | undefined> {
  signal?.throwIfAborted();
  try {
    const text = await folder.open(name);
    if (text === undefined) return { name, kind: "gone" };
    try {
      const position = contents ? await findBadUtf8(text.file, signal, text.size) : undefined;
      return position === undefined ? undefined : { name, kind: "content", position };
    } finally {
      await text.close();
    }
  } catch (error) {
    if (isStreambookError(error, "TEXT_UNREADABLE")) return { name, kind: "access" };
    throw error;
  }
}

function codeOf(faults: readonly TextFault[]): "NOT_UTF8" | "TEXT_UNREADABLE" {
  return faults.every(({ kind }) => kind === "content") ? "NOT_UTF8" : "TEXT_UNREADABLE";
}

/** What is passed over, kind by kind: `1 folder (sub), 3 links (a, b, c)`; empty when it is nothing. */
export function passedOver({ others }: Pick<TextSurvey, "others">): string {
  return [...Map.groupBy(others, ({ kind }) => kind)]
    .map(([kind, entries]) => {
      const names = entries.map(({ name }) => shownName(name));
      const kinds = kind === "hidden entry" ? "hidden entries" : `${kind}s`;
      return `${names.length} ${names.length === 1 ? kind : kinds} (${listed(names)})`;
    })
    .join(", ");
}

/** What is wrong with files that should be texts: one sentence for each kind of fault, with what to do. */
export function faultSentences({ faults }: Pick<TextSurvey, "faults">): string[] {
  return [...Map.groupBy(faults, ({ kind }) => kind)].map(([kind, group]) => {
    const names = listed(group.map(({ name }) => shownName(name)));
    const one = group.length === 1;
    if (kind === "name")
      return `the ${one ? "name" : "names"} ${names} ${one ? "is" : "are"} not UTF-8; rename the ${one ? "file" : "files"}`;
    if (kind === "access")
      return `${names} may not be read; give yourself the right to (chmod u+r), or take ${one ? "it" : "them"} away`;
    if (kind === "gone") return `${names} vanished while the folder was looked through; try again`;
    const places = group.map(({ name, position = 0 }) => notUtf8(name, position));
    return `${listed(places)}; save ${one ? "it" : "them"} as UTF-8, or take ${one ? "it" : "them"} away`;
  });
}

/** Says that a text is not UTF-8, and from which byte on. */
export function notUtf8(name: string, position: number): string {
  return `${shownName(name)} is not UTF-8: the first bad sequence begins at byte ${position}`;
}
