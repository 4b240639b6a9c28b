/** Tasks of TypeScript on a running Spark: every value survives, and whatever a task does wrong is said as its own. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import fc from "fast-check";
import { delay } from "../../async/index.ts";
import { addresses } from "../../stack/index.ts";
import { needs } from "../../stack/fetch/needs-for-test.ts";
import { openSpark, type SparkSession } from "../session.ts";
import { defineTask } from "./define.ts";
import type reviews from "./reviews-task-for-test.ts";

const REVIEWS = new URL("./reviews-task-for-test.ts", import.meta.url);

suite("tasks of TypeScript on Spark", await needs("spark"), () => {
  let spark: SparkSession;
  before(async () => {
    const { spark: address = "" } = await addresses();
    spark = await openSpark({ address });
  });
  after(() => spark.close());

  test("a module's task makes rows of rows, one process for each partition; what it prints is no row", async () => {
    const rows = spark.query`SELECT id, 'to be or not' AS text, 'more' AS more FROM range(0, 40, 1, 2)`;
    const counted = await spark.transform<typeof reviews>(rows, REVIEWS);
    const all = await counted.collect();
    assert.deepEqual(
      all.map(({ id, words }) => [id, words]).sort((a, b) => Number(a[0]) - Number(b[0])),
      Array.from({ length: 40 }, (_, id) => [BigInt(id), 4]),
    );
    assert.equal(new Set(all.map(({ process }) => process)).size, 2);
    assert.ok((await spark.query`SELECT id FROM ${counted} WHERE words > 4`.count()) === 0);
  });

  test("every value survives the way there and back", async () => {
    const given = spark.query`
      SELECT *, array(text, NULL, 'x') AS list, map(1L, at, 2L, NULL) AS pairs, CAST(NULL AS STRING) AS nothing,
        IF(place % 5 = 0, NULL, named_struct('big', big, 'inner', named_struct('real', real, 'at', at))) AS deep, array(array(bytes), NULL) AS lists,
        CAST(CAST(big % 1000000 AS DOUBLE) / 7 AS DECIMAL(20,4)) AS money, CAST(real AS FLOAT) AS float, CAST(at AS TIMESTAMP_NTZ) AS local
      FROM ${oddRows(spark)}`;
    const columns = {
      place: "int",
      text: "string?",
      real: "double?",
      big: "bigint?",
      at: "timestamp?",
      day: "date?",
      bytes: "binary?",
      yes: "boolean?",
      list: "array<string>",
      pairs: "map<bigint, timestamp>",
      nothing: "string?",
      deep: "struct<big: bigint, inner: struct<real: double, at: timestamp>>?",
      lists: "array<array<binary>>",
      float: "double?",
      money: "decimal?",
      local: "timestamp?",
    } as const;
    const same = await spark.transform(
      given,
      defineTask({
        in: columns,
        out: { ...columns, money: "decimal(20,4)?", local: "string?" },
        map: (row) => row as never, // the decimal and the time are the same texts
      }),
    );
    const byPlace = (rows: readonly { place: unknown }[]) => rows.toSorted((a, b) => Number(a.place) - Number(b.place));
    const [there, back] = [byPlace(await given.as(columns).collect()), byPlace(await same.collect())];
    assert.equal(back.length, 300);
    for (const [index, row] of there.entries()) assert.deepStrictEqual(back[index], row);
  });

  test("rows keep their order within a partition, and a task may give none, several, and wait for them", async () => {
    const rows = spark.query`SELECT id, id % 3 AS shelf FROM range(3000) DISTRIBUTE BY shelf SORT BY shelf, id`;
    const steps = await spark.transform(
      rows,
      defineTask({
        in: { id: "bigint", shelf: "bigint" },
        out: { shelf: "bigint", id: "bigint", before: "bigint?" },
        setup: () => new Map<bigint, bigint>(),
        async *map({ id, shelf }, last) {
          if (id % 1000n === 0n) await new Promise((resolve) => setTimeout(resolve, 5));
          const before = last.get(shelf) ?? null;
          last.set(shelf, id);
          if (id % 2n === 0n) for (let copies = 0; copies < 2; copies++) yield { shelf, id, before };
        },
      }),
    );
    const all = await steps.collect();
    assert.equal(all.length, 3000);
    assert.ok(all.every(({ id, before }) => before === (id < 3n ? null : id - 3n)));
  });

  test("files come along, however large", async () => {
    const [small, large] = [Buffer.from("a\0b"), Buffer.alloc(3_000_001, "x")];
    const sizes = await spark.transform(
      spark.query`SELECT 'small.bin' AS name`,
      defineTask({
        in: { name: "string" },
        out: { sizes: "array<int>" },
        setup: async ({ file }) => {
          const { readFileSync } = await import("node:fs");
          return ["small.bin", "large.bin"].map((name) => readFileSync(file(name)).length);
        },
        map: (_, sizes) => ({ sizes }),
      }),
      { files: { "small.bin": small, "large.bin": large } },
    );
    assert.deepEqual(await sizes.collect(), [{ sizes: [3, 3_000_001] }]);
  });

  test("a stream goes through a task as rows do", async () => {
    const ticks = spark.query`SELECT value AS id, 'a b' AS text FROM ${spark.readStream({ format: "rate", options: { rowsPerSecond: "20" } })}`;
    const counted = await spark.transform<typeof reviews>(ticks, REVIEWS);
    await using query = await counted.writeStream({ format: "memory", name: "ticks" });
    for await (const { numInputRows } of query.batches()) if (numInputRows > 0) break;
    const rows = await spark.sql<{ words: number }>`SELECT words FROM ticks`;
    assert.ok(rows.length > 0 && rows.every(({ words }) => words === 2));
  });

  test("a task that throws says what, at which line, and at which row", async () => {
    const rows = spark.query`SELECT id, IF(id = 7, '', 'x') AS text FROM range(0, 10, 1, 1)`;
    await assert.rejects((await spark.transform<typeof reviews>(rows, REVIEWS)).collect(), {
      code: "TASK_FAILED",
      message:
        /^the task reviews-task-for-test\.ts failed at \S*reviews-task-for-test\.ts:11: the review 7 is empty; its row: \{"id":"7","text":""\}$/,
    });
  });

  const ids = () => spark.query`SELECT id FROM range(0, 20, 1, 1)`;
  const failures: readonly (readonly [string, () => Promise<unknown>, RegExp])[] = [
    [
      "that gives a value of another type",
      async () =>
        spark.transform(
          ids(),
          defineTask({ in: { id: "bigint" }, out: { half: "int" }, map: ({ id }) => ({ half: Number(id) / 2 }) }),
        ),
      /the task gave 0\.5 for the column half, which is int: give a whole number of 32 bits; its row: \{"id":"1"\}/,
    ],
    [
      "that leaves a column out",
      async () =>
        spark.transform(ids(), defineTask({ in: { id: "bigint" }, out: { a: "int" }, map: () => ({}) as never })),
      /the task gave no value for the column a/,
    ],
    [
      "that gives a column too many",
      async () =>
        spark.transform(ids(), defineTask({ in: { id: "bigint" }, out: { a: "int" }, map: () => ({ a: 1, b: 2 }) })),
      /the task gave a value for b, which is none of its columns a/,
    ],
    [
      "that is given a null it does not expect",
      async () =>
        spark.transform(
          spark.query`SELECT CAST(NULL AS STRING) AS a`,
          defineTask({ in: { a: "string" }, out: { a: "string" }, map: (row) => row }),
        ),
      /the column a that the task is given holds a null/,
    ],
    [
      "that ends its process, although it says that all is well",
      async () =>
        spark.transform(ids(), defineTask({ in: { id: "bigint" }, out: { id: "bigint" }, map: () => process.exit(0) })),
      /it ended its process itself, with status 0; its row: \{"id":"0"\}/,
    ],
    [
      "that waits for nothing",
      async () =>
        spark.transform(
          ids(),
          defineTask({ in: { id: "bigint" }, out: { id: "bigint" }, map: () => new Promise<never>(() => undefined) }),
        ),
      /waits for something that will never come/,
    ],
    [
      "that throws beside its rows",
      async () =>
        spark.transform(
          ids(),
          defineTask({
            in: { id: "bigint" },
            out: { id: "bigint" },
            map: async (row) => {
              setImmediate(() => {
                throw new Error("beside");
              });
              await new Promise((resolve) => setTimeout(resolve, 50));
              return row;
            },
          }),
        ),
      /beside/,
    ],
    [
      "that runs out of memory",
      async () =>
        spark.transform(
          ids(),
          defineTask({
            in: { id: "bigint" },
            out: { id: "bigint" },
            setup: () => [] as unknown[],
            map: (_, all) => {
              for (;;) all.push({ more: all.length });
            },
          }),
          { memory: 32 },
        ),
      /ran out of memory/,
    ],
    [
      "for which there is no Node",
      async () =>
        spark.transform(ids(), defineTask({ in: { id: "bigint" }, out: { id: "bigint" }, map: (row) => row }), {
          node: "/no/such/node",
        }),
      /Node/,
    ],
  ];
  for (const [what, make, message] of failures)
    test(`a task ${what} fails, and says so`, async () => {
      const relation = (await make()) as { collect(): Promise<unknown> };
      await assert.rejects(relation.collect(), { code: "TASK_FAILED", message });
    });

  test("what is wrong before anything runs is said before", async () => {
    const folder = await mkdtemp(join(tmpdir(), "streambook-task-test-"));
    try {
      const write = async (name: string, text: string) => {
        await writeFile(join(folder, name), text);
        return join(folder, name);
      };
      const broken = await write("broken.ts", "export default {\n  map( {\n};\n");
      await assert.rejects(spark.transform(ids(), broken), { code: "USAGE", message: /broken\.ts:3/ });
      const none = await write("none.ts", "export const task = 1;\n");
      await assert.rejects(spark.transform(ids(), none), { code: "USAGE", message: /No matching export|is no task/ });
      await assert.rejects(spark.transform(ids(), join(folder, "absent.ts")), {
        code: "USAGE",
        message: /cannot be bundled/,
      });
      await assert.rejects(spark.transform<typeof reviews>(ids(), REVIEWS), {
        code: "USAGE",
        message: /there is no column text/,
      });
      await assert.rejects(spark.transform<typeof reviews>(spark.query`SELECT id, id AS text FROM range(1)`, REVIEWS), {
        code: "USAGE",
        message: /text is bigint, not string/,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test("an abort ends a task that never ends, and its process; so does whoever has enough", async () => {
    const endless = defineTask({
      in: { id: "bigint" },
      out: { id: "bigint" },
      map: (row) => {
        if (row.id === 3n) for (;;);
        return row;
      },
    });
    const rows = spark.query`SELECT id FROM range(0, 12, 1, 3)`;
    const relation = await spark.transform(rows, endless, { stall: 1500 });
    await assert.rejects(relation.collect({ signal: AbortSignal.timeout(6000) }), { name: "TimeoutError" });
    assert.notEqual(taskProcesses().length, 0);
    const noise = defineTask({
      in: { id: "bigint" },
      out: { text: "string" },
      *map() {
        for (;;) yield { text: "x".repeat(1000) };
      },
    });
    const many = await spark.transform(spark.query`SELECT 1L AS id`, noise, { stall: 1500 });
    assert.equal((await many.limit(3).collect()).length, 3);
    for (let waited = 0; taskProcesses().length > 0; waited += 500) {
      assert.ok(waited < 30_000, "processes of tasks are left");
      await delay(500);
    }
    assert.equal(await spark.query`SELECT id FROM range(100)`.count(), 100);
  });
});

/** The processes of tasks that live. */
function taskProcesses(): string[] {
  const all = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" }).split("\n");
  return all.filter((line) => /streambook-[0-9a-f]{32}\.mjs/.test(line));
}

/** Rows with values that formats get wrong. */
function oddRows(spark: SparkSession) {
  const characters = fc.constantFrom(
    "a",
    "\t",
    "\n",
    "\r",
    "\\",
    "\\N",
    "'",
    '"',
    "\0",
    "😀",
    "\u2028",
    "é",
    ",",
    " ",
    "\x01",
  );
  const real = fc.oneof(fc.double(), fc.constantFrom(NaN, Infinity, -Infinity, -0, 0.1, 5e-324, 1e21));
  const day = fc.date({ min: new Date("0100-01-01"), max: new Date("9000-01-01"), noInvalidDate: true });
  const some = <T>(values: fc.Arbitrary<T>) => fc.option(values, { freq: 8 });
  const row = fc.record({
    text: some(fc.string({ unit: characters })),
    real: some(real),
    big: some(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
    micros: some(fc.bigInt({ min: -(10n ** 16n), max: 10n ** 17n })),
    day: some(day.map((date) => date.toISOString().slice(0, 10))),
    bytes: some(fc.uint8Array({ maxLength: 20 })),
    yes: some(fc.boolean()),
  });
  const [rows = []] = fc.sample(fc.array(row, { minLength: 300, maxLength: 300, size: "max" }), { numRuns: 1 });
  const column = <Name extends keyof (typeof rows)[number]>(name: Name) => rows.map((each) => each[name]);
  return spark.query`
    SELECT place, v.\`0\` AS text, v.\`1\` AS real, v.\`2\` AS big, timestamp_micros(v.\`3\`) AS at, CAST(v.\`4\` AS DATE) AS day, v.\`5\` AS bytes, v.\`6\` AS yes
    FROM (SELECT posexplode(arrays_zip(slice(${["", ...column("text")]}, 2, 300), slice(${[0.5, ...column("real")]}, 2, 300), slice(${[0n, ...column("big")]}, 2, 300),
      slice(${[0n, ...column("micros")]}, 2, 300), slice(${["", ...column("day")]}, 2, 300), slice(${[new Uint8Array(), ...column("bytes")]}, 2, 300), slice(${[true, ...column("yes")]}, 2, 300))) AS (place, v))
    DISTRIBUTE BY place % 4`;
}
