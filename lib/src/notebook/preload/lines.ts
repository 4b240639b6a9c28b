/** Finds a line of a cell by its words: a compiler keeps the words of a line, and not its place. */

/** The line, from 1, that shares most words with a line of generated code; undefined when none is like it. */
export function bestLine(source: string, generated: string): number | undefined {
  const words = wordsOf(generated);
  const scores = source.split("\n").map((line) => similarity(wordsOf(line), words));
  const best = Math.max(...scores);
  return best < 0.5 ? undefined : scores.indexOf(best) + 1;
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
