/** Against a running HDFS: each trap of the package, and what the class makes of it. */
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { Readable } from "node:stream";
import { isStreambookError } from "../errors/index.ts";
import { addresses } from "../stack/index.ts";
import { Hdfs } from "./hdfs.ts";
import { openWebHdfsPackage, type WebHdfsClient } from "./webhdfs-package.ts";

const folder = `/tmp/hdfs-test-${randomUUID()}`;
let hdfs: Hdfs;
let client: WebHdfsClient;

before(async () => {
  const { webhdfs: address } = await addresses();
  hdfs = new Hdfs({ address });
  client = await openWebHdfsPackage({ address, user: hdfs.user });
  await hdfs.mkdirs(folder);
});
after(() => hdfs.remove(folder, { recursive: true }));

/** Calls the package, and gives the error that it reports. */
function errorOf(
  call: (done: (error: Error | null | undefined) => void) => unknown,
): Promise<Error | null | undefined> {
  return new Promise((resolve) => void call(resolve));
}

const refused = (error: unknown) => isStreambookError(error, "HDFS_REFUSED");

for (const name of ["plain", "a b", "50%", "a%20b", "a+b", "q?x#y&z=1", "ż😀'\"", "{x}[y]\\z;", "x".repeat(255)]) {
  test(`a file named ${JSON.stringify(name.slice(0, 20))} comes back as it was`, async () => {
    const bytes = Buffer.from(name.repeat(1000));
    assert.equal(await hdfs.write(`${folder}/${name}`, bytes), bytes.length);
    assert.deepEqual(await hdfs.read(`${folder}/${name}`), bytes);
    assert.ok((await hdfs.list(folder)).some((file) => file.name === name && file.length === bytes.length));
  });
}

test("a file from a stream, an empty one, and a part of one", async () => {
  const parts = Array.from({ length: 40 }, (_, index) => Buffer.alloc(100_000, index));
  assert.equal(await hdfs.write(`${folder}/stream`, Readable.from(parts)), 4_000_000);
  assert.deepEqual(await hdfs.read(`${folder}/stream`), Buffer.concat(parts));
  assert.deepEqual(await hdfs.read(`${folder}/stream`, { offset: 99_999, length: 2 }), Buffer.from([0, 1]));
  assert.equal(await hdfs.write(`${folder}/empty`, Buffer.alloc(0)), 0);
  assert.equal((await hdfs.read(`${folder}/empty`)).length, 0);
});

test("trap: a rename that was not done looks done to the package", async () => {
  await hdfs.write(`${folder}/r1`, Buffer.from("1"));
  await hdfs.write(`${folder}/r2`, Buffer.from("22"));
  assert.equal(await errorOf((done) => client.rename(`${folder}/r1`, `${folder}/r2`, done)), null);
  assert.equal((await hdfs.stat(`${folder}/r2`))?.length, 2); // nothing has happened
  await assert.rejects(hdfs.rename(`${folder}/r1`, `${folder}/r2`), refused);
  await assert.rejects(hdfs.rename(`${folder}/r1`, `${folder}/no/such/folder`), refused);
  await assert.rejects(hdfs.rename(`${folder}/none`, `${folder}/r3`), refused);
});

test("files are joined in one step, or not at all, and their blocks stay apart until they are copied", async () => {
  for (const [name, text] of Object.entries({ "j+0": "", "j 1": "one ", "j%2": "two " }))
    await hdfs.write(`${folder}/${name}`, Buffer.from(text));
  const target = `${folder}/j+0`;
  await assert.rejects(hdfs.concat(target, [`${folder}/j 1`, `${folder}/none`]), (error) =>
    isStreambookError(error, "NOT_FOUND"),
  );
  assert.equal((await hdfs.stat(`${folder}/j 1`))?.length, 4); // nothing has happened
  await hdfs.concat(target, [`${folder}/j%2`, `${folder}/j 1`]);
  assert.equal((await hdfs.read(target)).toString(), "two one ");
  assert.equal(await hdfs.exists(`${folder}/j 1`), false);
  assert.equal(await hdfs.blocks(target), 2);
  await hdfs.write(`${folder}/copy`, hdfs.readStream(target));
  await hdfs.replace(`${folder}/copy`, target);
  assert.equal((await hdfs.read(target)).toString(), "two one ");
  assert.equal(await hdfs.blocks(target), 1);
  await assert.rejects(hdfs.concat(target, [`${folder}/empty`]), (error) => isStreambookError(error, "HDFS_FAILED"));
  await assert.rejects(hdfs.blocks(`${folder}/none`), (error) => isStreambookError(error, "NOT_FOUND"));
});

test("trap: a rename to a folder goes into it", async () => {
  await hdfs.mkdirs(`${folder}/into`);
  await hdfs.write(`${folder}/r4`, Buffer.from("4"));
  await assert.rejects(hdfs.rename(`${folder}/r4`, `${folder}/into`), refused);
  assert.equal(await errorOf((done) => client.rename(`${folder}/r4`, `${folder}/into`, done)), null);
  assert.ok(await hdfs.exists(`${folder}/into/r4`));
});

test("trap: the package writes a path into the URL as it is", async () => {
  await errorOf((done) => client.mkdir(`${folder}/enc%41`, done));
  assert.ok(await hdfs.exists(`${folder}/encA`)); // another name than was asked for
  await hdfs.mkdirs(`${folder}/enc%42`);
  assert.ok(await hdfs.exists(`${folder}/enc%42`));
});

test("trap: an upload that fails is reported by the package as an error, and then as finished", async () => {
  await hdfs.write(`${folder}/file`, Buffer.from("x"));
  const events: string[] = [];
  await new Promise<void>((resolve) => {
    Readable.from([Buffer.from("y")])
      .pipe(client.createWriteStream(`${folder}/file/below`))
      .on("error", () => events.push("error"))
      .on("finish", () => resolve(void events.push("finish")));
  });
  assert.deepEqual(events, ["error", "finish"]);
  await assert.rejects(hdfs.write(`${folder}/file/below`, Buffer.from("y")), refused);
});

test("trap: fetch takes the DataNode's 100 Continue for an error", async () => {
  const create = `${hdfs.address}/webhdfs/v1${folder}/fetched?op=CREATE&noredirect=true&user.name=${hdfs.user}`;
  const { Location } = (await (await fetch(create, { method: "PUT" })).json()) as { Location: string };
  await assert.rejects(fetch(Location, { method: "PUT", body: "x" }));
});

test("trap: a DataNode keeps what it has when an upload breaks; the class leaves nothing", async () => {
  const controller = new AbortController();
  async function* endless() {
    for (let part = 0; ; part++) {
      yield Buffer.alloc(100_000, part);
      if (part === 20) controller.abort(new Error("stop"));
    }
  }
  const sub = `${folder}/aborted`;
  await hdfs.mkdirs(sub);
  await assert.rejects(hdfs.withSignal(controller.signal).write(`${sub}/f`, endless()), /stop/);
  assert.deepEqual(await hdfs.list(sub), []);
});

test("a name that is too long is refused, and not tried again", async () => {
  await assert.rejects(hdfs.write(`${folder}/${"x".repeat(256)}`, Buffer.from("x"), { overwrite: true }), refused);
});

test("a file is replaced at once or not at all", async () => {
  await hdfs.write(`${folder}/twice`, Buffer.from("old"));
  await assert.rejects(hdfs.write(`${folder}/twice`, Buffer.from("new")), refused);
  assert.equal(String(await hdfs.read(`${folder}/twice`)), "old");
  await hdfs.write(`${folder}/twice`, Buffer.from("new"), { overwrite: true });
  assert.equal(String(await hdfs.read(`${folder}/twice`)), "new");
});

test("a rename that was done before is seen", async () => {
  await hdfs.write(`${folder}/once`, Buffer.from("1"));
  assert.equal(await hdfs.renameOnce(`${folder}/once`, `${folder}/once2`), "renamed");
  assert.equal(await hdfs.renameOnce(`${folder}/once`, `${folder}/once2`), "already-there");
});

test("folders are walked, and removed with what is in them", async () => {
  await hdfs.mkdirs(`${folder}/tree/a/b`);
  await hdfs.write(`${folder}/tree/a/b/1`, Buffer.from("1"));
  await hdfs.write(`${folder}/tree/2`, Buffer.from("2"));
  const found: string[] = [];
  for await (const { path } of hdfs.walk(`${folder}/tree`)) found.push(path.slice(folder.length));
  assert.deepEqual(found, ["/tree/2", "/tree/a/b/1"]);
  await assert.rejects(hdfs.remove(`${folder}/tree`), refused);
  assert.equal(await hdfs.remove(`${folder}/tree`, { recursive: true }), true);
  assert.equal(await hdfs.remove(`${folder}/tree`), false);
  await assert.rejects(hdfs.list(`${folder}/tree`), (error) => isStreambookError(error, "NOT_FOUND"));
  await assert.rejects(hdfs.read(`${folder}/tree`), (error) => isStreambookError(error, "NOT_FOUND"));
  await assert.rejects(hdfs.read(folder), refused);
});
