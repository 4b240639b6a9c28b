/** Makes Superset have what is declared. */
import { isDeepStrictEqual } from "node:util";
import { StreambookError } from "../errors/index.ts";
import type { Board, Boards, Chart, Dataset } from "./boards.ts";
import { formOf, queriesOf } from "./drawing.ts";
import { SupersetError } from "./errors.ts";
import { findThing, type Thing } from "./find.ts";
import { idOf, type Kind } from "./ids.ts";
import { type KnownChart, positionOf } from "./position.ts";
import type { SupersetWire } from "./wire.ts";

/** Something that was made, changed or deleted. */
export interface Change {
  readonly kind: Kind;
  /** As Superset's pages show it. */
  readonly name: string;
  readonly change: "made" | "changed" | "deleted";
}

/** Makes what is missing, and changes what is different. */
export async function applyBoards(wire: SupersetWire, boards: Boards, signal?: AbortSignal): Promise<Change[]> {
  checkBoards(boards);
  const applying = new Applying(wire, boards, signal);
  const database = await applying.database();
  const datasets = new Map<string, number>();
  for (const dataset of boards.datasets) datasets.set(dataset.table, await applying.dataset(dataset, database));
  const dashboards = new Map<string, number>();
  for (const board of boards.dashboards) dashboards.set(board.slug, await applying.emptyDashboard(board));
  const charts = new Map<string, KnownChart>();
  for (const [name, chart] of Object.entries(boards.charts)) {
    const on = boards.dashboards.filter(({ rows }) => rows.flat().some((placed) => placed.chart === name));
    const id = await applying.chart(
      name,
      chart,
      datasets,
      on.map(({ slug }) => dashboards.get(slug) as number),
    );
    charts.set(name, { id, uuid: idOf(boards, "chart", name), title: chart.title });
  }
  for (const board of boards.dashboards) await applying.dashboard(board, charts);
  return applying.changes;
}

/** Deletes what is declared: first what stands on other things. */
export async function removeBoards(wire: SupersetWire, boards: Boards, signal?: AbortSignal): Promise<Change[]> {
  const all: [Kind, name: string, shown: string][] = [
    ...boards.dashboards.map(({ slug, title }): [Kind, string, string] => ["dashboard", slug, title]),
    ...Object.entries(boards.charts).map(([name, { title }]): [Kind, string, string] => ["chart", name, title]),
    ...boards.datasets.map(({ schema, table }): [Kind, string, string] => ["dataset", table, `${schema}.${table}`]),
    ["database", "", boards.database.name],
  ];
  const changes: Change[] = [];
  for (const [kind, name, shown] of all) {
    const thing = await findThing(wire, boards, kind, name, signal);
    if (thing === undefined) continue;
    await wire.json({ method: "DELETE", path: `${kind}/${thing.id}`, what: `to delete the ${kind} ${shown}`, signal });
    changes.push({ kind, name: shown, change: "deleted" });
  }
  return changes;
}

/** @throws USAGE when something is used that is not declared, or a row is too wide */
function checkBoards({ datasets, charts, dashboards }: Boards): void {
  const tables = new Set(datasets.map(({ table }) => table));
  for (const [name, { dataset }] of Object.entries(charts))
    if (!tables.has(dataset))
      throw new StreambookError("USAGE", `the chart ${name} asks ${dataset}, which is none of the datasets`);
  for (const { slug, rows } of dashboards) {
    const placed = rows.flat().map(({ chart }) => chart);
    const unknown = placed.find((chart) => !Object.hasOwn(charts, chart));
    if (unknown !== undefined)
      throw new StreambookError("USAGE", `the dashboard ${slug} shows ${unknown}, which is none of the charts`);
    if (new Set(placed).size < placed.length)
      throw new StreambookError("USAGE", `the dashboard ${slug} shows a chart twice`);
    const widest = Math.max(...rows.map((row) => row.reduce((sum, { width }) => sum + width, 0)));
    if (widest > 12)
      throw new StreambookError("USAGE", `a row of the dashboard ${slug} is ${widest} columns wide; there are 12`);
  }
}

/** All that charts may ask of a table. */
function statementOf({ catalog, schema, table, columns }: Dataset): string {
  const name = (part: string): string => `"${part.replaceAll('"', '""')}"`;
  return `SELECT ${columns.map(name).join(", ")} FROM ${[catalog, schema, table].map(name).join(".")}`;
}

/** What is to be in Superset, and how it is compared with what is there. */
interface Wanted {
  readonly kind: Kind;
  /** In the declaration. */
  readonly name: string;
  readonly shown: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** What is sent only when it is made. */
  readonly first?: Readonly<Record<string, unknown>>;
  /** The same fields of what is there, where Superset describes them in another form. */
  readonly there?: (thing: Thing) => Readonly<Record<string, unknown>>;
}

class Applying {
  readonly changes: Change[] = [];
  readonly #wire: SupersetWire;
  readonly #boards: Boards;
  readonly #signal: AbortSignal | undefined;

  constructor(wire: SupersetWire, boards: Boards, signal: AbortSignal | undefined) {
    this.#wire = wire;
    this.#boards = boards;
    this.#signal = signal;
  }

  database(): Promise<number> {
    const { name, uri } = this.#boards.database;
    const body = { database_name: name, sqlalchemy_uri: uri, expose_in_sqllab: true };
    return this.#ensure({ kind: "database", name: "", shown: name, body });
  }

  /**
   * A dataset is a statement over its table, because Superset's database of one file takes the name of a table once, of whatever schema:
   * two lakehouses could not have the same tables.
   */
  async dataset(dataset: Dataset, database: number): Promise<number> {
    const { table, schema, catalog, columns } = dataset;
    const name = `${schema}.${table}`;
    const body = { table_name: name, schema, catalog, sql: statementOf(dataset) };
    const id = await this.#ensure({ kind: "dataset", name: table, shown: name, body, first: { database } });
    if (isDeepStrictEqual(await this.#columnsOf(table), columns.toSorted())) return id;
    await this.#readColumns(id, dataset);
    this.#changed("dataset", name, "changed");
    return id;
  }

  /** Lets Superset read the columns of a dataset anew. */
  async #readColumns(id: number, { table, schema, catalog, columns }: Dataset): Promise<void> {
    const [wire, name] = [this.#wire, `${catalog}.${schema}.${table}`];
    const what = `to read the columns of ${name} anew`;
    let failure: SupersetError | undefined;
    try {
      await wire.json({ method: "PUT", path: `dataset/${id}/refresh`, what, signal: this.#signal });
    } catch (error) {
      if (!(error instanceof SupersetError)) throw error;
      failure = error; // without a reason, so that we look ourselves
    }
    const there = new Set(await this.#columnsOf(table));
    const missing = columns.filter((column) => !there.has(column));
    if (failure === undefined && missing.length === 0) return;
    const wrong = missing.length > 0 ? `has no ${missing.join(", ")}` : "cannot be read";
    throw new SupersetError(
      `${name} ${wrong}, as Superset at ${wire.address} sees it; make the table or view as it is declared, and try again`,
      failure?.status ?? 200,
      failure?.reasons ?? [],
      { cause: failure, hint: { log: "superset" } },
    );
  }

  /** The columns that Superset knows of a dataset, by name. */
  async #columnsOf(table: string): Promise<string[]> {
    const thing = await findThing(this.#wire, this.#boards, "dataset", table, this.#signal);
    const there = (thing?.["columns"] ?? []) as readonly { readonly column_name: string }[];
    return there.map(({ column_name: name }) => name).toSorted();
  }

  /** A dashboard, so that charts can be on it. */
  emptyDashboard({ slug, title }: Board): Promise<number> {
    const body = { dashboard_title: title, slug, published: true };
    return this.#ensure({ kind: "dashboard", name: slug, shown: title, body });
  }

  chart(
    name: string,
    chart: Chart,
    datasets: ReadonlyMap<string, number>,
    dashboards: readonly number[],
  ): Promise<number> {
    const dataset = datasets.get(chart.dataset) as number;
    const body = {
      slice_name: chart.title,
      viz_type: chart.kind,
      datasource_id: dataset,
      datasource_type: "table",
      params: JSON.stringify(formOf(chart)),
      query_context: JSON.stringify(queriesOf(chart, dataset)),
      dashboards,
    };
    const there = (thing: Thing): Record<string, unknown> => ({
      dashboards: ((thing["dashboards"] ?? []) as readonly Thing[]).map(({ id }) => id),
    });
    return this.#ensure({ kind: "chart", name, shown: chart.title, body, there });
  }

  /** What a dashboard shows, once its charts are there. */
  async dashboard(board: Board, charts: ReadonlyMap<string, KnownChart>): Promise<void> {
    const { slug, title, colors = {} } = board;
    const settings = { label_colors: colors, cross_filters_enabled: false };
    const body = {
      position_json: JSON.stringify(positionOf(board, charts)),
      json_metadata: JSON.stringify(settings),
    };
    // pages add settings of their own, so that only ours are compared
    const there = (thing: Thing): Record<string, unknown> => {
      const all = (read(thing["json_metadata"]) ?? {}) as Record<string, unknown>;
      return { json_metadata: Object.fromEntries(Object.keys(settings).map((key) => [key, all[key]])) };
    };
    await this.#ensure({ kind: "dashboard", name: slug, shown: title, body, there });
  }

  /** Makes something, or changes it where it is different. @returns its number */
  async #ensure({ kind, name, shown, body, first = {}, there }: Wanted): Promise<number> {
    const [wire, signal] = [this.#wire, this.#signal];
    const thing = await findThing(wire, this.#boards, kind, name, signal);
    if (thing === undefined) {
      const what = `to make the ${kind} ${JSON.stringify(shown)}`;
      const whole = { ...body, ...first, uuid: idOf(this.#boards, kind, name) };
      const answer = await wire.json({ method: "POST", path: `${kind}/`, body: whole, what, signal });
      this.#changed(kind, shown, "made");
      return (answer as Thing).id;
    }
    const found = { ...thing, ...there?.(thing) };
    const different = Object.keys(body).filter((field) => !isDeepStrictEqual(read(found[field]), read(body[field])));
    if (different.length > 0) {
      const what = `to change the ${kind} ${JSON.stringify(shown)}`;
      await wire.json({ method: "PUT", path: `${kind}/${thing.id}`, body, what, signal });
      this.#changed(kind, shown, "changed");
    }
    return thing.id;
  }

  /** Of what was made and then filled, only that it was made. */
  #changed(kind: Kind, name: string, change: Change["change"]): void {
    if (!this.changes.some((one) => one.kind === kind && one.name === name)) this.changes.push({ kind, name, change });
  }
}

/** A value that may be JSON in a text: its order and its blanks do not count. */
function read(value: unknown): unknown {
  if (typeof value !== "string" || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
