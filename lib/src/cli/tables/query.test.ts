import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { projectFolder } from "../../stack/index.ts";
import { jsonLines } from "./query.ts";
import { resultTable } from "./result-table.ts";

test("a row is one line of JSON: every column in its order, whatever it is named and whatever it holds", () => {
  const table = {
    columns: ["__proto__", "n", "7", "constructor"],
    rows: [
      [1, NaN, -Infinity, 2n ** 63n],
      [null, "NaN", Uint8Array.of(0, 255), true],
    ],
  };
  assert.deepEqual(
    [...jsonLines(table)],
    [
      '{"__proto__":1,"n":"NaN","7":"-Infinity","constructor":"9223372036854775808"}',
      '{"__proto__":null,"n":"NaN","7":"AP8=","constructor":true}',
    ],
  );
});

describe("the table", () => {
  test("shows NULL, NaN and the infinities, and no number of the row", () => {
    const table = {
      columns: ["cluster", "mean", "word", "__proto__"],
      rows: [
        [0, NaN, "sea", null],
        [12, -Infinity, null, false],
      ],
    };
    assert.equal(
      resultTable(table),
      [
        "cluster       mean  word  __proto__",
        "-------  ---------  ----  ---------",
        "      0        NaN  sea   NULL",
        "     12  -Infinity  NULL  false",
      ].join("\n"),
    );
  });

  test("has one line a row, cut to what fits, and nothing that a terminal would obey", () => {
    const table = resultTable({
      columns: ["chunk"],
      rows: [["a\nb\t\u001b[2J\u202e"], ["x".repeat(500)], ["日本".repeat(50)]],
    });
    const [, rule = "", escaped, long = "", wide = ""] = table.split("\n");
    assert.equal(rule.length, 60);
    assert.equal(escaped, String.raw`a\nb\t\u001b[2J\u202e`);
    assert.equal(long, `${"x".repeat(59)}…`);
    assert.equal([...wide].length, 30); // 29 wide characters take 58 columns, and the ellipsis one
  });

  test("has the names of the columns also without rows", () => {
    assert.equal(resultTable({ columns: ["a", "b"], rows: [] }), "a  b\n-  -");
  });
});

describe("the statement", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "streambook-query-"));
    await writeFile(join(folder, "two.sql"), "SELECT 1; SELECT 2;");
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const usages: readonly (readonly [what: string, args: readonly string[], said: RegExp])[] = [
    ["none", [], /give a statement such as/],
    ["an empty one", [" ; "], /the statement is empty/],
    ["only a comment", ["-- what\n"], /the statement is empty/],
    ["several", ["-- both\nSELECT 1; SELECT 2"], /these are 2 statements/],
    ["several in a file", ["--file", "two.sql"], /these are 2 statements/],
    ["without its quotes", ["SELECT", "1"], /must be one argument, not 2/],
    ["an option that there is not", ["--jsno", "SELECT 1"], /unknown option --jsno/],
    ["a file and a statement", ["SELECT 1", "-f", "two.sql"], /not both/],
  ];
  for (const [what, args, said] of usages) {
    test(`${what} is wrong usage, before anything is asked`, async () => {
      const { code, stderr } = await query(args, folder);
      assert.deepEqual([code, stderr.match(said) !== null], [2, true], stderr);
    });
  }

  test("a file that cannot be read is named", async () => {
    const { code, stderr } = await query(["-f", "none.sql"], folder);
    assert.equal(code, 1);
    assert.match(stderr, /cannot read the file none\.sql/);
  });
});

function query(args: readonly string[], cwd: string): Promise<{ code: number; stderr: string }> {
  const program = join(projectFolder(), "lib", "src", "cli", "main.ts");
  return new Promise((resolve) => {
    execFile(process.execPath, [program, "query", ...args], { cwd }, (error, _, stderr) =>
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stderr }),
    );
  });
}
