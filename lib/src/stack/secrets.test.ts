/** Keys and passwords: each set-up generates its own, once, and only its owner can read them. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { openLayout } from "./layout.ts";
import { keysForTest, ownServices } from "./own-services-for-test.ts";
import { credentials, demandSecrets } from "./secrets.ts";

let home = "";
let environment: NodeJS.ProcessEnv = {};
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "streambook-secrets-"));
  environment = { ...ownServices(), STREAMBOOK_HOME: home };
});
afterEach(() => rm(home, { recursive: true }));

const file = (): string => join(home, "data", "secrets.json");
const demand = (names: readonly string[], given = environment) => demandSecrets(openLayout(given), names, given);

test("the first start generates them, and every later one finds the same", async () => {
  const first = await demand(["kafka", "s3", "superset"]);
  assert.deepEqual(Object.keys(first), ["s3", "superset"], "Kafka has none");
  assert.match(first["s3"]?.["accessKey"] ?? "", /^[A-Za-z2-9]{20}$/);
  assert.match(first["s3"]?.["secretKey"] ?? "", /^[A-Za-z2-9]{40}$/);
  assert.match(first["superset"]?.["password"] ?? "", /^[A-Za-z2-9]{20}$/);
  assert.deepEqual(await demand(["superset", "s3"]), first);
  assert.deepEqual(await credentials("s3", environment), first["s3"]);
  assert.deepEqual(await credentials("kafka", environment), {});
});

test("two set-ups share no key", async () => {
  const other = { ...environment, STREAMBOOK_HOME: join(home, "other") };
  const values = [await demand(["s3", "superset"]), await demand(["s3", "superset"], other)].flatMap((secrets) =>
    Object.values(secrets).flatMap((keys) => Object.values(keys)),
  );
  assert.equal(new Set(values).size, 6);
});

test("only their owner can read them", async () => {
  await demand(["s3"]);
  assert.equal((await stat(file())).mode & 0o777, 0o600);
});

test("a service that is started later, or a key that is missing, gets one; the others stay", async () => {
  const { s3 } = await demand(["s3"]);
  await demand(["superset"]);
  assert.deepEqual(await credentials("s3", environment), s3);
  const known = JSON.parse(await readFile(file(), "utf8")) as Record<string, Record<string, string>>;
  delete known["s3"]?.["secretKey"];
  await writeFile(file(), JSON.stringify(known));
  await assert.rejects(credentials("s3", environment), { code: "STACK_DOWN" });
  const again = await demand(["s3"]);
  assert.equal(again["s3"]?.["accessKey"], s3?.["accessKey"]);
  assert.notEqual(again["s3"]?.["secretKey"], s3?.["secretKey"]);
});

test("those of a service that runs elsewhere are in the environment, and are not kept", async () => {
  const given = { ...environment, ...keysForTest(), STREAMBOOK_S3: "http://s3:9000" };
  const expected = { accessKey: "key-of-STREAMBOOK_S3_ACCESS_KEY", secretKey: "key-of-STREAMBOOK_S3_SECRET_KEY" };
  const secrets = await demand(["s3", "superset"], given);
  assert.deepEqual(secrets["s3"], expected);
  assert.deepEqual(await credentials("s3", given), expected);
  assert.deepEqual(Object.keys(JSON.parse(await readFile(file(), "utf8")) as object), ["superset"]);
  const lacking = { ...given, STREAMBOOK_S3_SECRET_KEY: undefined };
  await assert.rejects(demand(["s3"], lacking), {
    code: "USAGE",
    message: /STREAMBOOK_S3_SECRET_KEY is not set: give the secret key of S3/,
  });
});

test("before the first start there are none, which says what to start", async () => {
  await assert.rejects(credentials("s3", environment), {
    code: "STACK_DOWN",
    message: /S3 has never been started here/,
  });
});

test("a file that cannot be read is named, and kept", async () => {
  await demand(["s3"]);
  for (const text of ['{"s3": {"accessKey"', "[1]", '{"s3": "text"}', '{"s3": {"accessKey": 7}}']) {
    await writeFile(file(), text);
    const unreadable = { code: "SETUP_MISSING", message: /secrets\.json cannot be read; remove the file/ };
    await assert.rejects(demand(["s3"]), unreadable, text);
    await assert.rejects(credentials("s3", environment), unreadable, text);
    assert.equal(await readFile(file(), "utf8"), text);
  }
});
