/** The challenge on the real Kafka and HDFS: the solution loses nothing, the half-right and the first version do, and all are seen for what they are. */
import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { addresses, projectFolder } from "../stack/index.ts";
import { runChallenge, type ChallengeResult } from "./index.ts";

await mkdir(join(projectFolder(), ".streambook"), { recursive: true });
const folder = await mkdtemp(join(projectFolder(), ".streambook", "challenge-"));
after(() => rm(folder, { recursive: true, force: true }));

const SOLUTION = join("notebooks", "solutions", "consumer.ts");
const FIRST_VERSION = join("notebooks", "challenge", "consumer.ts");
const HALF_RIGHT = join("test", "fixtures", "half-right");

/** Tests a program of the course, from a folder in the project, so that it finds the library. */
async function challenge(program: string, only: string): Promise<ChallengeResult> {
  const file = join(folder, "consumer.ts");
  await copyFile(join(projectFolder(), program), file);
  const { kafka, webhdfs } = await addresses();
  const signal = AbortSignal.timeout(300_000);
  return runChallenge({ command: [process.execPath, file], folder, kafka, webhdfs, signal, seed: 1, only });
}

const outcomes = ({ results }: ChallengeResult): (readonly [string, string])[] =>
  results.map(({ name, outcome }) => [name, outcome]);

for (const only of ["kill at HDFS RENAME", "kills at the start", "lost answers", "freeze", "HDFS away"])
  test(`the solution stores every message once: ${only}`, async () => {
    const result = await challenge(SOLUTION, only);
    assert.deepEqual(outcomes(result), [
      ["calm", "passed"],
      [only, "passed"],
    ]);
    const faults = result.results[1]?.happenings.filter(({ kind }) => kind === "fault") ?? [];
    assert.ok(faults.length > 0, "something was done to it");
    assert.ok((result.rate ?? 0) > 0);
  });

/** What a program does to messages in a scenario, and what is left of its points. */
const WEAKNESSES = [
  { what: "the first version", program: FIRST_VERSION, only: "random kills", cost: "lost", score: 4 },
  { what: "the first version", program: FIRST_VERSION, only: "kill at Kafka", cost: "lost", score: 4 },
  {
    what: "one that commits first",
    program: join(HALF_RIGHT, "commit-first.ts"),
    only: "RENAME",
    cost: "lost",
    score: 4,
  },
  {
    what: "one that commits last",
    program: join(HALF_RIGHT, "commit-last.ts"),
    only: "RENAME",
    cost: "doubled",
    score: 4,
  },
  { what: "one without a fence", program: join(HALF_RIGHT, "no-fence.ts"), only: "freeze", cost: "doubled", score: 4 },
] as const;

for (const { what, program, only, cost, score } of WEAKNESSES)
  test(`${what} works in peace, and pays for its weakness: ${only}, ${cost}`, async () => {
    const result = await challenge(program, only);
    const [calm, ...others] = result.results;
    assert.equal(calm?.outcome, "passed");
    assert.ok(others.length > 0);
    for (const { name, outcome, finding } of others) {
      assert.equal(outcome, "failed", name);
      assert.ok(finding[cost].length > 0, name);
    }
    assert.equal(result.score, score);
  });

test("one that commits last survives what strikes before it has stored anything", async () => {
  const result = await challenge(join(HALF_RIGHT, "commit-last.ts"), "kill at HDFS CREATE");
  assert.ok(
    outcomes(result).every(([, outcome]) => outcome === "passed"),
    String(outcomes(result)),
  );
  assert.ok(result.score > 4);
});
