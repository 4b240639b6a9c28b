/** The challenge: a learner's consumer against an adversary that kills, freezes and cuts it off, at each step it is seen to take. */
export { runChallenge, type ChallengeOptions, type ChallengeResult, type ScenarioResult } from "./challenge.ts";
export { HINTS } from "./hints.ts";
export { isExact } from "./judge.ts";
export { failurePage, verdict } from "./picture.ts";
