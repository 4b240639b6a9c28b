import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ownServices } from "../lib/src/stack/own-services-for-test.ts";

const cases: readonly (readonly [given: readonly string[], code: number, message: RegExp])[] = [
  [[], 1, /^bench: the stack is not running [^\n]*start it with `npx streambook up`[^\n]*\n$/],
  [["speed"], 2, /^usage: npm run bench \[-- pipeline \| engines \| /],
  [["engines", "--only", "flink"], 2, /^bench: --only: there is no engine "flink"; give some of [^\n]*\n$/],
  [["pipeline", "--message", "5"], 2, /^bench: Unknown option '--message'; this benchmark takes [^\n]*\n$/],
  [["engines"], 1, /^bench: the stack is not running [^\n]*start it with `npx streambook up`[^\n]*\n$/],
];
for (const [given, code, message] of cases) {
  test(`npm run bench -- ${given.join(" ")}: says what to do`, async () => {
    const home = await mkdtemp(join(tmpdir(), "streambook-bench-"));
    try {
      const said = await run(given, join(home, "stack"));
      assert.match(said.stderr, message);
      assert.equal(said.code, code);
    } finally {
      await rm(home, { recursive: true, force: true });
    }
  });
}

function run(given: readonly string[], home: string): Promise<{ readonly code: number; readonly stderr: string }> {
  const env = { ...ownServices(), STREAMBOOK_HOME: home };
  return new Promise((resolve) =>
    execFile(process.execPath, [join(import.meta.dirname, "main.ts"), ...given], { env }, (error, _stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stderr }),
    ),
  );
}
