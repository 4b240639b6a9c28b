/** Levels of users and tweets: how they are called, in plain TypeScript and in SQL. */

/** Names for ranges of a whole number. */
export interface Levels {
  /** The column of silver that they are levels of. */
  readonly of: string;
  /** Each level with its least value, the highest first. */
  readonly steps: readonly (readonly [name: string, least: number])[];
  /** The level of what is below all of them. */
  readonly lowest: string;
}

/** How many a user is read by. */
export const influenceLevels: Levels = {
  of: "followers_count",
  steps: [
    ["High", 100_000],
    ["Medium", 10_000],
  ],
  lowest: "Low",
};

/** How much a tweet has moved: more than 1,000 reactions, more than 100, or fewer. */
export const engagementLevels: Levels = {
  of: "total_engagement",
  steps: [
    ["Viral", 1001],
    ["Popular", 101],
  ],
  lowest: "Regular",
};

/** The level of a value. */
export function levelOf({ steps, lowest }: Levels, value: number): string {
  return steps.find(([, least]) => value >= least)?.[0] ?? lowest;
}

/** The level as SQL over its column. */
export function levelSql({ of, steps, lowest }: Levels): string {
  const cases = steps.map(([name, least]) => `WHEN ${of} >= ${least} THEN '${name}'`);
  return `CASE ${cases.join(" ")} ELSE '${lowest}' END`;
}
