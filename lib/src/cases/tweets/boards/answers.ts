/** What Superset answers: the rows of each chart, compared with the plain answer. */
import type { BoardPicture, Boards, ChartRow, ChartValue, Superset, SupersetRequest } from "../../../superset/index.ts";
import { compareRows, type Comparison, type Row } from "../../report/compare-rows.ts";
import type { ChartName } from "../plain/charts.ts";
import { chartDefinitions } from "../serve/charts.ts";

/** The rows of each chart. */
export type BoardAnswers = Readonly<Record<ChartName, readonly Row[]>>;

/** Asks Superset for what each chart shows. The dashboards are made. @throws SupersetError; NOT_FOUND */
export async function askSuperset(
  superset: Superset,
  boards: Boards,
  options: SupersetRequest = {},
): Promise<BoardAnswers> {
  const answers: Partial<Record<ChartName, readonly Row[]>> = {};
  for (const name of Object.keys(chartDefinitions) as ChartName[])
    answers[name] = (await superset.rows(boards, name, options)).map(plainRow);
  return answers as BoardAnswers;
}

/**
 * A comparison for each chart.
 *
 * @param plain what each shows by the plain answer
 * @param whose what was asked, for the comparisons' names
 */
export function boardComparisons(plain: BoardAnswers, found: BoardAnswers, whose = "Superset"): Comparison[] {
  return Object.entries(chartDefinitions).map(([name, { title, groupBy }]) =>
    compareRows(`${whose}: ${title}`, plain[name as ChartName], found[name as ChartName], groupBy),
  );
}

/** What the pages drew each chart from, by their pictures. A chart that asked several times has its last answer. */
export function drawnAnswers(pictures: readonly BoardPicture[]): BoardAnswers {
  const drawn = Object.assign({}, ...pictures.map((picture) => picture.drawn)) as BoardPicture["drawn"];
  const rowsOf = (title: string): readonly ChartRow[] => drawn[title]?.at(-1) ?? [];
  return Object.fromEntries(
    Object.entries(chartDefinitions).map(([name, { title }]) => [name, rowsOf(title).map(plainRow)]),
  ) as unknown as BoardAnswers;
}

/** A row as the plain answer writes it: an hour as `2026-06-29 13:00`. */
function plainRow(row: ChartRow): Row {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plainValue(value)]));
}

function plainValue(value: ChartValue): Row[string] {
  if (value instanceof Date) return value.toISOString().slice(0, 16).replace("T", " ");
  return typeof value === "boolean" ? String(value) : value;
}
