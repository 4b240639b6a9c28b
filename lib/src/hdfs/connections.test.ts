import assert from "node:assert/strict";
import { test } from "node:test";
import { isStreambookError } from "../errors/index.ts";
import { Hdfs } from "./hdfs.ts";
import { type FakeHdfs, fakeHdfs, fileStatus } from "./fake-hdfs-for-test.ts";

const retry = { attempts: 3, minimumDelay: 1, maximumDelay: 2 };

/** A client that has talked to one HDFS, and another one that takes the port when the first has died. */
async function takenOver(namespace: string | undefined): Promise<{ hdfs: Hdfs; second: FakeHdfs }> {
  const first = await fakeHdfs(() => fileStatus(1));
  first.namespace = "BP-first";
  const hdfs = new Hdfs({ address: first.address, user: "tester", retry });
  assert.equal((await hdfs.stat("/x"))?.length, 1);
  await first[Symbol.asyncDispose]();
  const second = await fakeHdfs(() => fileStatus(2), Number(new URL(first.address).port));
  second.namespace = namespace;
  return { hdfs, second };
}

test("another HDFS at the address is refused, with both names, before it is asked for anything", async () => {
  const { hdfs, second } = await takenOver("BP-second");
  await using _ = second;
  const calls = [hdfs.stat("/x"), hdfs.remove("/x"), hdfs.withSignal(AbortSignal.timeout(5000)).mkdirs("/x")];
  const refused = (error: unknown): boolean => {
    assert.ok(isStreambookError(error, "WRONG_CLUSTER"), String(error));
    assert.match(error.message, /BP-second.*BP-first/);
    return !error.retriable;
  };
  await Promise.all(calls.map((call) => assert.rejects(call, refused)));
  assert.deepEqual(second.seen, []);
});

test("the same HDFS that comes back is talked to again", async () => {
  const { hdfs, second } = await takenOver("BP-first");
  await using _ = second;
  assert.equal((await hdfs.stat("/x"))?.length, 2);
});

test("an HDFS that does not know itself yet is not taken for the one of before", async () => {
  const { hdfs, second } = await takenOver(undefined);
  await using _ = second;
  await assert.rejects(hdfs.stat("/x"), (error) => isStreambookError(error, "HDFS_FAILED") && error.retriable);
  assert.deepEqual(second.seen, []);
  second.namespace = "BP-first";
  assert.equal((await hdfs.stat("/x"))?.length, 2);
});

test("a connection asks once, as long as it stays open", async () => {
  await using server = await fakeHdfs(() => fileStatus(1));
  const hdfs = new Hdfs({ address: server.address, user: "tester", retry });
  for (let i = 0; i < 10; i++) await hdfs.withSignal(AbortSignal.timeout(5000)).stat("/x");
  assert.equal(server.asked, 1);
  await Promise.all(Array.from({ length: 10 }, () => hdfs.stat("/x")));
  assert.equal(server.asked, 10);
  hdfs.close();
});
