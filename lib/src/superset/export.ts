/** Dashboards as files that can be kept and compared: Superset's own export, without what differs from one set-up to the next. */
import { parse, stringify } from "yaml";
import { StreambookError } from "../errors/index.ts";
import type { Boards } from "./boards.ts";
import { findThing } from "./find.ts";
import type { SupersetWire } from "./wire.ts";
import { unzip } from "./zip.ts";

/** The files of an export by their paths. @throws NOT_FOUND; SupersetError */
export async function exportBoards(
  wire: SupersetWire,
  boards: Boards,
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const ids: number[] = [];
  for (const { slug, title } of boards.dashboards) {
    const board = await findThing(wire, boards, "dashboard", slug, signal);
    if (board === undefined)
      throw new StreambookError("NOT_FOUND", `Superset at ${wire.address} has no dashboard ${JSON.stringify(title)}`);
    ids.push(board.id);
  }
  const what = "an export of dashboards";
  const path = `dashboard/export/?q=!(${ids.join(",")})`;
  const files = unzip(await wire.bytes({ method: "GET", path, what, signal }));
  return new Map(
    [...files]
      .map(([name, content]): [string, string] => [pathOf(name), portable(content.toString("utf8"))])
      .filter(([name]) => name !== "metadata.yaml") // which says when
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The path without the folder, which has the time in its name, and without the number at the end. */
function pathOf(name: string): string {
  return name.replace(/^[^/]*\//, "").replace(/_\d+(?=\.yaml$)/, "");
}

type Tree = Record<string, unknown>;

/** A file without numbers of this Superset, and without the address of its database. @param text YAML */
function portable(text: string): string {
  const file = parse(text) as Tree;
  if (typeof file["query_context"] === "string") file["query_context"] = withoutNumber(file["query_context"]);
  if (typeof file["sqlalchemy_uri"] === "string")
    file["sqlalchemy_uri"] = file["sqlalchemy_uri"].replace(/(?<=:\/\/)[^/]+/, "USER@HOST:PORT");
  if (Array.isArray(file["columns"])) file["columns"] = byName(file["columns"] as Column[]);
  for (const cell of Object.values((file["position"] ?? {}) as Tree)) {
    const { meta } = cell as { meta?: Tree };
    if (meta !== undefined) delete meta["chartId"];
  }
  return stringify(file, { lineWidth: 0 });
}

/** The queries of a chart; which table they ask, another field says by its identifier. */
function withoutNumber(context: string): unknown {
  const { datasource: _, ...rest } = JSON.parse(context) as Tree;
  return rest;
}

type Column = Tree & { readonly column_name: string };

/** Columns in an order that can be read, for Superset's is by their letters; and the same whether they were read once or twice. */
function byName(columns: readonly Column[]): Column[] {
  return columns
    .map((column) => ({ ...column, expression: column["expression"] === "" ? null : column["expression"] }))
    .toSorted((a, b) => (a.column_name < b.column_name ? -1 : 1));
}
