import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { memoryS3 } from "../../../s3/memory-s3-for-test.ts";
import { lakeNames } from "../names.ts";
import { bronzeLayout } from "./layout.ts";
import { batchesOf, type BronzeObject, bronzeObjects } from "./objects.ts";

function object(partition: number, first: number, last: number, topic = "tweets"): BronzeObject {
  const range = { topic, partition, first: BigInt(first), last: BigInt(last) };
  const period = "2026-06-29T00";
  const key = `${bronzeLayout.folderOf(period)}/${bronzeLayout.nameOf(range)}`;
  return { ...range, format: "ndjson", key, size: 3, period };
}

/** Objects as partition and range, for people. */
const shown = (batches: readonly (readonly BronzeObject[])[]): string[][] =>
  batches.map((batch) => batch.map(({ partition, first, last }) => `${partition}:${first}-${last}`));

suite("the objects of bronze", () => {
  const names = lakeNames();

  /** What is found where some objects are. */
  async function found(...keys: readonly string[]): Promise<BronzeObject[]> {
    await using memory = await memoryS3();
    await memory.s3.makeBucket(names.bronze);
    for (const key of keys) memory.objects.set(`/${names.bronze}/${key}`, Buffer.from("{}\n"));
    return await bronzeObjects(memory.s3, names); // before the S3 ends
  }

  test("are those whose names say a range of the topic; the mark of the cluster and strangers are not", async () => {
    const [one, two] = [object(0, 0, 9), object(3, 5, 5)];
    const others = ["_kafka-cluster", object(0, 10, 19, "views").key, one.key.replace(/^.*\//, ""), `${one.key}.tmp`];
    assert.deepEqual(await found(two.key, one.key, ...others), [one, two]);
  });

  test("have none missing before them that appeared while they were listed; later ones are left for later", async () => {
    const [before, after, later] = [object(0, 0, 9), object(0, 10, 19), object(0, 20, 29)];
    let lists = 0;
    await using memory = await memoryS3(({ method, query }) => {
      // the first list has passed the place of the first object when that appears, and comes to that of the second
      if (method === "GET" && query.has("list-type") && ++lists === 2)
        for (const { key } of [before, later]) memory.objects.set(`/${names.bronze}/${key}`, Buffer.from("{}\n"));
      return false;
    });
    await memory.s3.makeBucket(names.bronze);
    memory.objects.set(`/${names.bronze}/${after.key}`, Buffer.from("{}\n"));
    assert.deepEqual(await bronzeObjects(memory.s3, names), [before, after]);
  });

  test("are refused when two hold the same offsets", async () => {
    await assert.rejects(found(object(1, 0, 9).key, object(1, 9, 12).key), {
      code: "OFFSETS_OVERLAP",
      message: /date=2026-06-29\/hour=00\/tweets_1_0+9-0+12\.json/,
    });
  });

  test("are not none where there is no bucket", async () => {
    await using memory = await memoryS3();
    await assert.rejects(bronzeObjects(memory.s3, names), { code: "NOT_FOUND", message: /no bucket tweets-bronze/ });
  });
});

suite("batches", () => {
  test("take the objects of each partition in the order of their offsets, whatever order they are listed in", () => {
    const objects = [object(0, 10, 19), object(1, 0, 9), object(0, 0, 9), object(1, 10, 14)];
    assert.deepEqual(shown(batchesOf(objects, new Map(), 20)), [
      ["0:0-9", "1:0-9"],
      ["0:10-19", "1:10-14"],
    ]);
  });

  test("leave out what was read, and read again what was read in part", () => {
    const objects = [object(0, 0, 9), object(0, 10, 19), object(0, 20, 29)];
    assert.deepEqual(shown(batchesOf(objects, new Map([[0, 15n]]), 100)), [["0:10-19", "0:20-29"]]);
    assert.deepEqual(batchesOf(objects, new Map([[0, 30n]]), 100), []);
  });

  test("have one object when it is larger than a batch", () => {
    assert.deepEqual(shown(batchesOf([object(0, 0, 99), object(0, 100, 101)], new Map(), 10)), [
      ["0:0-99"],
      ["0:100-101"],
    ]);
  });

  test("law: stopped after any batch and begun again behind what is read, nothing is left out and nothing read twice", () => {
    const lengths = fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 30 })), { maxLength: 30 });
    fc.assert(
      fc.property(lengths, fc.integer({ min: 1, max: 60 }), fc.nat(5), (all, limit, stop) => {
        const ends = new Map<number, number>();
        const objects = all.map(([partition, length]) => {
          const first = ends.get(partition) ?? 0;
          ends.set(partition, first + length);
          return object(partition, first, first + length - 1);
        });
        const next = new Map<number, bigint>();
        const read = batchesOf(objects, next, limit).slice(0, stop).flat();
        for (const { partition, last } of read) next.set(partition, last + 1n);
        const rest = batchesOf(objects.toReversed(), next, limit);
        const keys = [...read, ...rest.flat()].map(({ key }) => key);
        assert.deepEqual(keys.toSorted(), objects.map(({ key }) => key).toSorted());
        for (const batch of rest)
          assert.ok(
            batch.length === 1 || batch.reduce((sum, { first, last }) => sum + Number(last - first) + 1, 0) <= limit,
          );
      }),
    );
  });
});
