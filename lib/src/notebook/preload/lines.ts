/** Finds a line of a cell by its words: a compiler keeps the words of a line, and not its place. */

/**
 * The line, from 1, that shares most words with a line of generated code; undefined when none is like it. Where the compiler has put
 * several lines into one, it is the first of them.
 */
export function bestLine(source: string, generated: string): number | undefined {
  const words = wordsOf(generated);
  const lines = source.split("\n");
  const scores = lines.map((line) => similarity(wordsOf(line), words));
  const best = Math.max(...scores);
  if (best < 0.5) return undefined;
  let at = scores.indexOf(best);
  while (at > 0 && isContinued(lines[at - 1] ?? "") && isWithin(lines[at - 1] ?? "", words)) at--;
  return at + 1;
}

/** Whether a statement goes on after this line. */
function isContinued(line: string): boolean {
  return !/(^|[;{}]|\*\/)\s*(\/\/.*)?$/.test(line);
}

function isWithin(line: string, words: ReadonlySet<string>): boolean {
  return [...wordsOf(line)].every((word) => words.has(word));
}

function wordsOf(line: string): Set<string> {
  return new Set(line.replace(/^\s*(const|let|var|exports\.)/, "").match(/[\p{L}\p{N}_$]+/gu) ?? []);
}

/** Jaccard's index of two sets. */
function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((word) => b.has(word)).length;
  const all = a.size + b.size - shared;
  return all === 0 ? 0 : shared / all;
}
