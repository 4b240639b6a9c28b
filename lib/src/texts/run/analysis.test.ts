import assert from "node:assert/strict";
import { test } from "node:test";
import type { HiveRow, HiveSession } from "../../hive/index.ts";
import { analyse } from "./analysis.ts";

/** Hive with one table, and as much of SQL as is asked of it: columns and counts, grouped or not. */
function hiveOf(rows: readonly HiveRow[]): Pick<HiveSession, "query"> {
  return {
    query: (sql) => {
      const { columns = "", by } = /^SELECT (?<columns>.+) FROM `t`(?: GROUP BY (?<by>.+))?$/.exec(sql)?.groups ?? {};
      const selected = columns.match(/COUNT\([^)]*\) AS \w+|\w+/g) ?? assert.fail(`no answer to ${sql}`);
      const keyOf = (row: HiveRow, names: readonly string[]): string =>
        JSON.stringify(names.map((name) => String(row[name])));
      if (by === undefined && !columns.includes("COUNT")) return Promise.resolve([...rows]);
      const groups = Map.groupBy(rows, (row) => keyOf(row, by?.split(", ") ?? []));
      return Promise.resolve(
        [...groups.values()].map((group) =>
          Object.fromEntries(
            selected.map((column) => {
              const [, distinct, name] = /^COUNT\((?:\*|DISTINCT (.+))\) AS (\w+)$/.exec(column) ?? [];
              if (name === undefined) return [column, group[0]?.[column] ?? null];
              if (distinct === undefined) return [name, group.length];
              return [name, new Set(group.map((row) => keyOf(row, distinct.split(", ")))).size];
            }),
          ),
        ),
      );
    },
  };
}

function row(offset: number, cluster: number, more: HiveRow = {}): HiveRow {
  const chunk = "the lamp of the lighthouse";
  return { destination_uri: "/a", seq: offset, cluster, chunk, kafka_partition: 0, kafka_offset: offset, ...more };
}

test("sizes, the table of texts and clusters, and points are those of the rows", async () => {
  const rows = [
    row(0, 0),
    row(1, 1),
    row(2, 1),
    row(3, 1, { destination_uri: "/b" }),
    row(4, 0, { destination_uri: "/x" }),
  ];
  const files = new Map([
    ["/b", "b.txt"],
    ["/a", "a.txt"],
    ["/c", "c.txt"],
  ]);
  const { counts, clusters, heatMap, points, quality } = await analyse(hiveOf(rows), "t", files, 3);
  assert.deepEqual(counts, { rows: 5, distinctOffsets: 5 });
  assert.deepEqual(
    clusters.map(({ id, size }) => [id, size]),
    [
      [0, 2],
      [1, 3],
      [2, 0],
    ],
  );
  assert.deepEqual(heatMap, {
    files: ["a.txt", "b.txt", "c.txt"],
    clusters: [0, 1, 2],
    counts: [
      [1, 2, 0],
      [0, 1, 0],
      [0, 0, 0],
    ],
  });
  assert.deepEqual(points.map(({ file }) => file).sort(), ["a.txt", "a.txt", "a.txt", "b.txt"]);
  assert.equal(quality.purity, 3 / 4);
});

for (const [where, double] of [
  ["in the same cluster", row(1, 0)],
  ["in another cluster", row(1, 1)],
  ["under another text", row(1, 1, { destination_uri: "/b" })],
] as const) {
  test(`an offset that is written twice is counted once, ${where} too`, async () => {
    const files = new Map([["/a", "a.txt"]]);
    const { counts } = await analyse(hiveOf([row(0, 0), row(1, 0), double]), "t", files, 2);
    assert.deepEqual(counts, { rows: 3, distinctOffsets: 2 });
  });
}

test("an offset counts for each partition", async () => {
  const rows = [row(0, 0), row(0, 0, { kafka_partition: 1 })];
  const { counts } = await analyse(hiveOf(rows), "t", new Map([["/a", "a.txt"]]), 1);
  assert.deepEqual(counts, { rows: 2, distinctOffsets: 2 });
});

/** A map that knows how often it was asked. */
class CountingMap extends Map<string, string> {
  asked = 0;

  override get(key: string): string | undefined {
    this.asked++;
    return super.get(key);
  }
}

test("with many texts and clusters, each row is looked at a few times, and not once for each text and cluster", async () => {
  const uris = Array.from({ length: 40 }, (_, text) => `/${text}`);
  const rows = uris.flatMap((uri, text) =>
    Array.from({ length: 10 }, (_, seq) => row(10 * text + seq, (text + seq) % 40, { destination_uri: uri })),
  );
  const files = new CountingMap(uris.map((uri) => [uri, `${uri}.txt`]));
  const { clusters, heatMap } = await analyse(hiveOf(rows), "t", files, 40);
  assert.ok(files.asked <= 3 * rows.length, `${files.asked} questions for ${rows.length} rows`);
  assert.ok(clusters.every(({ size }) => size === 10));
  assert.ok(heatMap.counts.every((counts) => counts.filter((count) => count === 1).length === 10));
});

test("rows of a cluster that should not be there are counted, and in no cluster", async () => {
  const { counts, clusters, heatMap } = await analyse(
    hiveOf([row(0, 0), row(1, 1), row(2, -1)]),
    "t",
    new Map([["/a", "a.txt"]]),
    1,
  );
  assert.equal(counts.rows, 3);
  assert.deepEqual([clusters.map(({ size }) => size), heatMap.counts], [[1], [[1]]]);
});

test("of an empty table there is nothing to say", async () => {
  const { counts, points, quality } = await analyse(hiveOf([]), "t", new Map([["/a", "a.txt"]]), 1);
  assert.deepEqual(counts, { rows: 0, distinctOffsets: 0 });
  assert.deepEqual(points, []);
  assert.deepEqual(quality, {});
});
