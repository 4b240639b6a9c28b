/** What is written about the code agrees with the code. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { errorCodes } from "../lib/src/errors/index.ts";
import { projectFolder } from "../lib/src/stack/index.ts";

const project = projectFolder();

/** The page of the error table. */
function errorPage(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, { summary, retriable, exitCode }]) =>
      `| \`${code}\` | ${summary} | ${retriable ? "yes" : "no"} | ${exitCode} |`,
  );
  return [
    "# Errors",
    "",
    "Every error that the library throws on purpose is a `StreambookError` with one of these codes. Its message says what is",
    "wrong, where, and what to do. Commands print it on one line; `--verbose` shows where it comes from.",
    "",
    "This page is made from the table in `lib/src/errors/errors.ts`: `UPDATE_DOCS=1 npm test -- docs` writes it anew.",
    "",
    "| code | meaning | worth another try | exit code |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ].join("\n");
}

test("docs/errors.md is the table of error codes", async () => {
  const file = join(project, "docs", "errors.md");
  if (process.env["UPDATE_DOCS"] !== undefined) await writeFile(file, errorPage());
  assert.equal(await readFile(file, "utf8"), errorPage(), "UPDATE_DOCS=1 npm test -- docs writes the page anew");
});

for (const page of ["README.md", "CONTRIBUTING.md", "stack/README.md", "data/README.md"]) {
  test(`the links of ${page} lead somewhere`, async () => {
    const text = await readFile(join(project, page), "utf8");
    const links = [...text.matchAll(/\]\((?<target>[^)#]+)/g)].map((match) => match.groups?.["target"] ?? "");
    const broken = links.filter((link) => !/^https?:/.test(link) && !existsSync(join(project, dirname(page), link)));
    assert.deepEqual(broken, []);
  });
}
