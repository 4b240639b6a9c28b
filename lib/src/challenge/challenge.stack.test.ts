/** The challenge on the real Kafka and HDFS: the solution loses nothing, the first version does, and both are seen for what they are. */
import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { after, test } from "node:test";
import { addresses, projectFolder } from "../stack/index.ts";
import { isExact, runChallenge, type ChallengeResult } from "./index.ts";

await mkdir(join(projectFolder(), ".streambook"), { recursive: true });
const folder = await mkdtemp(join(projectFolder(), ".streambook", "challenge-"));
after(() => rm(folder, { recursive: true, force: true }));

/** A program of the course, run from a folder in the project, so that it finds the library. */
async function take(program: string, only: string): Promise<ChallengeResult> {
  const file = join(folder, "consumer.ts");
  await copyFile(join(projectFolder(), "notebooks", program), file);
  const { kafka, webhdfs } = await addresses();
  const signal = AbortSignal.timeout(300_000);
  return runChallenge({ command: [process.execPath, file], folder, kafka, webhdfs, signal, seed: 1, only });
}

for (const only of ["kill at HDFS RENAME", "lost answers", "freeze", "HDFS away"])
  test(`the solution stores every message once: ${only}`, async () => {
    const { results, rate } = await take(join("solutions", "consumer.ts"), only);
    assert.deepEqual(
      results.map(({ name, finding }) => [name, isExact(finding)]),
      [
        ["calm", true],
        [only, true],
      ],
    );
    const faults = results[1]?.happenings.filter(({ kind }) => kind === "fault") ?? [];
    assert.ok(faults.length > 0, "something was done to it");
    assert.ok((rate ?? 0) > 0);
  });

test("the first version works in peace, and loses what it had gathered when it is killed", async () => {
  const { results } = await take(join("challenge", "consumer.ts"), "random kills");
  const [calm, killed] = results;
  assert.ok(calm !== undefined && isExact(calm.finding));
  assert.ok(killed !== undefined && !isExact(killed.finding));
  assert.equal(killed.outcome, "failed");
});
