/** Notebooks as lessons. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { isStreambookError } from "../lib/src/errors/index.ts";
import { COURSE } from "../lib/src/notebook/index.ts";
import { readLesson } from "./lesson.ts";
import { BlogFolder } from "./notebooks-for-test.ts";

test("a title, a summary and the words are read from where the lessons have them", async () => {
  await using folder = await BlogFolder.make();
  const file = await folder.write("07-map", [
    "# 07 · Maps, *and* more\n\nBy the end you know\nwhat a map is.\n\n**Before you begin:** nothing.",
    "## Words\n\n- **map**: a function\n  of one record.\n- **key `k`**: what a pair is about.\n\nNo word.\n\n## Next\n\n- **other**: none.",
    { code: "1" },
  ]);
  const lesson = await readLesson(file);
  assert.equal(lesson.name, "07-map");
  assert.equal(lesson.number, "07");
  assert.equal(lesson.title, "Maps, *and* more");
  assert.equal(lesson.summary, "By the end you know what a map is.");
  assert.deepEqual(lesson.words, [
    { term: "map", definition: "a function of one record." },
    { term: "key `k`", definition: "what a pair is about." },
  ]);
  assert.deepEqual(
    lesson.blocks.map((block) => (block.kind === "prose" ? block.text.slice(0, 12) : block.kind)),
    ["**Before you", "## Words\n\n- ", "code"],
  );
  assert.equal(lesson.minutes, 1);
});

test("each solution stands behind the check of its exercise", async () => {
  await using folder = await BlogFolder.make();
  const exercise = (n: number, code: string, tag: string): { code: string; tags: string[] } => ({
    code: `${code}${n}`,
    tags: [tag],
  });
  const file = await folder.write("01-a", [
    "# 01 · A\n\nB.",
    "## Exercises\n\n### Exercise 1: One\n\nDo.",
    exercise(1, "stub", "exercise"),
    exercise(1, "check", "exercise-check"),
    "### Exercise 2: Two",
    exercise(2, "stub", "exercise"),
    exercise(2, "check", "exercise-check"),
    "## Clean up",
    { code: "clean" },
  ]);
  await folder.write("solutions/01-a", [
    "# 01 · A: solutions",
    { code: "set-up" },
    "## The exercises\n\n### Exercise 1: One\n\nBecause.",
    exercise(1, "solved", "solution"),
    "### Exercise 2: Two",
    exercise(2, "solved", "solution"),
    "## Clean up",
    { code: "never" },
  ]);
  const { blocks } = await readLesson(file);
  const seen = blocks.map((block) =>
    block.kind === "solution"
      ? block.blocks.map((part) => (part.kind === "prose" ? part.text : part.kind === "code" ? part.source : ""))
      : block.kind === "code"
        ? block.source
        : "…",
  );
  const expected = ["…", "stub1", "check1", ["Because.", "solved1"], "…", "stub2", "check2", ["solved2"], "…", "clean"];
  assert.deepEqual(seen, expected);
});

test("what cannot be a lesson is refused, with the file, the fault and the cure", async () => {
  await using folder = await BlogFolder.make();
  const cases: [Promise<string>, RegExp][] = [
    [folder.write("a", ["No title."]), /a\.ipynb has no title; let its first cell be text that begins with `# NN/],
    [folder.write("b", [{ code: "1" }, "# Late"]), /b\.ipynb has no title/],
    [folder.write("c", []), /c\.ipynb has no title/],
    [folder.writeText("d.ipynb", "{"), /d\.ipynb cannot be read .*git checkout/],
    [folder.writeText("e.ipynb", '{"cells":[{"cell_type":"code"}],"nbformat":4}'), /e\.ipynb, cell 1 has no source/],
    [
      folder.writeText("f.ipynb", '{"cells":[],"nbformat":3}'),
      /f\.ipynb cannot be read \(it is no notebook of format 4/,
    ],
  ];
  for (const [file, message] of cases)
    await assert.rejects(readLesson(await file), (error: Error) => {
      assert.ok(isStreambookError(error, "NOTEBOOK_INVALID"));
      assert.match(error.message, message);
      return true;
    });
  await assert.rejects(readLesson("/nowhere/x.ipynb"), (error) => isStreambookError(error, "NOT_FOUND"));
});

test("a lesson of the course takes as long as the course says, wherever it is shown", async () => {
  await using folder = await BlogFolder.make();
  for (const { name, reading } of COURSE) {
    const { minutes } = await readLesson(await folder.write(name, [`# ${name.slice(0, 2)} · A\n\nB.`]));
    assert.equal(minutes, reading, name);
  }
});

test("words are found where a lesson needs them first, not only under Words", async () => {
  await using folder = await BlogFolder.make();
  const file = await folder.write("02-a", [
    "# 02 · A\n\nB.",
    "## Words\n\n- **map**: a function.",
    "## Further\n\n*New words*\n\n- **agent**: one of many.\n- **lag**: what is behind.\n\nNow an agent.\n\n- **no word**: a list that explains nothing.",
  ]);
  const { words } = await readLesson(file);
  assert.deepEqual(
    words.map(({ term }) => term),
    ["map", "agent", "lag"],
  );
});

test("hints stand between the check of an exercise and its solution", async () => {
  await using folder = await BlogFolder.make();
  const file = await folder.write("03-a", [
    "# 03 · A\n\nB.",
    "### Exercise 1: One",
    { code: "check1", tags: ["exercise-check"] },
    "<details><summary>Hint 1</summary>\n\nTry.\n\n</details>",
    "### Exercise 2: Two",
    { code: "check2", tags: ["exercise-check"] },
  ]);
  await folder.write("solutions/03-a", [
    "# 03 · A: solutions",
    "### Exercise 1: One",
    { code: "solved1" },
    "### Exercise 2: Two",
    { code: "solved2" },
  ]);
  const { blocks } = await readLesson(file);
  const seen = blocks.map((block) => (block.kind === "prose" ? block.text.slice(0, 9) : block.kind));
  assert.deepEqual(seen, ["### Exerc", "code", "<details>", "solution", "### Exerc", "code", "solution"]);
});
