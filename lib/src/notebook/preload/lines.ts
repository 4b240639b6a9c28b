/** Finds a line of a cell by its words: a compiler keeps the words of a line, and not its place. */

/**
 * The line, from 1, that shares most words with a line of generated code; undefined when none is like it. Where the compiler has put
 * several lines into one, it is the first of them.
 */
export function bestLine(source: string, generated: string): number | undefined {
  const words = wordsOf(generated);
  const lines = source.split("\n");
  const scores = lines.map((_, at) => likenessFrom(lines.slice(at), words));
  const best = Math.max(...scores);
  if (best >= 0.5) return scores.indexOf(best) + 1;
  const whole = lines.findIndex((line) => isWithin(words, wordsOf(line))); // the compiler breaks lines, too
  return whole === -1 || words.size < 2 ? undefined : whole + 1;
}

function isWithin(words: ReadonlySet<string>, all: ReadonlySet<string>): boolean {
  return [...words].every((word) => all.has(word));
}

/** How like it is to what begins at the first of some lines: that line, or as many as its statement goes on for. */
function likenessFrom(lines: readonly string[], words: ReadonlySet<string>): number {
  const own = new Set<string>();
  let best = 0;
  for (const line of lines) {
    for (const word of wordsOf(line)) own.add(word);
    best = Math.max(best, similarity(own, words));
    if (!isContinued(line)) break;
  }
  return best;
}

/** Whether a statement goes on after this line. */
function isContinued(line: string): boolean {
  return !/(^|[;{}]|\*\/)\s*(\/\/.*)?$/.test(line);
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
