/** Which notebooks `npm run blog -- --execute …` runs first, and what is left for the exporter. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { takeExecute } from "./take-execute.mjs";

test("--execute takes the names behind it, up to the next option", () => {
  const cases: [string[], string[] | undefined, string[]][] = [
    [[], undefined, []],
    [["--watch"], undefined, ["--watch"]],
    [["--execute"], [], []],
    [["--execute", "03", "04-clusters"], ["03", "04-clusters"], []],
    [["--base", "/x/", "--execute", "03", "--watch"], ["03"], ["--base", "/x/", "--watch"]],
  ];
  for (const [given, execute, others] of cases) assert.deepEqual(takeExecute(given), { execute, others });
});
