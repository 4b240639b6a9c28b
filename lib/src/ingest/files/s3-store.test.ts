import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { silentLogger } from "../../log/index.ts";
import { type MemoryS3, memoryS3 } from "../../s3/memory-s3-for-test.ts";
import { parseSchema } from "../../schema/index.ts";
import { checkTopics } from "../topic-options.ts";
import { type DataFile, DataFolder } from "./data-folder.ts";
import { Destination } from "./destination.ts";
import type { StagedFile } from "./data-store.ts";
import { topicLayout } from "./layout.ts";
import { isOnS3, parseS3Path, S3Store } from "./s3-store.ts";

const schema = parseSchema({ name: "clicks", fields: [{ name: "at", type: "timestamp", doc: "" }] });
const layout = topicLayout({ perTopic: false });
const ROOT = "s3://lake/raw";

function file(first: number, last: number, content = "{}\n"): DataFile {
  const range = { topic: "clicks", partition: 0, first: BigInt(first), last: BigInt(last) };
  return { ...range, period: "2026-01-31T05", bytes: Buffer.from(content) };
}

const pathOf = (one: DataFile): string => `/lake/raw/${layout.folderOf(one.period)}/${layout.nameOf(one)}`;

/** A folder of the topic, and what keeps it. */
async function folderOn({ access }: MemoryS3) {
  const store = new S3Store(access);
  const folder = new DataFolder({
    ...{ store, topic: "clicks", folder: ROOT, staging: `${ROOT}/_staging`, layout },
    ...{ title: `the folder ${ROOT}`, isTable: false, logger: silentLogger },
  });
  await folder.create();
  const add = async (one: DataFile): ReturnType<StagedFile["publish"]> => folder.publish(await folder.stage(one), one);
  return { store, folder, add, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}

suite("what is said of a folder on S3", () => {
  test("it is a bucket and the beginning of keys", () => {
    assert.deepEqual(parseS3Path("s3://lake"), { bucket: "lake", key: "" });
    assert.deepEqual(parseS3Path("s3://lake/a/b/"), { bucket: "lake", key: "a/b" });
    assert.ok(isOnS3("s3://lake") && !isOnS3("/s3/lake"));
    for (const wrong of ["s3://", "s3://Lake", "s3://lake//a", "s3://lake/../a", "s3://a"])
      assert.throws(() => parseS3Path(wrong), { code: "USAGE" }, wrong);
  });

  test("a table over it is refused, and so are two topics in one place", () => {
    const topic = { topic: "clicks", schema, timeField: "at", folder: "s3://lake", layout: topicLayout() };
    checkTopics([topic, { ...topic, topic: "views" }]);
    assert.throws(() => checkTopics([{ ...topic, table: { name: "clicks" } }]), /Hive cannot read s3:\/\/lake, so it/);
    const alone = { ...topic, layout };
    checkTopics([alone]);
    const two = [alone, { ...alone, topic: "views", folder: "s3://lake/" }];
    assert.throws(() => checkTopics(two), /clicks and views would both be written to s3:\/\/lake; give each/);
  });

  test("without the keys of S3 it is refused before anything is written", () => {
    const parts = { hdfs: undefined as never, hive: undefined, topic: "clicks", schema, columns: [] };
    assert.throws(() => new Destination({ folder: ROOT, layout }, { ...parts, logger: silentLogger }), {
      code: "USAGE",
      message: /the folder s3:\/\/lake\/raw needs the address and the keys of S3/,
    });
  });
});

suite("a folder on S3", () => {
  test("shows a file only when it is published, whole, under the name that says its offsets", async () => {
    await using s3 = await memoryS3();
    await using topic = await folderOn(s3);
    const one = file(0, 9, '{"at":1}\n');
    const staged = await topic.folder.stage(one);
    assert.deepEqual([...s3.objects], []);
    assert.equal(await topic.folder.publish(staged, one), "published");
    assert.deepEqual([...s3.objects], [[pathOf(one), Buffer.from('{"at":1}\n')]]);
    const put = s3.seen.find(({ method, path }) => method === "PUT" && path === pathOf(one));
    assert.equal(put?.headers["if-none-match"], "*");
    assert.equal(put.headers["content-type"], "application/x-ndjson");
  });

  test("goes on where the names of its files say, and takes no file that is not its topic's", async () => {
    await using s3 = await memoryS3();
    await using topic = await folderOn(s3);
    assert.deepEqual((await topic.folder.positions([0, 1])).next, new Map());
    for (const one of [file(0, 9), { ...file(0, 4), partition: 1 }, file(10, 19)]) await topic.add(one);
    s3.objects.set("/lake/rawer/date=2026-01-31/hour=05/clicks_0_90-99.json", Buffer.from("of another folder"));
    s3.objects.set("/lake/raw/date=2026-01-31/hour=05/views_0_90-99.json", Buffer.from("of another topic"));
    const { next, periods } = await topic.folder.positions([0, 1]);
    assert.deepEqual(
      next,
      new Map([
        [0, 20n],
        [1, 5n],
      ]),
    );
    assert.deepEqual(periods, new Set(["2026-01-31T05"]));
    assert.deepEqual(await topic.folder.next([1]), new Map([[1, 5n]]));
  });

  test("makes its bucket once, however many hours there are", async () => {
    await using s3 = await memoryS3();
    await using topic = await folderOn(s3);
    for (let hour = 10; hour < 14; hour++) await topic.add({ ...file(hour, hour), period: `2026-01-31T${hour}` });
    assert.equal(s3.seen.filter(({ method, path }) => method === "PUT" && /^\/lake\/?$/.test(path)).length, 1);
  });

  test("is tied to one Kafka cluster, by whoever comes first", async () => {
    await using s3 = await memoryS3();
    await using topic = await folderOn(s3);
    await using other = await folderOn(s3);
    await topic.folder.claim("one", "broker");
    await topic.folder.claim("one", "broker");
    await assert.rejects(other.folder.claim("two", "broker"), {
      code: "WRONG_CLUSTER",
      message: /cluster one \(s3:\/\/lake\/raw\/_kafka-cluster on S3 says so\)/,
    });
  });

  test("refuses offsets that another consumer has written under another name", async () => {
    await using s3 = await memoryS3();
    await using topic = await folderOn(s3);
    await topic.add(file(0, 9));
    await assert.rejects(topic.add(file(5, 14)), { code: "PARTITION_LOST" });
    assert.equal(s3.objects.size, 1);
  });

  test("has a file once, though the answer to its put was lost and it is published again", async () => {
    let breaks = 2; // both tries of one publication
    await using s3 = await memoryS3(({ method, path, body }, response) => {
      if (method !== "PUT" || path !== pathOf(file(0, 9)) || breaks === 0) return false;
      if (breaks-- === 2) s3.objects.set(path, body); // it is done, and nobody hears of it
      response.destroy();
      return true;
    });
    await using topic = await folderOn(s3);
    const one = file(0, 9);
    const staged = await topic.folder.stage(one);
    await assert.rejects(topic.folder.publish(staged, one), { code: "UNREACHABLE", retriable: true });
    assert.equal(await topic.folder.publish(staged, one), "already-there");
    assert.deepEqual((await topic.folder.positions([0])).next, new Map([[0, 10n]]));
  });

  test("does not take a file of another length for its own", async () => {
    await using s3 = await memoryS3();
    await using topic = await folderOn(s3);
    await topic.add(file(0, 9));
    await assert.rejects(topic.add(file(0, 9, "{} {}\n")), {
      code: "S3_FAILED",
      message: /is there with 3 bytes, and was to be written with 6: another program writes there/,
      retriable: false,
    });
    assert.equal(s3.objects.get(pathOf(file(0, 9)))?.toString(), "{}\n", "what was there stays");
  });

  test("law: of consumers that publish the same offsets at once one does, and each of the others hears so", async () => {
    await using s3 = await memoryS3();
    await using first = await folderOn(s3);
    await using second = await folderOn(s3);
    let offset = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 6 }), async (consumers) => {
        const one = file(offset, offset + 9);
        offset += 10;
        const results = await Promise.all(consumers.map((isFirst) => (isFirst ? first : second).add(one)));
        assert.equal(results.filter((result) => result === "published").length, 1);
        assert.deepEqual((await first.folder.positions([0])).next, new Map([[0, BigInt(offset)]]));
      }),
      { numRuns: 20 },
    );
  });
});
