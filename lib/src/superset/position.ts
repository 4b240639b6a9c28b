/** Where charts are on a dashboard, as Superset stores it: a tree of rows. */
import type { Board, PlacedChart } from "./boards.ts";

/** A chart that Superset has. */
export interface KnownChart {
  readonly id: number;
  readonly uuid: string;
  readonly title: string;
}

/** The position of every chart. @param known the charts by their names in the declaration */
export function positionOf({ title, rows }: Board, known: ReadonlyMap<string, KnownChart>): Record<string, unknown> {
  const [root, grid] = ["ROOT_ID", "GRID_ID"];
  const names = rows.map((_, index) => `ROW-${index + 1}`);
  return {
    DASHBOARD_VERSION_KEY: "v2",
    [root]: { type: "ROOT", id: root, children: [grid] },
    [grid]: { type: "GRID", id: grid, children: names, parents: [root] },
    HEADER_ID: { type: "HEADER", id: "HEADER_ID", meta: { text: title } },
    ...Object.fromEntries(
      rows.flatMap((row, index) => rowOf(row, names[index] as string, [root, grid], known).map((one) => [one.id, one])),
    ),
  };
}

function rowOf(
  row: readonly PlacedChart[],
  id: string,
  parents: readonly string[],
  known: ReadonlyMap<string, KnownChart>,
): { readonly id: string }[] {
  const cells = row.map(({ chart, width, height }) => {
    const { id: chartId, uuid, title: sliceName } = known.get(chart) as KnownChart;
    const meta = { chartId, uuid, sliceName, width, height };
    return { type: "CHART", id: `CHART-${chart}`, children: [], parents: [...parents, id], meta };
  });
  const children = cells.map((cell) => cell.id);
  return [
    { type: "ROW", id, children, parents, meta: { background: "BACKGROUND_TRANSPARENT" } } as { id: string },
    ...cells,
  ];
}
