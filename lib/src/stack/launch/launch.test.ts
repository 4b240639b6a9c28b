/** How programs are started in the background, and what is known of those that cannot be. */
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openLayout } from "../layout.ts";
import { endOf, launch } from "./launch.ts";

const home = await mkdtemp(join(tmpdir(), "streambook-launch-"));
after(() => rm(home, { recursive: true }));
const layout = openLayout({ STREAMBOOK_HOME: home });

test("a program that ends says how", async () => {
  const given = ["--eval", "process.exitCode = 3"];
  const launched = await launch(layout, "short", { program: process.execPath, arguments: given, environment: {} });
  assert.ok(launched.pid !== undefined && launched.pid > 0);
  assert.equal(await endOf(launched), "exit code 3");
});

test("a program that is not there has no process number, and says why", async () => {
  const launched = await launch(layout, "missing", {
    program: join(home, "none"),
    arguments: [],
    environment: {},
  });
  assert.equal(launched.pid, undefined); // 0 would be this process and its group
  assert.match(await endOf(launched), /ENOENT/);
});
