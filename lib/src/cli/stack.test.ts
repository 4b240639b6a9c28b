import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, openSync, closeSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { useStack } from "../stack/index.ts";
import { ownServices } from "../stack/own-services-for-test.ts";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const home = mkdtempSync(join(tmpdir(), "streambook-cli-"));
after(() => rmSync(home, { recursive: true, force: true }));

function streambook(
  args: readonly string[],
  more: Record<string, string> = {},
): { code: number | null; out: string; err: string } {
  // without the addresses of services that are somewhere else
  const elsewhere = /^STREAMBOOK_(?:STACK|KAFKA|WEBHDFS|HDFS|RESOURCE_MANAGER|JOB_HISTORY|HIVE)$/;
  const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !elsewhere.test(name)));
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    env: { ...environment, STREAMBOOK_HOME: home, ...more },
    encoding: "utf8",
  });
  return { code: status, out: stdout, err: stderr };
}

const cases: [args: string[], code: number, says: RegExp, environment?: Record<string, string>][] = [
  [["status"], 0, /kafka +stopped[^]*nothing runs; `npx streambook up`/],
  [["down"], 0, /nothing was running/],
  [["up", "hbase"], 2, /^streambook: there is no service "hbase"; there are all, core, brokers, hdfs/],
  [
    ["up", "kafka"],
    1,
    /^streambook: the jars of the services are not in place .*; run `npm run setup`/,
    { STREAMBOOK_JARS: "/nowhere" },
  ],
  [
    ["up", "kafka"],
    1,
    /^streambook: Java 17 or newer is needed: \/nowhere\/bin\/java does not exist/,
    { JAVA_HOME: "/nowhere" },
  ],
  [["logs", "kafka"], 1, /^streambook: there is no log of "kafka"/],
  [["logs", "../../etc/passwd"], 2, /^streambook: ".*" is not a log/],
  [["logs", "kafka", "-n", "many"], 2, /whole number/],
  [["reset"], 2, /there is no terminal to ask on; give --yes to confirm/],
  [["reset", "--yes"], 0, /removed/],
  [["down"], 2, /STREAMBOOK_STACK is "external"/, { STREAMBOOK_STACK: "external" }],
  [["query", "SELECT 1"], 2, /^streambook: STREAMBOOK_PORTS says "frei"/, { STREAMBOOK_PORTS: "frei" }],
  [["status"], 2, /STREAMBOOK_KAFKA is not set/, { STREAMBOOK_STACK: "external" }],
];
for (const [args, code, says, environment] of cases) {
  test(`streambook ${args.join(" ")}${environment === undefined ? "" : ` with ${Object.keys(environment).join()}`} ends with ${code}`, () => {
    const result = streambook(args, environment);
    assert.match(result.err + result.out, says);
    assert.equal(result.code, code);
    assert.doesNotMatch(result.err, /^\s+at /m, "no stack trace");
  });
}

test("doctor says of each thing whether it is right, and what to do", () => {
  const { code, out } = streambook(["doctor"], { STREAMBOOK_JARS: "/nowhere" });
  assert.equal(code, 1);
  assert.match(out, /^ok +Node/m);
  assert.match(out, /^FIX +jars .*\n +npm run setup$/m);
});

test("down and reset say whose services they end", async () => {
  await using _user = await useStack("streambook run --output o", { ...ownServices(), STREAMBOOK_HOME: home });
  for (const args of [["down"], ["reset", "--yes"]])
    assert.match(streambook(args).err, /in use by `streambook run --output o` \(process \d+\)/);
});

test("an output that cannot be written ends the command with one line", { skip: !existsSync("/dev/full") }, () => {
  const full = openSync("/dev/full", "w");
  const { status, stderr } = spawnSync(process.execPath, [main, "status"], {
    env: { ...ownServices(), STREAMBOOK_HOME: home },
    stdio: ["ignore", full, "pipe"],
    encoding: "utf8",
  });
  closeSync(full);
  assert.equal(status, 1);
  assert.match(stderr, /^streambook: the output cannot be written \(ENOSPC.*\n$/);
});
