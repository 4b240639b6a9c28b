/** Chance that can be repeated: seeded random numbers, the same on every machine. */
export { Random } from "./random.ts";
