/** What a lesson claims and asks: its checks, read from its cells, and which of them are an exercise's. */
import { type Cell, isCode, joined } from "../file.ts";

/** A check as a cell calls it. */
export interface Claim {
  /** Its name, as the cell has it; the changing parts of a template are `…`. */
  readonly name: string;
  readonly pattern: RegExp;
  /** The number of the exercise that it judges, from 1; undefined when the text claims it. */
  readonly exercise: number | undefined;
}

/** The tag of a cell that judges an exercise. */
const EXERCISE_CHECK = "exercise-check";
const CALL =
  /\b(?:check|checkThrows|answer)(?:<[^(]*>)?\(\s*(?:"((?:[^"\\\n]|\\.)*)"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`)/g;

/** The checks of a lesson, in their order. */
export function claimsOf(cells: readonly Cell[]): Claim[] {
  const claims: Claim[] = [];
  let exercise = 0;
  for (const cell of cells.filter(isCode)) {
    const isExercise = cell.metadata.tags?.includes(EXERCISE_CHECK) ?? false;
    if (isExercise) exercise++;
    for (const [, double, single, template] of joined(cell.source).matchAll(CALL)) {
      const name = (double ?? single ?? template ?? "").replace(/\\(.)/g, "$1");
      const parts = template === undefined ? [name] : template.split(/\$\{(?:[^{}]|\{[^{}]*\})*\}/);
      claims.push({
        name: parts.join("…"),
        pattern: new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("[^]*")}$`),
        exercise: isExercise ? exercise : undefined,
      });
    }
  }
  return claims;
}
