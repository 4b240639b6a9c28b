/** The dashboards of a lakehouse on the running Superset and Trino: each chart against the plain answer, as asked and as drawn; and the files. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { findChromium, NO_CHROMIUM } from "../../../browser/index.ts";
import { addresses } from "../../../stack/index.ts";
import { needs } from "../../../stack/fetch/needs-for-test.ts";
import type { Boards, Superset } from "../../../superset/index.ts";
import type { Comparison } from "../../report/compare-rows.ts";
import { chartDefinitions } from "../serve/charts.ts";
import { goldIn } from "../serve/views.ts";
import { boardsAccess, openLakeBoards, openLakeSql } from "../services.ts";
import { askSuperset, boardComparisons } from "./answers.ts";
import { lakeBoards } from "./boards.ts";
import { differencesFromFiles, writeFiles } from "./files-for-test.ts";
import { type ServedLakeForTest, servedLakeForTest } from "./lake-for-test.ts";
import { takeLakePictures } from "./pictures.ts";

suite("the dashboards of a lakehouse", await needs("s3", "trino", "superset"), () => {
  let lake: ServedLakeForTest;
  let superset: Superset;
  let boards: Boards;
  before(async () => {
    const at = await addresses();
    lake = await servedLakeForTest(6000);
    superset = await openLakeBoards(at);
    boards = lakeBoards({ trino: at.trino ?? "", names: lake.names });
  });
  after(async () => {
    await superset.remove(boards);
    await lake[Symbol.asyncDispose]();
  });

  const assertEqual = (comparisons: readonly Comparison[]): void => {
    assert.equal(comparisons.length, Object.keys(chartDefinitions).length);
    assert.deepEqual(
      comparisons.filter(({ compared, different }) => compared === 0 || different > 0),
      [],
    );
  };

  test("are made once: a database, seven tables, three dashboards, ten charts", async () => {
    const made = await superset.apply(boards);
    assert.deepEqual(
      Object.entries(Object.groupBy(made, ({ kind, change }) => `${kind} ${change}`)).map(([what, all]) => [
        what,
        all?.length,
      ]),
      [
        ["database made", 1],
        ["dataset made", 7],
        ["dashboard made", 3],
        ["chart made", 10],
      ],
    );
    assert.deepEqual(await superset.apply(boards), []);
  });

  test("every chart has the numbers of the plain answer", async () => {
    assertEqual(boardComparisons(lake.plain.charts, await askSuperset(superset, boards)));
  });

  test("one number of gold that is wrong is found in the charts that show it, and in no other", async () => {
    const trino = await openLakeSql(await addresses());
    const table = `${goldIn(lake.names)}.tweet_volume_by_region`;
    const add = (n: number): Promise<unknown> =>
      trino.sql(`UPDATE ${table} SET tweet_count = tweet_count + (${n}) WHERE region = 'Europe' AND language = 'en'`);
    await add(1);
    const different = boardComparisons(lake.plain.charts, await askSuperset(superset, boards)).filter(
      (one) => one.different > 0,
    );
    assert.deepEqual(
      different.map(({ name, examples: [first] }) => [name, first?.key, first?.column]),
      [["Superset: Regions", "Europe", "tweets"]],
    );
    await add(-1);
  });

  test("are as the files of the project say", async () => {
    const files = await superset.export(boards);
    if (process.env["UPDATE_DOCS"] === "1") await writeFiles(files, boards, lake.names);
    assert.deepEqual(await differencesFromFiles(files, boards, lake.names), []);
  });

  test(
    "are drawn in a browser, from the numbers of the plain answer",
    { skip: findChromium() === undefined && process.env["CI"] !== "true" && NO_CHROMIUM },
    async () => {
      const folder = await mkdtemp(join(tmpdir(), "streambook-boards-"));
      try {
        const access = await boardsAccess(await addresses());
        const { pictures, comparisons, missing } = await takeLakePictures(
          { ...access, boards, folder },
          lake.plain.charts,
        );
        assert.equal(missing, undefined);
        assertEqual(comparisons);
        for (const { file } of pictures) {
          const png = await readFile(file);
          assert.equal(png.toString("latin1", 1, 4), "PNG");
          assert.equal(png.readUInt32BE(16), 1440, "as wide as was asked");
          assert.ok(png.readUInt32BE(20) > 600 && png.length > 30_000, "and not empty");
        }
        const wrong = takeLakePictures({ ...access, password: "wrong", boards, folder }, lake.plain.charts);
        await assert.rejects(wrong, { code: "SUPERSET_DENIED" });
        const trino = await openLakeSql(await addresses());
        await trino.sql(`DELETE FROM ${goldIn(lake.names)}.tweet_volume_by_region`);
        const emptied = await takeLakePictures({ ...access, boards, folder }, lake.plain.charts);
        assert.deepEqual(
          emptied.comparisons.flatMap(({ name, different }) => (different > 0 ? [[name, different]] : [])),
          [["Drawn: Regions", lake.plain.charts.regions.length]],
        );
        await trino.sql(`DROP VIEW ${goldIn(lake.names)}.ranked_hashtags`);
        await assert.rejects(takeLakePictures({ ...access, boards, folder }, lake.plain.charts), {
          code: "SUPERSET_FAILED",
          message: /the chart "Hashtags by the hour" of "Tweets: trends" shows an error/,
        });
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  );

  test("without a browser there are no pictures, and it is said why", async () => {
    const [path, named] = [process.env["PATH"], process.env["CHROMIUM"]];
    process.env["PATH"] = "";
    delete process.env["CHROMIUM"];
    try {
      const access = { address: superset.address, password: "" };
      const { pictures, missing } = await takeLakePictures({ ...access, boards, folder: tmpdir() }, lake.plain.charts);
      assert.deepEqual([pictures, missing], [[], NO_CHROMIUM]);
    } finally {
      process.env["PATH"] = path;
      if (named !== undefined) process.env["CHROMIUM"] = named;
    }
  });
});
