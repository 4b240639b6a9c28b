import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { take } from "../../events/event.ts";
import { tweets } from "../generate/generate.ts";
import { lakeNames, tweetSchema } from "../names.ts";
import { plainLake } from "../plain/lake.ts";
import { chartDefinitions } from "../serve/charts.ts";
import { boardComparisons, drawnAnswers } from "./answers.ts";
import { lakeBoards } from "./boards.ts";
import { heights, looks } from "./looks.ts";

const boards = lakeBoards({ trino: "http://127.0.0.1:8080" });

suite("the dashboards", () => {
  test("show each chart once, in rows of twelve columns, each with a height", () => {
    const shown = boards.dashboards.flatMap(({ rows }) => rows.flat());
    assert.deepEqual(shown.map(({ chart }) => chart).toSorted(), Object.keys(chartDefinitions).toSorted());
    for (const { slug, rows } of boards.dashboards) {
      assert.equal(rows.length, heights[slug as keyof typeof heights].length);
      for (const row of rows) {
        assert.equal(
          row.reduce((sum, { width }) => sum + width, 0),
          12,
          slug,
        );
        assert.ok(row.every(({ height }) => height > 20));
      }
    }
  });

  test("ask what the charts' definitions ask, of tables with the columns that they use", () => {
    const columns = new Map(boards.datasets.map((dataset) => [dataset.table, dataset.columns]));
    for (const [name, definition] of Object.entries(chartDefinitions)) {
      const { question, dataset, kind, title } = boards.charts[name]!;
      const { groupBy, metrics, where, limit } = definition;
      assert.deepEqual(
        [question.groupBy, question.metrics, question.where, question.limit],
        [groupBy, metrics, where, limit],
      );
      assert.deepEqual([dataset, kind, title], [definition.dataset, definition.kind, definition.title]);
      for (const column of groupBy) assert.ok(columns.get(dataset)?.includes(column), `${name}: ${column}`);
    }
  });

  test("of two lakehouses share no address, no database and no schema", () => {
    const other = lakeBoards({ trino: "http://127.0.0.1:8080", names: lakeNames("b") });
    assert.deepEqual([boards.database.name, other.database.name], ["Tweets", "Tweets b"]);
    assert.equal(boards.database.uri, "trino://dashboards@127.0.0.1:8080/delta");
    const slugs = [...boards.dashboards, ...other.dashboards].map(({ slug }) => slug);
    assert.equal(new Set(slugs).size, 6);
    assert.deepEqual([...new Set(other.datasets.map(({ schema }) => schema))], ["gold_b"]);
  });

  test("set formats for columns that a table has", () => {
    for (const [name, { settings }] of Object.entries(looks)) {
      const { groupBy, metrics } = chartDefinitions[name as keyof typeof chartDefinitions];
      const known = [...groupBy, ...metrics.map((metric) => metric.name)];
      for (const column of Object.keys(settings["column_config"] ?? {}))
        assert.ok(known.includes(column), `${name}: ${column}`);
    }
  });
});

suite("what charts drew", () => {
  const title = "Tweets: overview";
  const picture = (drawn: Record<string, Record<string, string | number | Date>[][]>) => ({
    ...{ slug: "", title, file: "" },
    drawn,
  });

  test("is compared with the plain answer: an hour is a time there, and a column more does not count", async () => {
    const { charts } = plainLake(take(tweets(), 2000), await tweetSchema());
    const drawn = Object.fromEntries(
      Object.entries(chartDefinitions).map(([name, definition]) => [
        definition.title,
        [
          [],
          charts[name as keyof typeof charts].map((row) => ({
            ...row,
            ...(row["hour"] !== undefined && { hour: new Date(`${String(row["hour"]).replace(" ", "T")}Z`) }),
            rank: 0.5,
          })),
        ],
      ]),
    );
    for (const { name, compared, different } of boardComparisons(charts, drawnAnswers([picture(drawn)]), "Drawn"))
      assert.ok(compared > 0 && different === 0, name);
    const [first] = boardComparisons(charts, drawnAnswers([picture({ ...drawn, "Tweets per hour": [] })]), "Drawn");
    assert.equal(first?.name, "Drawn: Tweets per hour");
    assert.equal(first.different, charts.tweets_per_hour.length, "a chart that drew nothing is found");
  });
});
