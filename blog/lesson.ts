/** A notebook as a lesson of the guide: its title, its parts in their order, its words, and the solutions of its exercises. */
import { basename, dirname, join } from "node:path";
import { existsSync } from "node:fs";
import { StreambookError } from "../lib/src/errors/index.ts";
import { type Cell, COURSE, joined, readNotebook } from "../lib/src/notebook/index.ts";

/** A piece of a lesson, in reading order. */
export type Block =
  | { readonly kind: "prose"; readonly text: string; readonly attachments: Attachments }
  | {
      readonly kind: "code";
      readonly source: string;
      readonly tags: readonly string[];
      /** Whether its source is folded away, as JupyterLab folds it: what only imports, draws or removes. */
      readonly folded: boolean;
      readonly outputs: CellOutput[];
      /** `04-clusters.ipynb, cell 7`. */
      readonly where: string;
    }
  | { readonly kind: "solution"; readonly exercise: string; readonly blocks: readonly Block[] };

/** Pictures that a cell of text brings along: name → MIME type → base64. */
export type Attachments = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What a cell has put out, as the file has it; nothing about it is taken for granted. */
export interface CellOutput {
  readonly output_type?: unknown;
  readonly name?: unknown;
  readonly text?: unknown;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly ename?: unknown;
  readonly evalue?: unknown;
  readonly traceback?: unknown;
}

/** A word that a lesson explains. */
export interface Word {
  readonly term: string;
  /** Markdown. */
  readonly definition: string;
}

/** A lesson: all that its page, the front page, the glossary, the search and the feed are made of. */
export interface Lesson {
  /** `04-clusters`: the name of the file, of the page, and of all that belongs to it. */
  readonly name: string;
  /** `04`, or "" when the file has no number. */
  readonly number: string;
  /** Without its number. Markdown. */
  readonly title: string;
  /** The first paragraph. Markdown. */
  readonly summary: string;
  readonly file: string;
  readonly blocks: readonly Block[];
  readonly words: readonly Word[];
  /** Minutes to read it: the course's own number, so that the guide and the lesson say the same. */
  readonly minutes: number;
}

/** Words of prose that are read in a minute, and lines of code. */
const PACE = { words: 220, lines: 20 };

/**
 * Reads a notebook, and its solutions from the file of the same name in the folder `solutions` beside it.
 *
 * @throws NOT_FOUND, NOTEBOOK_INVALID when it cannot be read or has no title
 */
export async function readLesson(file: string): Promise<Lesson> {
  const { cells } = await readNotebook(file);
  const name = basename(file, ".ipynb");
  const blocks = cells.flatMap((cell, index) => blockOf(cell, `${file}, cell ${index + 1}`));
  const [first, ...others] = blocks;
  const opening = first?.kind === "prose" ? /^#[ \t]+(\S.*)\n*/.exec(first.text.trimStart()) : null;
  if (first?.kind !== "prose" || opening === null)
    throw new StreambookError(
      "NOTEBOOK_INVALID",
      `${file} has no title; let its first cell be text that begins with \`# NN · Title\` and a sentence that says what it is about`,
    );
  const [, number = "", title = ""] = /^(?:(\d+) · )?(.+)$/.exec(opening[1]?.trim() ?? "") ?? [];
  const afterTitle = first.text.trimStart().slice(opening[0].length);
  const summary = /^(?![#>*-] )\S[^]*?(?=\n\s*\n|$)/.exec(afterTitle)?.[0] ?? "";
  const rest = afterTitle.slice(summary.length).trim();
  const body = rest === "" ? others : [{ ...first, text: rest }, ...others];
  return {
    ...{ name, number, title, file, words: wordsOf(body), minutes: minutesOf(name, blocks) },
    summary: summary.replace(/\s+/g, " "),
    blocks: withSolutions(body, await readSolutions(file)),
  };
}

/** A cell as a block; an empty one is none. */
function blockOf(cell: Cell, place: string): Block[] {
  const { source } = cell as { source?: unknown };
  if (typeof source !== "string" && !Array.isArray(source))
    throw new StreambookError(
      "NOTEBOOK_INVALID",
      `${place} has no source; open the notebook in JupyterLab and save it, or \`git checkout\` the kept version`,
    );
  const text = joined(cell.source);
  if (text.trim() === "") return [];
  const attachments = (cell as { attachments?: Attachments }).attachments ?? {};
  if (cell.cell_type === "markdown") return [{ kind: "prose", text, attachments }];
  if (cell.cell_type !== "code") return [];
  const outputs = Array.isArray(cell.outputs) ? (cell.outputs as CellOutput[]) : [];
  const tags = cell.metadata?.tags ?? [];
  return [{ kind: "code", source: text.trimEnd(), tags, folded: isFolded(cell), outputs, where: basename(place) }];
}

function isFolded({ metadata }: Cell): boolean {
  const { jupyter } = (metadata ?? {}) as { jupyter?: { source_hidden?: unknown } };
  return jupyter?.source_hidden === true;
}

/** The lists under `## Words`, and under each `*New words*` where a lesson needs them first. */
function wordsOf(blocks: readonly Block[]): Word[] {
  const prose = blocks.flatMap((block) => (block.kind === "prose" ? [block.text] : [])).join("\n\n");
  const lists = [
    /^## Words[ \t]*$([^]*?)(?=^## |$(?![^]))/m.exec(prose)?.[1] ?? "",
    ...[...prose.matchAll(/^\*New words\*[ \t]*\n\n((?:- .*\n?(?: {2}.*\n?)*)+)/gm)].map(([, list = ""]) => list),
  ];
  return [...lists.join("\n\n").matchAll(/^- \*\*([^*]+)\*\*:\s*([^]*?)(?=^- |\n\s*\n|$(?![^]))/gm)].map(
    ([, term = "", definition = ""]) => ({ term, definition: definition.replace(/\s+/g, " ").trim() }),
  );
}

/** The blocks of each exercise's solution, by its heading. */
async function readSolutions(file: string): Promise<Map<string, Block[]>> {
  const solutions = new Map<string, Block[]>();
  const solved = join(dirname(file), "solutions", basename(file));
  if (!existsSync(solved)) return solutions;
  const { cells } = await readNotebook(solved);
  let current: Block[] | undefined;
  for (const block of cells.flatMap((cell, index) => blockOf(cell, `${solved}, cell ${index + 1}`))) {
    const heading = block.kind === "prose" ? exerciseOf(block.text) : undefined;
    if (heading !== undefined && block.kind === "prose") {
      current = [];
      solutions.set(heading, current);
      const text = block.text
        .slice(block.text.lastIndexOf("\n### ") + 1)
        .replace(/^### .*/, "")
        .trim();
      if (text !== "") current.push({ ...block, text });
    } else if (block.kind === "prose" && /^##? /m.test(block.text)) current = undefined;
    else current?.push(block);
  }
  return solutions;
}

/** Puts each solution after the check of its exercise, and after the hints that follow the check. */
function withSolutions(blocks: readonly Block[], solutions: ReadonlyMap<string, Block[]>): Block[] {
  let exercise: string | undefined;
  let waiting: Block[] = [];
  const isHint = (block: Block): boolean => block.kind === "prose" && /^<details>/.test(block.text.trimStart());
  const placed = blocks.flatMap((block): Block[] => {
    if (waiting.length > 0 && isHint(block)) return [block];
    const before = waiting;
    waiting = [];
    return [...before, ...inPlace(block)];
  });
  return [...placed, ...waiting];

  function inPlace(block: Block): Block[] {
    if (block.kind === "prose") {
      exercise = exerciseOf(block.text) ?? (/^##? /m.test(block.text) ? undefined : exercise);
      return [block];
    }
    const solution = exercise === undefined ? undefined : solutions.get(exercise);
    if (block.kind === "code" && block.tags.includes("exercise-check") && exercise !== undefined && solution?.length)
      waiting = [{ kind: "solution", exercise, blocks: solution }];
    return [block];
  }
}

/** `Exercise 2: …`, if a text has such a heading; the last one counts. */
function exerciseOf(text: string): string | undefined {
  return [...text.matchAll(/^### (Exercise \d+: .*?)\s*$/gm)].at(-1)?.[1];
}

/** The course's minutes for its lesson; for a page that is none of its lessons, what its length says. */
function minutesOf(name: string, blocks: readonly Block[]): number {
  return COURSE.find((lesson) => lesson.name === name)?.reading ?? readingTime(blocks);
}

/** Whole minutes, one at least. */
function readingTime(blocks: readonly Block[]): number {
  let minutes = 0;
  for (const block of blocks) {
    if (block.kind === "prose") minutes += (block.text.match(/[\p{L}\p{N}]+/gu)?.length ?? 0) / PACE.words;
    if (block.kind === "code") minutes += block.source.split("\n").length / PACE.lines;
  }
  return Math.max(1, Math.round(minutes));
}
