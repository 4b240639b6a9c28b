/** The code as a whole: types, lint, formatting. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { test } from "node:test";
import { projectFolder } from "../lib/src/stack/index.ts";

const checks: readonly (readonly [string, readonly string[]])[] = [
  ["the types agree", ["typescript/bin/tsc", "-p", "."]],
  ["the types of the scripts in a browser agree", ["typescript/bin/tsc", "-p", "blog/client"]],
  // in two runs, which take 1 GB each: together they take more than a workspace has
  ["eslint finds nothing in the library", ["eslint/bin/eslint.js", "lib", "--max-warnings", "0"]],
  ["eslint finds nothing elsewhere", ["eslint/bin/eslint.js", ".", "--ignore-pattern", "lib", "--max-warnings", "0"]],
  ["everything is formatted", ["prettier/bin/prettier.cjs", "--check", ".", "--log-level", "warn"]],
];

for (const [what, [tool = "", ...args]] of checks) {
  test(what, async () => {
    const project = projectFolder();
    const said = await new Promise<string>((resolve) =>
      execFile(
        process.execPath,
        [join(project, "node_modules", tool), ...args],
        { cwd: project, maxBuffer: 1 << 24 },
        (error, stdout, stderr) => resolve(error === null ? "" : `${stdout}${stderr}` || error.message),
      ),
    );
    assert.equal(said, "");
  });
}
