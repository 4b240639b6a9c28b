import assert from "node:assert/strict";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { holdingNames, type RunNames } from "./run-names.ts";

let folder = "";
const { STREAMBOOK_HOME: homeBefore } = process.env;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "streambook-names-"));
  process.env["STREAMBOOK_HOME"] = join(folder, "home");
});
after(async () => {
  if (homeBefore === undefined) delete process.env["STREAMBOOK_HOME"];
  else process.env["STREAMBOOK_HOME"] = homeBefore;
  await rm(folder, { recursive: true, force: true });
});

/** Names, with an output folder in the test's own. */
function names(topic: string, table: string, output: string): RunNames {
  return { topic, table, output: join(folder, output) };
}

const refused: readonly (readonly [string, Parameters<typeof names>, RegExp])[] = [
  ["the same topic", ["chunks", "other", "b"], /^the topic chunks is used .*--topic, --table and --output$/],
  ["the same table in other letters", ["other", "Chunks", "b"], /^the table Chunks is used .*--table and --output$/],
  ["the same output folder", ["other", "other", "a"], /^the folder .*a is used by another run .*with --output$/],
];
for (const [what, given, message] of refused) {
  test(`a second run with ${what} is refused, with who has it and what to do`, async () => {
    await holdingNames(names("chunks", "chunks", "a"), async () => {
      let began = false;
      const refusal = holdingNames(names(...given), async () => {
        began = true;
      });
      await assert.rejects(refusal, { code: "RUN_UNDER_WAY", message });
      await assert.rejects(refusal, new RegExp(`--output .*/a\`, process ${process.pid}, since \\d\\d:\\d\\d`));
      assert.equal(began, false);
    });
    assert.equal(await holdingNames(names(...given), async () => "free again"), "free again");
  });
}

test("runs with names of their own go side by side, and leave no lock", async () => {
  const result = await holdingNames(names("a", "a", "a"), () => holdingNames(names("b", "b", "b"), async () => "both"));
  assert.equal(result, "both");
  assert.deepEqual(await readdir(join(folder, "home", "users")), []);
  assert.deepEqual(await readdir(join(folder, "a")), []);
});

test("a folder that is no output is not touched: the run itself refuses it", async () => {
  await holdingNames(names("a", "a", "precious"), async () => undefined);
  await writeFile(join(folder, "precious", "thesis.txt"), "years of work");
  await holdingNames(names("a", "a", "precious"), async () =>
    assert.deepEqual(await readdir(join(folder, "precious")), ["thesis.txt"]),
  );
  assert.equal(
    await holdingNames({ ...names("a", "a", ""), output: "/proc/streambook" }, async () => "goes on"),
    "goes on",
  );
});
