import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { take } from "../../events/event.ts";
import { tweets } from "../generate/generate.ts";
import { goldDefinitions } from "../gold/tables.ts";
import { goldTables, lakeNames, tweetSchema } from "../names.ts";
import type { ChartName } from "../plain/charts.ts";
import { plainLake } from "../plain/lake.ts";
import { goldSql } from "./answers.ts";
import { chartDefinitions, chartSql, dashboards } from "./charts.ts";
import { lakeComparisons } from "./compare.ts";
import { viewsOf } from "./views.ts";

const plain = plainLake(take(tweets(), 3000), await tweetSchema());
const { tables, charts } = plain;
const definitions = Object.entries(chartDefinitions);

suite("the views", () => {
  const views = viewsOf(lakeNames("a"));

  test("list their columns, each once, so that a table may gain some", () => {
    for (const [name, { columns, query }] of Object.entries(views)) {
      assert.doesNotMatch(query, /\*/, name);
      assert.equal(new Set(columns).size, columns.length, name);
    }
  });

  test("rank by the count, and of equal ones by name, in their hour or day", () => {
    assert.match(
      views["ranked_regions"]?.query ?? "",
      /row_number\(\) OVER \(PARTITION BY hour ORDER BY tweet_count DESC, region, language\) AS rank_in_hour FROM delta\.gold_a\.tweet_volume_by_region$/,
    );
    assert.match(
      views["ranked_users"]?.query ?? "",
      /PARTITION BY day ORDER BY tweets_count DESC, user_id\) AS rank_in_day/,
    );
  });

  test("stand on the lakehouse that is meant, and on no other", () => {
    for (const { query } of Object.values(views))
      for (const [, schema] of query.matchAll(/delta\.(\w+)\./g)) assert.match(schema ?? "", /^(?:silver|gold)_a$/);
  });
});

suite("the charts", () => {
  const columnsOf = (dataset: string): readonly string[] =>
    viewsOf()[dataset]?.columns ?? Object.keys(goldDefinitions[dataset as keyof typeof goldDefinitions].columns);

  for (const [name, chart] of definitions) {
    test(`${name} shows the columns of the plain answer, from columns that its table or view has`, () => {
      const [row = {}] = charts[name as ChartName];
      const shown = [...chart.groupBy, ...chart.metrics.map((metric) => metric.name)];
      assert.deepEqual(shown.toSorted(), Object.keys(row).toSorted());
      const known = columnsOf(chart.dataset);
      const said = [...chart.groupBy, ...chart.metrics.map(({ sql }) => sql), chart.where ?? ""].join(" ");
      for (const [word] of said.matchAll(/\b[a-z]\w*_\w+|\bhour\b/g)) assert.ok(known.includes(word), word);
    });
  }

  test("are ten, on three dashboards whose rows they fill", () => {
    assert.equal(definitions.length, 10);
    for (const dashboard of Object.keys(dashboards)) {
      const widths = definitions.flatMap(([, one]) => (one.dashboard === dashboard ? [one.width] : []));
      assert.ok(widths.length > 0 && widths.reduce((sum, width) => sum + width, 0) % 12 === 0, dashboard);
    }
  });

  test("ask for the largest, and of equal ones for the first by name", () => {
    assert.equal(
      chartSql(chartDefinitions.top_hashtags, "delta.gold"),
      "SELECT hashtag, sum(tweet_count) AS tweets FROM delta.gold.popular_hashtags_by_hour GROUP BY hashtag ORDER BY tweets DESC, hashtag LIMIT 10",
    );
    assert.equal(
      chartSql(chartDefinitions.hashtags_by_hour, "delta.gold"),
      "SELECT format_datetime(hour, 'yyyy-MM-dd HH:mm') AS hour, hashtag, sum(tweet_count) AS tweets FROM delta.gold.ranked_hashtags WHERE rank_in_hour <= 5 GROUP BY hour, hashtag",
    );
  });
});

test("a table is asked for with its hours and days as text", () => {
  assert.match(
    goldSql("active_users_by_day", "delta.gold"),
    /^SELECT CAST\(day AS VARCHAR\) AS day, user_id, .* FROM delta/,
  );
  assert.match(
    goldSql("hourly_activity_summary", "x.y"),
    /^SELECT format_datetime\(hour, .*top_region FROM x\.y\.hourly/,
  );
});

suite("the comparison of a lakehouse with the plain answer", () => {
  const gold = Object.fromEntries(goldTables.map((table) => [table, tables[table]])) as Pick<
    typeof tables,
    (typeof goldTables)[number]
  >;
  const found = { bronze: tables.bronze, silver: tables.silver, gold, charts };

  test("finds nothing where they are equal, and looks at every layer, table and chart", () => {
    const all = lakeComparisons(plain, found);
    assert.equal(all.length, 2 + goldTables.length + definitions.length);
    for (const { name, compared, different } of all) assert.ok(compared > 0 && different === 0, name);
  });

  test("finds the one number that differs, and says where", () => {
    const [row, ...rest] = charts.languages;
    const wrong = { ...found, charts: { ...charts, languages: [{ ...row, tweets: -1 }, ...rest] } };
    const different = lakeComparisons(plain, wrong).filter((one) => one.different > 0);
    assert.deepEqual(
      different.map(({ name, examples }) => [name, examples[0]?.key, examples[0]?.column]),
      [["Chart: Languages", row?.["language"], "tweets"]],
    );
  });

  test("finds rows that are missing from a layer", () => {
    const [comparison] = lakeComparisons(plain, { ...found, bronze: tables.bronze.slice(1) });
    assert.equal(comparison?.different, 1);
  });
});
