/** What a service's Java is given: its own jars, those of extensions beside which a service runs, and configuration last. */
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { service } from "../catalog/index.ts";
import { openLayout } from "../layout.ts";
import { secretsForTest } from "../own-services-for-test.ts";
import { allWellKnownPorts, everyHost, placeOf } from "../place.ts";
import { javaOptions } from "./command.ts";

const home = await mkdtemp(join(tmpdir(), "streambook-command-"));
after(() => rm(home, { recursive: true }));
const layout = openLayout({ STREAMBOOK_HOME: home, STREAMBOOK_JARS: join(home, "jars") });
for (const [library, jar] of [
  ["spark", "z-last.jar"],
  ["spark", "b-first.jar"],
  ["delta", "a-delta.jar"],
] as const) {
  await mkdir(join(layout.jars, library), { recursive: true });
  await writeFile(join(layout.jars, library, jar), "");
}

/** The names on Spark's class path, and its arguments, while some services run. */
async function sparkBeside(...names: readonly string[]): Promise<{ path: string[]; arguments: readonly string[] }> {
  const { program } = service("spark");
  assert.ok(program.kind === "java");
  const running = new Set(["spark", ...names]);
  const hosts = everyHost("127.0.0.1");
  const topology = { bind: "127.0.0.1", hosts, ports: allWellKnownPorts(), running, secrets: secretsForTest() };
  const at = placeOf("spark", topology, layout);
  const options = await javaOptions(at, program, {});
  const path = options[options.indexOf("-cp") + 1] ?? "";
  return {
    path: path.split(":").map((entry) => entry.replace(`${home}/`, "")),
    arguments: program.arguments?.(at) ?? [],
  };
}

test("alone, a program has its own jars in the order of their names, then folders of configuration", async () => {
  const { path, arguments: given } = await sparkBeside();
  assert.deepEqual(path.slice(0, 2), ["jars/spark/b-first.jar", "jars/spark/z-last.jar"]);
  assert.ok(
    path.slice(2).every((entry) => entry.startsWith("conf/")),
    path.join(),
  );
  assert.ok(given.includes(`${layout.conf}/spark/spark-defaults.conf`));
});

test("beside the service that an extension is for, its jars come behind the program's own", async () => {
  const { path, arguments: given } = await sparkBeside("s3");
  assert.deepEqual(path.slice(0, 3), ["jars/spark/b-first.jar", "jars/spark/z-last.jar", "jars/delta/a-delta.jar"]);
  assert.ok(
    path.slice(3).every((entry) => entry.startsWith("conf/")),
    path.join(),
  );
  assert.ok(given.includes(`${layout.conf}/spark/delta.conf`));
});
