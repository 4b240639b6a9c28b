import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeParquet, placeColumns } from "../../lib/src/ingest/index.ts";
import { countRows, rowProblem } from "./rows.ts";

type Row = readonly [partition: number, offset: number, cluster: number];

async function* files(...contents: readonly (readonly Row[])[]): AsyncGenerator<Uint8Array> {
  const fields = [...placeColumns, { name: "cluster", type: "int" as const, doc: "" }];
  for (const rows of contents)
    yield encodeParquet(fields, [
      rows.map(([partition]) => partition),
      rows.map(([, offset]) => BigInt(offset)),
      rows.map(([, , cluster]) => cluster),
    ]);
}

test("the rows of all files are counted, and the places in Kafka that they name", async () => {
  const found = await countRows(
    files(
      [
        [0, 0, 1],
        [0, 1, 2],
      ],
      [[1, 0, 1]],
    ),
  );
  assert.deepEqual(found, { rows: 3, distinct: 3, clusters: 2 });
  assert.equal(rowProblem(found, 3), undefined);
});

test("what is lost, and what is there twice, is said", async () => {
  const doubled = await countRows(
    files(
      [
        [0, 0, 1],
        [0, 1, 1],
      ],
      [[0, 1, 1]],
    ),
  );
  assert.match(
    rowProblem(doubled, 3) ?? "",
    /^3 rows of 3 messages: 1 messages are in no row, 1 rows are there twice$/,
  );
  assert.match(rowProblem(await countRows(files()), 3) ?? "", /3 messages are in no row/);
  assert.match(
    rowProblem(
      await countRows(
        files([
          [0, 0, 1],
          [0, 1, 1],
        ]),
      ),
      1,
    ) ?? "",
    /1 rows are of no message/,
  );
});
