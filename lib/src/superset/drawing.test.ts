import assert from "node:assert/strict";
import { test } from "node:test";
import { boardsForTest } from "./boards-for-test.ts";
import type { Chart } from "./boards.ts";
import { formOf, queriesOf } from "./drawing.ts";

const { top, hours } = boardsForTest("a").charts as Record<"top" | "hours", Chart>;
const total = {
  ...{ expressionType: "SQL", sqlExpression: "sum(n)", label: "total" },
  ...{ hasCustomLabel: true, optionName: "metric_total" },
};

test("the page of a chart asks what its queries ask, in the words of its kind", () => {
  assert.partialDeepStrictEqual(formOf(hours), {
    x_axis: "at",
    groupby: "word",
    metric: total,
    time_grain_sqla: "PT1H",
  });
  assert.partialDeepStrictEqual(formOf(top), { x_axis: "word", groupby: [], metrics: [total], row_limit: 2 });
  assert.partialDeepStrictEqual(formOf({ ...top, kind: "pie" }), { groupby: ["word"], metric: total });
  assert.partialDeepStrictEqual(formOf({ ...top, kind: "table" }), { query_mode: "aggregate", metrics: [total] });
  const { queries } = queriesOf(hours, 7) as { queries: [{ columns: unknown[]; extras: unknown }] };
  assert.deepEqual(queries[0].extras, { having: "", where: "(n > 1)" });
  assert.partialDeepStrictEqual(queries[0].columns[0], { columnType: "BASE_AXIS", timeGrain: "PT1H", label: "at" });
});

test("a limit takes the largest, and of equal ones the first by name; without one the order does not matter", () => {
  const orders = [top, hours].map((chart) => {
    const { queries } = queriesOf(chart, 7) as { queries: [{ orderby: unknown; row_limit: number }] };
    return [queries[0].orderby, queries[0].row_limit];
  });
  const order = [
    ["total", false],
    ["word", true],
  ];
  assert.deepEqual(orders, [
    [order, 2],
    [[], 10_000],
  ]);
  assert.deepEqual(formOf(top)["orderby"], order);
});
