import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, test } from "node:test";
import { StreambookError } from "../../errors/index.ts";
import { checksumOf } from "./large-file.ts";
import { uploadLog } from "./stages.ts";

let folder: string;
before(async () => (folder = await mkdtemp(join(tmpdir(), "streambook-large-"))));
after(() => rm(folder, { recursive: true }));

/** A file of more than 2 GiB, which Node does not read as a whole. It holds nothing, so it takes no room on the disk. */
async function largeFile(): Promise<string> {
  const path = join(folder, "large.ndjson");
  await writeFile(path, "");
  await truncate(path, 2 ** 31 + 1);
  return path;
}

for (const length of [0, 1, 2 ** 18, 2 ** 18 + 1, 1_000_000]) {
  test(`the checksum of ${length} bytes read in pieces is that of the whole`, async () => {
    const path = join(folder, `${length}`);
    const content = Buffer.alloc(length, "zażółć 😀 ");
    await writeFile(path, content);
    assert.deepEqual(await checksumOf(path), {
      bytes: length,
      sha256: createHash("sha256").update(content).digest("hex"),
    });
  });
}

test("the checksum of a text of more than 2 GiB is begun, and given up when it is aborted", async () => {
  const controller = new AbortController();
  const checksum = checksumOf(await largeFile(), controller.signal);
  setImmediate(() => controller.abort(new Error("enough")));
  await assert.rejects(checksum, /enough/);
});

test("a file that is not there is the file system's error", async () => {
  await assert.rejects(checksumOf(join(folder, "nothing")), { code: "ENOENT" });
});

test("a log of more than 2 GiB goes to HDFS piece by piece", async () => {
  const written: [string, number][] = [];
  const hdfs = {
    mkdirs: () => Promise.resolve(),
    write: async (path: string, data: Uint8Array | AsyncIterable<Uint8Array>) => {
      assert.ok(!(data instanceof Uint8Array));
      for await (const { length } of data) {
        written.push([path, length]);
        if (written.length === 3) break;
      }
      return 3;
    },
  };
  await uploadLog(hdfs, "/log", { logFile: await largeFile() });
  assert.deepEqual(written, Array(3).fill(["/log/large.ndjson", 2 ** 18]));
});

test("a log whose way to HDFS breaks is sent again from its beginning", async () => {
  const logFile = join(folder, "small.ndjson");
  await writeFile(logFile, "one\ntwo\n");
  const tries: string[] = [];
  const hdfs = {
    mkdirs: () => Promise.resolve(),
    write: async (_: string, data: Uint8Array | AsyncIterable<Uint8Array>) => {
      tries.push(await text(data as AsyncIterable<Uint8Array>));
      if (tries.length === 1) throw new StreambookError("UNREACHABLE", "the DataNode is away");
      return 8;
    },
  };
  assert.equal(await uploadLog(hdfs, "/log", { logFile }), 8);
  assert.deepEqual(tries, ["one\ntwo\n", "one\ntwo\n"]);
});
