import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32, deflateRawSync } from "node:zlib";
import { unzip } from "./zip.ts";

/** An archive as programs write it: each file, then the list of them, then the end. */
function zip(files: Readonly<Record<string, string>>, isPacked: boolean): Buffer {
  const [parts, list]: [Buffer[], Buffer[]] = [[], []];
  let at = 0;
  for (const [name, text] of Object.entries(files)) {
    const [content, label] = [Buffer.from(text), Buffer.from(name)];
    const packed = isPacked ? deflateRawSync(content) : content;
    const common = Buffer.alloc(26);
    common.writeUInt16LE(isPacked ? 8 : 0, 4);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(label.length, 22);
    const local = Buffer.concat([Buffer.from("PK\u0003\u0004", "latin1"), common, label, packed]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(at, 10);
    list.push(Buffer.concat([Buffer.from("PK\u0001\u0002\u0014\0", "latin1"), common, place, label]));
    parts.push(local);
    at += local.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\u0005\u0006", "latin1");
  end.writeUInt16LE(list.length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...list, end]);
}

const files = { "a/é.yaml": "title: é\n".repeat(100), "b.yaml": "", "folder/": "" };

for (const isPacked of [true, false]) {
  test(`files come out of an archive as they went in, ${isPacked ? "packed" : "as they are"}`, () => {
    const found = [...unzip(zip(files, isPacked))].map(([name, content]) => [name, content.toString()]);
    assert.deepEqual(found, [
      ["a/é.yaml", files["a/é.yaml"]],
      ["b.yaml", ""],
    ]);
  });
}

test("an archive that is cut off or damaged is said to be, wherever it is", () => {
  const whole = zip(files, true);
  for (const length of [0, 10, whole.length / 2, whole.length - 22])
    assert.throws(() => unzip(whole.subarray(0, length)), { code: "STREAM_BROKEN", message: /ask for it again/ });
  const damaged = Buffer.from(whole);
  damaged[40] = (damaged[40] as number) ^ 0xff; // in the middle of the first file
  assert.throws(() => unzip(damaged), { code: "STREAM_BROKEN" });
});
