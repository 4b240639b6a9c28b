/** `streambook query --spark`, as a user calls it. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { needs } from "../lib/src/stack/fetch/needs-for-test.ts";
import { command } from "./fixtures/command.ts";

suite("a query of Spark from the command line", await needs("spark"), () => {
  test("prints the rows as those of Hive, what is nested as JSON", async () => {
    const { code, stdout } = await command("query", [
      "--spark",
      "SELECT 1 AS a, 'two' AS a, map('x', 1L) AS m, 9007199254740993L AS big, NULL AS none",
    ]);
    assert.equal(code, 0);
    const [names, , values] = stdout.split("\n").map((line) => line.trim().split(/\s{2,}/));
    assert.deepEqual(names, ["a", "a_2", "m", "big", "none"]);
    assert.deepEqual(values, ["1", "two", '[["x","1"]]', "9007199254740993", "NULL"]);
    const json = await command("query", ["--spark", "--json", "--rows", "2", "SELECT id FROM range(5)"]);
    assert.deepEqual(json.stdout.trim().split("\n"), ['{"id":0}', '{"id":1}']);
    assert.match(json.stderr, /there are more rows; --rows 20/);
  });

  test("no rows, a statement without any, and one that is wrong: each says so", async () => {
    const none = await command("query", ["--spark", "SELECT 1 AS x WHERE false"]);
    assert.deepEqual([none.code, none.stderr], [0, "no rows\n"]);
    const done = await command("query", ["--spark", "SET spark.sql.ansi.enabled = true"]);
    assert.equal(done.code, 0);
    const wrong = await command("query", ["--spark", "SELECT * FROM nowhere_at_all"]);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /^streambook: Spark failed: The table or view `nowhere_at_all` cannot be found.*\n$/);
  });
});
