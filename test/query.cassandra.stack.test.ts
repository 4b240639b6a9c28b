/** `streambook query --cassandra`, as a user calls it. */
import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { needs } from "../lib/src/stack/fetch/needs-for-test.ts";
import { command } from "./fixtures/command.ts";

suite("a query of Cassandra from the command line", await needs("cassandra"), () => {
  test("prints the rows as those of Hive: times in UTC, what is nested as JSON, what is missing as NULL", async () => {
    const cql =
      "SELECT key, bootstrapped, (timestamp)'2026-03-14T17:20:00+0000' AS at, (int)null AS none, (list<int>)[1, 2] AS some FROM system.local";
    const { code, stdout, stderr } = await command("query", ["--cassandra", cql]);
    assert.equal(code, 0, stderr);
    const [names, , values] = stdout.split("\n").map((line) => line.trim().split(/\s{2,}/));
    assert.deepEqual(names, ["key", "bootstrapped", "at", "none", "some"]);
    assert.deepEqual(values, ["local", "COMPLETED", "2026-03-14T17:20:00.000Z", "NULL", "[1,2]"]);
    const json = await command("query", [
      "--cassandra",
      "--json",
      "--rows",
      "1",
      "SELECT keyspace_name, replication FROM system_schema.keyspaces",
    ]);
    assert.match(json.stdout, /^\{"keyspace_name":"\w+","replication":"\[\[/);
    assert.match(json.stderr, /there are more rows; --rows 10/);
  });

  test("no rows, a statement without any, and one that is wrong: each says so", async () => {
    const none = await command("query", [
      "--cassandra",
      "SELECT * FROM system_schema.tables WHERE keyspace_name = 'nowhere'",
    ]);
    assert.deepEqual([none.code, none.stderr], [0, "no rows\n"]);
    const done = await command("query", ["--cassandra", "CREATE ROLE IF NOT EXISTS reader"]);
    assert.deepEqual([done.code, done.stderr], [0, "done\n"]);
    const wrong = await command("query", ["--cassandra", "SELECT * FROM nowhere.at_all"]);
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /^streambook: Cassandra: keyspace nowhere does not exist.*\n$/i);
    const both = await command("query", ["--cassandra", "--spark", "SELECT 1"]);
    assert.equal(both.code, 2);
  });
});
