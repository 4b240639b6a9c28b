/** The rows of a chart, as Superset gets them. */
import { StreambookError } from "../errors/index.ts";
import type { Boards } from "./boards.ts";
import { refused } from "./errors.ts";
import { findThing } from "./find.ts";
import type { SupersetWire } from "./wire.ts";

/** A value of a row. Whole numbers of more than 53 bits are bigints. */
export type ChartValue = string | number | bigint | boolean | Date | null;

/** A row, by column. */
export type ChartRow = Readonly<Record<string, ChartValue>>;

/** The answer to one query of a chart. */
export interface QueryAnswer {
  readonly data?: readonly Readonly<Record<string, ChartValue>>[] | null;
  readonly colnames?: readonly string[];
  readonly coltypes?: readonly number[];
  readonly error?: string | null;
}

/** Superset's number for the type of a time (`GenericDataType.TEMPORAL`). */
const TEMPORAL = 2;

/** Asks for the rows of a chart. @throws NOT_FOUND; SupersetError */
export async function chartRows(
  wire: SupersetWire,
  boards: Boards,
  name: string,
  signal?: AbortSignal,
): Promise<ChartRow[]> {
  const title = boards.charts[name]?.title ?? name;
  const chart = await findThing(wire, boards, "chart", name, signal);
  if (chart === undefined)
    throw new StreambookError("NOT_FOUND", `Superset at ${wire.address} has no chart ${JSON.stringify(title)}`);
  const what = `the rows of the chart ${JSON.stringify(title)}`;
  const path = `chart/${chart.id}/data/?force=true`;
  const { result = [] } = (await wire.json({ method: "GET", path, what, signal })) as {
    readonly result?: readonly QueryAnswer[];
  };
  for (const { error } of result) if (error) throw refused(wire.address, what, 200, JSON.stringify({ message: error }));
  return result.flatMap(rowsOf);
}

/** The rows of an answer, times as such. */
export function rowsOf({ data, colnames = [], coltypes = [] }: QueryAnswer): ChartRow[] {
  const times = new Set(colnames.filter((_, index) => coltypes[index] === TEMPORAL));
  return (data ?? []).map((row) =>
    Object.fromEntries(Object.entries(row).map(([name, value]) => [name, times.has(name) ? timeOf(value) : value])),
  );
}

/** A time, which is given as milliseconds since 1970. */
function timeOf(value: ChartValue): ChartValue {
  return typeof value === "number" ? new Date(value) : value;
}
