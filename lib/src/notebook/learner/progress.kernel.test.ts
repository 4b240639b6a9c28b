/** A learner's progress as it is counted: in the kernel of the copy, and nowhere else. */
import assert from "node:assert/strict";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { kernelSpecification } from "../../../../setup/learner/kernel.mjs";
import { workFolder } from "../../../../setup/learner/work.mjs";
import { COURSE, lessonFiles } from "../course.ts";
import { readNotebook } from "../file.ts";
import { Kernel } from "../kernel.ts";
import { streamText } from "../outputs.ts";
import { claimsOf } from "./claims.ts";
import { forgetProgress, progressIn } from "./progress.ts";

const [lesson] = COURSE;
assert.ok(lesson !== undefined);
const kept = join(workFolder(), ".progress", `${lesson.name}.json`);
/** What the developer of the course, who learns, too, has done so far. */
let own: string | undefined;
before(async () => {
  own = await readFile(kept, "utf8").catch(() => undefined);
  await rm(kept, { force: true });
});
after(async () => {
  await rm(kept, { force: true });
  if (own !== undefined) await writeFile(kept, own);
});

async function run(folder: string, cells: readonly string[]): Promise<string> {
  await mkdir(folder, { recursive: true });
  await using kernel = await Kernel.start({ folder, spec: kernelSpecification() });
  let said = "";
  for (const cell of cells) said += streamText((await kernel.execute(cell, { timeout: 60_000 })).outputs, "stdout");
  return said;
}

test("a check that holds is counted once, kept for the next kernel, and forgotten with the lesson", async () => {
  const claims = claimsOf((await readNotebook(lessonFiles()[0] as string)).cells);
  const claim = claims.find(({ name }) => !name.includes("…"));
  const check = `check(${JSON.stringify(claim?.name)}, 1, 1);`;
  const imports = 'import { check, showProgress } from "streambook/notebook";';
  const line = (held: number): RegExp => new RegExp(`${lesson.title}: ${held} of ${claims.length} checks`);
  const cells = [imports, check, check, 'check("no check of the course", 1, 1);', 'showProgress("00");'];
  assert.match(await run(join(workFolder(), "files"), cells), line(1), "elsewhere the run itself counts");
  assert.equal(progressIn(lesson).checks.held, 0);
  assert.match(await run(workFolder(), cells), line(1));
  assert.equal(progressIn(lesson).checks.held, 1);
  assert.match(await run(workFolder(), [imports, 'showProgress("00");']), line(1));
  forgetProgress(lesson.name);
  assert.match(await run(workFolder(), [imports, 'showProgress("00");']), line(0));
});
