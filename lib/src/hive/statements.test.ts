import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { stringLiteral } from "./ddl.ts";
import { statementsOf } from "./statements.ts";

const cases: readonly (readonly [what: string, sql: string, statements: readonly string[]])[] = [
  ["one statement", "SELECT 1", ["SELECT 1"]],
  ["semicolons at the end", "SELECT 1 ;; \n;", ["SELECT 1"]],
  ["two statements", "USE a; SELECT 1", ["USE a", "SELECT 1"]],
  ["a comment before it", "-- one\nSELECT 1", ["SELECT 1"]],
  ["a comment after its semicolon", "SELECT 1; -- done", ["SELECT 1"]],
  ["a comment with a semicolon and a quote", "SELECT 1 -- it's; so\n + 1", ["SELECT 1  \n + 1"]],
  ["a comment over lines", "/* a;\n b */ SELECT /* c */ 1", ["SELECT   1"]],
  ["a comment that does not end", "SELECT 1 /* c", ["SELECT 1"]],
  ["a hint", "SELECT /*+ MAPJOIN(t) */ 1 FROM t", ["SELECT /*+ MAPJOIN(t) */ 1 FROM t"]],
  ["comments only", "-- a\n/* b */ ;", []],
  ["nothing", " \n", []],
  ["what looks like comments in texts", `SELECT '--a;', "/*b;", 'it\\'s; --'`, [`SELECT '--a;', "/*b;", 'it\\'s; --'`]],
  ["a quoted name", "SELECT `a;--b`", ["SELECT `a;--b`"]],
  ["a path with two dashes", "ADD JAR /tmp/a--b.jar", ["ADD JAR /tmp/a--b.jar"]],
  ["division and minus", "SELECT 4/2 - -1", ["SELECT 4/2 - -1"]],
  ["a text that does not end", "SELECT 'a;b", ["SELECT 'a;b"]],
];

for (const [what, sql, statements] of cases) {
  test(`${what}: ${statements.length}`, () => assert.deepEqual(statementsOf(sql), statements));
}

test("law: a literal never ends a statement, whatever its text is", () => {
  const anyText = fc.array(
    fc.oneof(fc.constantFrom("'", '"', "`", ";", "--", "/*", "*/", "\\", "\n", "$"), fc.string()),
  );
  fc.assert(
    fc.property(anyText, (parts) => {
      const sql = `SELECT ${stringLiteral(parts.join(""))} AS value`;
      assert.deepEqual(statementsOf(`${sql}; SELECT 2`), [sql, "SELECT 2"]);
    }),
  );
});
