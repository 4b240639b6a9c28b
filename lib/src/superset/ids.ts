/** Identifiers that follow from names: what was made once is found again, whatever Superset numbers it, and is the same in every set-up. */
import { createHash } from "node:crypto";
import type { Boards } from "./boards.ts";

/** The kinds of things that Superset keeps, as its paths name them. */
export type Kind = "database" | "dataset" | "chart" | "dashboard";

/** The identifier of a thing. @param name among those of its kind: of a dataset its table, of a dashboard its slug; of the database "" */
export function idOf({ database }: Pick<Boards, "database">, kind: Kind, name: string): string {
  return nameId(`${database.name}/${kind}/${name}`);
}

/** The identifiers of all that is declared, in its order. */
export function boardIds(boards: Boards): string[] {
  return [
    idOf(boards, "database", ""),
    ...boards.datasets.map(({ table }) => idOf(boards, "dataset", table)),
    ...Object.keys(boards.charts).map((name) => idOf(boards, "chart", name)),
    ...boards.dashboards.map(({ slug }) => idOf(boards, "dashboard", slug)),
  ];
}

/** A UUID of version 5 (https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-5). */
function nameId(name: string): string {
  const bytes = createHash("sha1").update(NAMESPACE).update(name).digest().subarray(0, 16);
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x50;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Of this library alone. */
const NAMESPACE = Buffer.from("8d2f0d5e6c1b4a0f9b7e52c3a1d4e6f8", "hex");
