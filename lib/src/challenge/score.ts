/** From how the scenarios ended to points. */
import { type Finding, isExact } from "./judge.ts";
import type { Harm, Scenario } from "./scenarios.ts";

/**
 * `passed`: the fault struck, and every message is stored once. `failed`: some are not, or were not while it mattered. `missed`: they are,
 * but the fault did not strike, so that nothing is proved.
 */
export type Outcome = "passed" | "failed" | "missed";

export function outcomeOf(finding: Finding, harm: Harm): Outcome {
  if (!isExact(finding) || harm === "not taken over") return "failed";
  return harm === "struck" ? "passed" : "missed";
}

/** As much of a result as its points need. */
interface Scored extends Pick<Scenario, "points" | "isShared"> {
  readonly outcome: Outcome;
}

/** Points of 100, rounded down. Those of a missed scenario go to the others that share with it, where it shares. */
export function scoreOf(results: readonly Scored[]): number {
  const points = (of: readonly Scored[]): number => of.reduce((sum, one) => sum + one.points, 0);
  const shared = results.filter(({ isShared }) => isShared === true);
  const counted = shared.filter(({ outcome }) => outcome !== "missed");
  const passed = results.filter(({ outcome }) => outcome === "passed");
  const passedShared = passed.filter(({ isShared }) => isShared === true);
  const share = counted.length === 0 ? 0 : points(shared) * (points(passedShared) / points(counted));
  return Math.floor(points(passed) - points(passedShared) + share + 1e-6);
}
